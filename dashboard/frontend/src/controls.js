// Everything of the viewer that is not a picture: toolbar, labels, handle, film strip, state bar, messages, help.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { Labels } from "./labels.js";
import { t } from "./language.js";
import { StateBar } from "./statebar.js";
import { Strip } from "./strip.js";
import { MOST_PANES } from "./stage.js";
import { HELP, MODES, TOOLS } from "./words.js";

export class Controls {
  constructor(host, viewer) {
    this.viewer = viewer;
    this.host = host;
    this.panes = h("div", { class: "panes" });
    this.handle = this.#handle();
    this.fader = this.#fader();
    this.strip = new Strip(viewer);
    this.all = new Strip(viewer, { large: true, loaded: () => viewer.allLoaded() });
    this.stateBar = new StateBar(viewer);
    this.drawing = h("div", { class: "how", role: "status", hidden: true });
    this.help = this.#help();
    const frames = h("div", { class: "frames" });
    this.labels = new Labels(frames, viewer);
    this.stage = h(
      "div",
      { class: "stage", tabindex: "0", role: "application", "aria-label": t("Comparison of pictures; press ? for the keys") },
      this.panes,
      this.handle,
      this.fader,
      frames,
      this.all.root,
      this.drawing,
      this.help,
    );
    host.append(this.#toolbar(), this.stage, this.strip.root, this.stateBar.root);
    // the host outlives the viewer of one site: its listeners are the viewer's own
    this.ended = new AbortController();
    const { signal } = this.ended;
    host.addEventListener("keydown", (event) => this.#key(event), { signal });
    host.addEventListener("keyup", (event) => event.key === " " && viewer.released(), { signal });
    host.addEventListener("focusout", (event) => !host.contains(event.relatedTarget) && viewer.endPeek(), { signal });
    this.stage.addEventListener("pointerdown", (event) => {
      if (!event.target.closest?.("select,button,input,textarea,label,.help")) this.stage.focus({ preventScroll: true });
    });
  }

  // single keys act unless somebody writes or chooses
  #key(event) {
    const at = event.composedPath()[0];
    if (at.matches?.("input:not([type=checkbox]),select,textarea")) {
      if (event.key === "Escape" || (event.key === "Enter" && at.matches("input"))) this.stage.focus();
      return;
    }
    if (at.matches?.("[role=slider]") && /^(Arrow|Home|End)/.test(event.key)) return;
    // a button is pressed by Space and Enter, a box ticked, as everywhere
    if (at.matches?.("button:not([role=option]),[type=checkbox]") && (event.key === " " || event.key === "Enter")) return;
    this.viewer.key(event);
  }

  // -- parts

  #toolbar() {
    const { viewer } = this;
    this.modes = MODES.map((mode) =>
      this.#button(t(mode.name), mode.key, () => viewer.setMode(mode.id, mode.id === "side" ? 2 : null), { "data-mode": mode.id, "aria-pressed": "false" }, mode.icon),
    );
    this.count = h(
      "select",
      { title: t("Pictures beside each other"), "aria-label": t("Pictures beside each other"), "data-count": "", onchange: () => viewer.setMode("side", Number(this.count.value)) },
      ...[...Array(MOST_PANES - 1).keys()].map((at) => h("option", { value: at + 2 }, String(at + 2))),
    );
    this.hide = this.#button(t("Marks"), "h", () => viewer.toggleMarks(), { "aria-pressed": "true" }, "marks");
    this.pending = h("span", { class: "pending", role: "status" });
    this.partTools = h("div", { class: "group", hidden: true });
    const [swipe, side, ...others] = this.modes;
    return h(
      "div",
      { class: "bar tools", role: "toolbar", "aria-label": t("Compare and draw") },
      h("div", { class: "group modes" }, swipe, side, this.count, ...others),
      h("div", { class: "group" }, this.hide, this.#button(t("Exchange"), "x", () => viewer.exchange(), {}, "exchange")),
      this.partTools,
      h("span", { class: "space" }),
      viewer.data.read_only ? null : this.pending,
      h("div", { class: "group" }, this.#button(t("Keys"), "?", () => this.toggleHelp())),
    );
  }

  // with an icon the name stands beside it where there is room, and in the title always
  #button(name, key, action, extra = {}, icons = null) {
    const shown = icons ? [icon(icons), h("span", { class: "word" }, name)] : [name];
    return h("button", { type: "button", title: `${name} (${key.toUpperCase()})`, "aria-label": name, onclick: action, ...extra }, ...shown, h("kbd", {}, key.toUpperCase()));
  }

  #handle() {
    const handle = h(
      "div",
      { class: "handle", role: "slider", tabindex: "0", "aria-label": t("Swipe line"), "aria-valuemin": "0", "aria-valuemax": "100", "aria-orientation": "horizontal" },
      h("span", { class: "grip", "aria-hidden": "true" }, "◂ ▸"),
    );
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      event.preventDefault();
      handle.focus({ preventScroll: true });
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = this.stage.getBoundingClientRect();
      this.viewer.slideTo((event.clientX - box.left) / box.width);
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowUp: 0.02 }[event.key];
      if (step) this.viewer.slide(step);
      else if (event.key === "Home") this.viewer.slideTo(0);
      else if (event.key === "End") this.viewer.slideTo(1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return handle;
  }

