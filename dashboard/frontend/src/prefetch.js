// Fetches what is likely to be looked at next into the browser's own store, when nothing else is to be done: a few
// addresses at a time, none more than once, given up as soon as something else is looked at.
const AT_ONCE = 2;
const CALM_MS = 120; // somebody who steps faster wants nothing but what is stepped to: the server draws what was asked for
const MOST = 48;
const REMEMBERED = 2000;
export const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));

export class Prefetch {
  constructor() {
    this.known = new Set();
    this.fetched = 0; // for tests
  }

  plan(addresses) {
    this.cancel();
    const wanted = [...new Set(addresses)].filter((address) => !this.known.has(address)).slice(0, MOST);
    if (!wanted.length) return;
    const stop = (this.stop = new AbortController());
    this.timer = setTimeout(() => {
      whenIdle(() => {
        for (let lane = 0; lane < AT_ONCE; lane += 1) this.#work(wanted, stop.signal);
      });
    }, CALM_MS);
  }

  async #work(wanted, signal) {
    while (wanted.length && !signal.aborted) {
      const address = wanted.shift();
      try {
        const answer = await fetch(address, { signal, priority: "low" });
        await answer.arrayBuffer();
        if (this.known.size > REMEMBERED) this.known.clear();
        if (answer.ok) this.known.add(address);
        this.fetched += 1;
      } catch {
        return; // given up, or the server is away
      }
    }
  }

  cancel() {
    clearTimeout(this.timer);
    this.stop?.abort();
  }
}
