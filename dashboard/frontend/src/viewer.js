// The comparison viewer: a Streamlit component (v2). `render` is called at mount and whenever Python sends new data;
// what it returns is called once at unmount. Dates, modes, zoom and drawing stay in the browser; only operations
// (marks, states) reach Python, through the operation log.
//
// `shown` holds the capture of each pane, `active` the number of the pane that keys act on.
import olStyles from "ol/ol.css";

import { Controls } from "./controls.js";
import { Drawing } from "./drawing.js";
import { remember, remembered } from "./keep.js";
import { setLanguage } from "./language.js";
import { OperationLog } from "./oplog.js";
import { makeParts } from "./parts.js";
import { Stage, isStacked } from "./stage.js";
import { MODES, STATES } from "./words.js";
import styles from "./viewer.css";

const instances = new WeakMap();
const RENEW_AFTER_MS = 5000;
const SIDES = ["left", "right"]; // what the address calls the first two panes

export function render(component) {
  const host = component.parentElement.querySelector(".sitetrack-viewer");
  let viewer = instances.get(host);
  if (viewer && ["read_only", "language"].some((name) => viewer.data[name] !== component.data[name])) viewer = end(viewer);
  if (viewer && viewer.data.site.id !== component.data.site.id) viewer = end(viewer);
  if (!viewer) {
    viewer = new Viewer(host, component);
    instances.set(host, viewer);
  } else {
    viewer.update(component);
  }
  return () => {
    instances.get(host)?.destroy();
    instances.delete(host);
  };
}

function end(viewer) {
  viewer.destroy();
  return null;
}

class Viewer {
  constructor(host, component) {
    this.host = host;
    this.data = component.data;
    this.component = component;
    this.active = 1;
    this.confidence = "moderate";
    this.note = "";
    setLanguage(this.data.language);
    host.replaceChildren();
    addStyles(host.getRootNode());
    this.log = new OperationLog(`${this.data.project}.${this.data.site.id}`, (pending) => this.component.setStateValue("ops", pending));
    this.controls = new Controls(host, this);
    this.stage = new Stage(this.controls.panes, this.data, {
      busy: () => delete host.dataset.ready,
      ready: () => this.#ready(),
      blinked: (pane) => this.controls.showBlink(pane),
      activated: (pane) => pane !== null && this.activate(pane),
      picked: (ids) => this.controls.showPicked(ids),
      tileRefused: () => this.#renew(),
    });
    this.drawing = new Drawing(this.stage, (pane, shape, geometry) => this.#drawn(pane ?? this.active, shape, geometry));
    host.viewer = this; // for tests and the browser's console
    this.parts = makeParts(this);
    this.controls.addParts(this.parts);
    this.shown = this.#firstShown();
    this.observer = new ResizeObserver(() => this.stage.resized());
    this.observer.observe(host);
    this.setMode(remembered("mode") ?? "swipe");
    this.update(component);
    this.stage.home(this.data.home);
  }

  update(component) {
    this.component = component;
    this.data = component.data;
    this.log.prune(this.data.acked);
    this.stage.setToken(this.data.token);
    this.shown = this.shown.map((id, pane) => (this.#known(id) ? id : this.data.shown[pane] ?? this.data.shown[0]));
    this.shown.forEach((id, pane) => this.stage.show(pane, id));
    for (const part of this.parts) part.update?.(this.data);
    this.#redraw();
    this.#address();
    this.controls.showRefusals(this.data.refusals);
  }

  // -- what is shown

  #known(id) {
    return this.data.captures.some((capture) => capture.id === id);
  }

  capture(pane) {
    return this.data.captures.find((capture) => capture.id === this.shown[pane]);
  }

  // numbers of the panes on the screen, two where two pictures lie on each other
  get panes() {
    return [...Array(isStacked(this.mode) ? 2 : this.stage.count).keys()];
  }

  // the address wins, then what this tab showed last, then Python's proposal
  #firstShown() {
    const address = new URLSearchParams(location.search);
    const kept = remembered(`shown.${this.data.site.id}`) ?? [];
    return SIDES.map((side, pane) => [address.get(side), kept[pane], this.data.shown[pane]].find((id) => this.#known(id)) ?? null);
  }

  show(pane, id) {
    this.shown = this.shown.with(pane, id);
    this.stage.show(pane, id);
    remember(`shown.${this.data.site.id}`, this.shown);
    this.#redraw();
    this.#address();
  }

  thumbnail(id) {
    return `${this.data.grid.thumbnail.replace("{capture}", id)}?k=${this.data.token}`;
  }

  step(by) {
    const ids = this.data.captures.map((capture) => capture.id);
    const next = ids[ids.indexOf(this.shown[this.active]) + by];
    if (next) this.show(this.active, next);
  }

  exchange() {
    const [first, second] = this.shown;
    this.show(0, second);
    this.show(1, first);
  }

  activate(pane) {
    this.active = pane;
    this.controls.showPanes();
  }

  activateNext() {
    const { panes } = this;
    this.activate(panes[(panes.indexOf(this.active) + 1) % panes.length]);
  }

  setMode(mode, count = 2) {
    this.mode = mode;
    this.host.dataset.mode = mode;
    this.stage.setMode(mode, count);
    remember("mode", mode);
    if (!this.panes.includes(this.active)) this.active = 1;
    this.controls.showMode(mode);
  }

  slide(by) {
    if (this.mode === "fade") this.stage.setOpacity(this.stage.opacity + by);
    else this.stage.setFraction(this.stage.fraction + by);
    this.controls.showSlider();
  }

  slideTo(fraction) {
    if (this.mode === "fade") this.stage.setOpacity(fraction);
    else this.stage.setFraction(fraction);
    this.controls.showSlider();
  }

  toggleMarks() {
    this.marksHidden = !this.marksHidden;
    this.stage.hideMarks(this.marksHidden);
    this.controls.showMarksHidden(this.marksHidden);
  }

  // the selection belongs to the page's address, without a rerun of the page
  #address() {
    const address = new URL(location.href);
    SIDES.forEach((side, pane) => {
      if (this.shown[pane]) address.searchParams.set(side, this.shown[pane]);
    });
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  #redraw() {
    const pending = this.log.pending.filter((operation) => operation.kind === "annotate");
    const gone = new Set(this.log.pending.filter((operation) => operation.kind === "delete").map((operation) => operation.annotation));
    const stored = new Set(this.data.annotations.map((mark) => mark.id));
    this.shown.forEach((id, pane) => {
      const here = (mark) => mark.capture === id;
      this.stage.setMarks(
        pane,
        this.data.annotations.filter((mark) => here(mark) && !gone.has(mark.id)),
        pending.filter((mark) => here(mark) && !stored.has(mark.id)),
      );
    });
    this.controls.showPanes();
    this.controls.showPending(this.log.pending.length);
    for (const part of this.parts) part.redraw?.();
  }

  #ready() {
    this.host.dataset.ready = [...this.panes.map((pane) => this.shown[pane]), this.mode].join("|");
  }

  // -- what is said

  // the state of the target in a picture, with what still waits to be confirmed
  stateIn(captureId) {
    const waiting = this.log.pending.findLast(
      (operation) => operation.kind === "observe" && operation.capture === captureId && operation.target === this.data.target.id,
    );
    return waiting?.state ?? this.data.captures.find((capture) => capture.id === captureId)?.state ?? null;
  }

  observe(state) {
    const capture = this.capture(this.active);
    if (!capture || this.data.read_only) return;
    this.log.add({
      kind: "observe",
      site: this.data.site.id,
      target: this.data.target.id,
      capture: capture.id,
      state,
      confidence: this.confidence,
      note: this.note.trim(),
    });
    this.setNote("");
    this.#redraw();
  }

  setNote(text) {
    this.note = text;
    this.controls.showNote(text);
  }

  draw(shape) {
    if (this.data.read_only) return;
    if (this.tool === shape) return this.stopDrawing();
    this.tool = shape;
    this.drawing.start(shape);
    this.controls.showDrawing(shape);
  }

  stopDrawing() {
    this.tool = null;
    this.drawing.stop();
    this.controls.showDrawing(null);
  }

  #drawn(pane, shape, geometry) {
    const capture = this.capture(pane);
    if (capture) {
      this.log.add({
        kind: "annotate",
        site: this.data.site.id,
        target: this.data.target.id,
        capture: capture.id,
        shape,
        geometry,
        label: this.note.trim(),
      });
      this.setNote("");
      this.activate(pane);
    }
    this.stopDrawing();
    this.#redraw();
  }