  #fader() {
    const input = h("input", { type: "range", min: "0", max: "100", "aria-label": t("Share of the right picture"), oninput: () => this.viewer.slideTo(input.value / 100) });
    return h("label", { class: "fader" }, t("left"), input, t("right"));
  }

  #help() {
    return h("div", { class: "help", tabindex: "0", hidden: true, role: "dialog", "aria-label": t("Keys") }, h("dl", {}, ...HELP.flatMap(helpRow)));
  }

  // tools, layers and help of what hooks itself into the viewer
  addParts(parts) {
    this.partTools.append(...parts.flatMap((part) => part.tools ?? []));
    this.partTools.hidden = !this.partTools.children.length;
    this.stage.append(...parts.flatMap((part) => part.layers ?? []));
    this.help.querySelector("dl").append(...parts.flatMap((part) => part.help ?? []).flatMap(helpRow));
  }

  // -- what is shown

  showMode(mode, count) {
    const pressed = mode === "side" ? (MODES.find((each) => each.panes === count)?.id ?? "side") : mode;
    for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === pressed));
    this.count.value = String(count);
    this.all.root.hidden = mode !== "all";
    this.strip.root.hidden = mode === "all";
    this.showSlider();
  }

  showSlider() {
    const { stage } = this.viewer;
    const percent = Math.round(stage.fraction * 1000) / 10;
    this.handle.style.left = `${percent}%`;
    this.handle.setAttribute("aria-valuenow", String(Math.round(percent)));
    this.fader.querySelector("input").value = String(Math.round(stage.opacity * 100));
  }

  showBlink(pane) {
    this.host.dataset.blink = String(pane);
  }

  showPanes() {
    this.labels.show();
    this.strip.show();
    this.all.show();
    this.stateBar.show();
  }

  // a line on what has just happened
  say(line) {
    this.stateBar.say(line);
  }

  get goesOn() {
    return this.stateBar.goesOn;
  }

  showNote(text) {
    this.stateBar.showNote(text);
  }

  focusNote() {
    this.stateBar.note.focus();
  }

  showDrawing(shape) {
    this.host.classList.toggle("drawing", Boolean(shape));
    this.drawing.textContent = shape ? t(TOOLS.find((tool) => tool.id === shape).how) : "";
    this.drawing.hidden = !shape;
  }

  showMarksHidden(hidden) {
    this.hide.setAttribute("aria-pressed", String(!hidden));
  }

  // whether what was done has been recorded
  showSaving({ pending, isOffline, isStored }) {
    const n = pending.length;
    const state = n === 0 ? "saved" : isOffline ? "offline" : "saving";
    this.host.dataset.pending = String(n);
    this.host.dataset.saving = state;
    const kept = isStored
      ? t("no connection: {n} kept here, sent when it is back", { n })
      : t("no connection: {n} wait; leave this page open, the browser keeps nothing", { n });
    const text = { saved: t("saved"), saving: t("saving {n}", { n }), offline: kept }[state];
    const unsafe = n && !isStored && state === "saving" ? ` · ${t("this browser keeps nothing: leave the page open")}` : "";
    if (this.pending.textContent !== text + unsafe) this.pending.textContent = text + unsafe;
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    if (this.help.contains(this.host.getRootNode().activeElement)) this.stage.focus({ preventScroll: true });
  }

  destroy() {
    this.ended.abort();
  }

  get helpShown() {
    return !this.help.hidden;
  }
}

function helpRow([keys, what]) {
  return [h("dt", {}, t(keys)), h("dd", {}, t(what))];
}
