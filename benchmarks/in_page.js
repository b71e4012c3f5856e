// Runs in every page before its own scripts: notes when it is usable, and how long a step takes, by the page's own clock.
(() => {
  if (window !== window.top) return;
  const deep = (selector) =>
    document.querySelector(selector) ??
    [...document.querySelectorAll('[data-testid^="stBidiComponent"]')]
      .map((host) => (host.shadowRoot ?? host).querySelector(selector))
      .find(Boolean);
  const idle = () => document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]');
  const inFrames = (selector) =>
    [...document.querySelectorAll("iframe")].map((one) => one.contentDocument?.querySelector(selector)).find(Boolean);
  const usable = {
    blank: () => document.querySelector("h1"),
    viewer: () => deep(".sitetrack-viewer[data-ready]"),
    folium: () => document.documentElement?.dataset.mapReady,
    overview: () => idle() && inFrames(".site"),
  };
  const now = {
    viewer: () => deep(".sitetrack-viewer")?.dataset.ready,
    walk: () => {
      const { viewer, dataset } = deep(".sitetrack-viewer") ?? {};
      return viewer && dataset.ready && `${viewer.data.site.id} ${viewer.shown[viewer.active]}`;
    },
    folium: () => document.documentElement?.dataset.mapReady,
    filter: () => inFrames("[data-shown]")?.dataset.shown,
  };
  const speed = { usable: null, took: null };
  window.speed = speed;

  speed.wait = (name) => {
    if (usable[name]()) speed.usable = performance.now();
    else requestAnimationFrame(() => speed.wait(name));
  };

  // from the next key or click until what `name` tells is there and is another than before; looked at when the page
  // changes, and before each frame for what lies in frames of its own
  speed.arm = (name, event) => {
    speed.disarm?.(); // a step that was told is not looked for again: the next may bring back what it waited for
    const before = now[name]();
    let begun = null;
    let isOver = false;
    speed.took = null;
    addEventListener(event, (one) => (begun = one.timeStamp), { capture: true, once: true });
    speed.disarm = () => {
      isOver = true;
      observer.disconnect();
    };
    const observer = new MutationObserver(() => look());
    const root = deep(".sitetrack-viewer") ?? document.documentElement;
    observer.observe(root, { attributes: true, subtree: name !== "viewer" });
    const look = () => {
      const found = now[name]();
      if (isOver || begun === null || !found || found === before) return;
      speed.took = performance.now() - begun;
      speed.disarm();
    };
    const frame = () => {
      look();
      if (!isOver) requestAnimationFrame(frame);
    };
    frame();
  };
})();