  deleteChosen() {
    if (this.data.read_only) return;
    for (const id of this.stage.chosen) {
      const mark = this.data.annotations.find((annotation) => annotation.id === id);
      if (mark) this.log.add({ kind: "delete", site: this.data.site.id, annotation: id, base_version: mark.version });
    }
    this.stage.choose([]);
    this.#redraw();
  }

  // the capability in the tiles' address ran out: ask Python for another one, at most every few seconds
  #renew() {
    this.stage.refused = true;
    const now = Date.now();
    if (now - (this.renewed ?? 0) < RENEW_AFTER_MS) return;
    this.renewed = now;
    this.component.setStateValue("renew", now);
  }

  // -- keys

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.#action(event.key);
    if (!action) return;
    action();
    event.preventDefault();
    event.stopPropagation();
  }

  #action(key) {
    const letter = key.toLowerCase();
    const part = this.parts.find((each) => each.keys?.[letter]);
    if (part) return () => part.keys[letter]();
    const mode = MODES.find((each) => each.key === key);
    if (mode) return () => this.setMode(mode.id, mode.panes);
    const state = STATES.find((each) => each.key === letter);
    if (state) return () => this.observe(state.id);
    return {
      j: () => this.step(-1),
      k: () => this.step(1),
      s: () => this.activateNext(),
      x: () => this.exchange(),
      d: () => this.draw("box"),
      m: () => this.draw("point"),
      h: () => this.toggleMarks(),
      w: () => this.controls.focusNote(),
      delete: () => this.deleteChosen(),
      backspace: () => this.deleteChosen(),
      escape: () => this.#escape(),
      "?": () => this.controls.toggleHelp(),
      "[": () => this.slide(-0.05),
      "]": () => this.slide(0.05),
      "+": () => this.stage.zoom(1),
      "=": () => this.stage.zoom(1),
      "-": () => this.stage.zoom(-1),
      0: () => this.stage.home(this.data.home),
      arrowleft: () => this.stage.pan(-1, 0),
      arrowright: () => this.stage.pan(1, 0),
      arrowup: () => this.stage.pan(0, 1),
      arrowdown: () => this.stage.pan(0, -1),
    }[letter];
  }

  #escape() {
    if (this.parts.some((part) => part.escape?.())) return;
    if (this.tool) this.stopDrawing();
    else if (this.controls.helpShown) this.controls.toggleHelp();
    else this.stage.choose([]);
  }

  destroy() {
    for (const part of this.parts) part.destroy?.();
    this.observer.disconnect();
    this.stage.destroy();
    delete this.host.viewer;
  }
}

function addStyles(rootNode) {
  const parent = rootNode instanceof ShadowRoot ? rootNode : document.head;
  if (parent.querySelector("style[data-sitetrack]")) return;
  const element = document.createElement("style");
  element.dataset.sitetrack = "";
  element.textContent = `${olStyles}\n${styles}`;
  parent.append(element);
}
