// Everything of the viewer that is not a picture: toolbar, labels, handle, film strip, state bar, messages, help.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { Labels } from "./labels.js";
import { t } from "./language.js";
import { StateBar } from "./statebar.js";
import { Strip } from "./strip.js";
import { MOST_PANES } from "./stage.js";
import { DRAWING, HELP, MODES } from "./words.js";

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
    this.message = h("div", { class: "message", role: "alert", hidden: true });
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
      this.message,
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
      if (!event.target.closest?.("select,button,input,.help")) this.stage.focus({ preventScroll: true });
    });
  }

  // single keys act unless somebody writes or chooses
  #key(event) {
    const at = event.composedPath()[0];
    if (at.matches?.("input,select,textarea")) {
      if (event.key === "Escape" || (event.key === "Enter" && at.matches("input"))) this.stage.focus();
      return;
    }
    if (at.matches?.("[role=slider]") && /^(Arrow|Home|End)/.test(event.key)) return;
    // a button is pressed by Space and Enter, as everywhere
    if (at.matches?.("button:not([role=option])") && (event.key === " " || event.key === "Enter")) return;
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
    this.tools = {
      box: this.#button(t("Box"), "d", () => viewer.draw("box"), { "data-tool": "box", "aria-pressed": "false" }, "box"),
      point: this.#button(t("Point"), "m", () => viewer.draw("point"), { "data-tool": "point", "aria-pressed": "false" }, "point"),
    };
    this.remove = this.#button(t("Delete"), "del", () => viewer.deleteChosen(), { disabled: true, "data-tool": "delete" }, "remove");
    this.hide = this.#button(t("Marks"), "h", () => viewer.toggleMarks(), { "aria-pressed": "true" }, "marks");
    this.pending = h("span", { class: "pending", role: "status" });
    this.drawing = h("span", { class: "pending", role: "status" });
    this.partTools = h("div", { class: "group", hidden: true });
    const [swipe, side, ...others] = this.modes;
    return h(
      "div",
      { class: "bar tools", role: "toolbar", "aria-label": t("Compare and draw") },
      h("div", { class: "group modes" }, swipe, side, this.count, ...others),
      viewer.data.read_only ? null : h("div", { class: "group" }, this.tools.box, this.tools.point, this.remove),
      h("div", { class: "group" }, this.hide, this.#button(t("Exchange"), "x", () => viewer.exchange(), {}, "exchange")),
      this.partTools,
      this.drawing,
      this.pending,
      h("span", { class: "space" }),
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
    return h("div", { class: "help", hidden: true, role: "dialog", "aria-label": t("Keys") }, h("dl", {}, ...HELP.flatMap(helpRow)));
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
    this.showPanes();
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
    if (!this.viewer.shown) return; // while the viewer is made
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
    for (const [name, button] of Object.entries(this.tools)) button.setAttribute("aria-pressed", String(name === shape));
    this.host.classList.toggle("drawing", Boolean(shape));
    this.drawing.textContent = shape ? t(DRAWING[shape]) : "";
  }

  showPicked(ids) {
    this.remove.disabled = ids.length === 0;
  }

  showMarksHidden(hidden) {
    this.hide.setAttribute("aria-pressed", String(!hidden));
  }

  showPending(count) {
    this.host.dataset.pending = String(count);
    this.pending.textContent = count ? t("saving…") : "";
  }

  showRefusals(refusals) {
    this.message.hidden = refusals.length === 0 || refusals.every((refusal) => this.dismissed?.has(refusal.id));
    if (this.message.hidden) return;
    const dismiss = () => {
      this.dismissed = new Set([...(this.dismissed ?? []), ...refusals.map((refusal) => refusal.id)]);
      this.message.hidden = true;
    };
    const shown = refusals.filter((refusal) => !this.dismissed?.has(refusal.id));
    fill(this.message, h("div", {}, ...shown.map((refusal) => h("p", {}, refusal.sentence))), h("button", { type: "button", onclick: dismiss }, t("Close")));
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
  return [h("dt", {}, keys), h("dd", {}, t(what))];
}
