// The comparison viewer: a Streamlit component (v2). `render` is called at mount and whenever Python sends new data;
// what it returns is called once at unmount. Dates, modes, zoom and drawing stay in the browser; only operations
// (marks, states) reach Python, through the operation log.
//
// `shown` holds the capture of each pane, `active` the number of the pane that keys act on.
import olStyles from "ol/ol.css";

import { Controls } from "./controls.js";
import { Journey } from "./journey.js";
import { remember, remembered } from "./keep.js";
import { setLanguage, t } from "./language.js";
import { makeParts } from "./parts.js";
import { Prefetch, whenIdle } from "./prefetch.js";
import { MOST_PANES, Stage } from "./stage.js";
import { MODES, STATES, isDecisive } from "./words.js";
import styles from "./viewer.css";

const instances = new WeakMap();
const RENEW_AFTER_MS = 5000;
const LOOKS = new Set([" ", "+", "=", "-", "0", "[", "]", "h", "arrowleft", "arrowright", "arrowup", "arrowdown"]); // keep Space's look
const FRAME = ["read_only", "language", "project", "who", "frame"]; // what a viewer is made for, beside its site

export function render(component) {
  const host = component.parentElement.querySelector(".sitetrack-viewer");
  const { data } = component;
  const known = instances.get(host);
  const isSame = known && known.data.who === data.who && known.data.project === data.project;
  if (known && !isSame) known.journey.log.destroy();
  const journey = isSame ? known.journey : new Journey(component);
  journey.take(component);
  if (known && journey.isBehind(data)) known.acknowledge(data);
  else if (known && known.data.site.id === data.site.id && FRAME.every((name) => known.data[name] === data[name])) known.update(data);
  else enter(host, data, journey);
  return () => {
    instances.get(host)?.destroy();
    instances.delete(host);
  };
}

// make the viewer of a site in place of the one before; the focus stays with the pictures
function enter(host, data, journey) {
  const before = instances.get(host);
  const focused = host.getRootNode().activeElement;
  const takesFocus = before ? host.contains(focused) : document.activeElement === document.body;
  before?.destroy();
  delete host.dataset.ready;
  delete host.dataset.going;
  const viewer = new Viewer(host, data, journey);
  instances.set(host, viewer);
  if (takesFocus) viewer.controls.stage.focus({ preventScroll: true });
}

class Viewer {
  constructor(host, data, journey) {
    this.host = host;
    this.data = data;
    this.journey = journey;
    this.log = journey.log;
    this.active = 1;
    this.confidence = "moderate";
    this.note = "";
    setLanguage(this.data.language);
    host.replaceChildren();
    addStyles(host.getRootNode());
    this.controls = new Controls(host, this);
    this.direction = -1; // of the last step through the dates
    this.prefetch = new Prefetch();
    this.stage = new Stage(this.controls.panes, this.data, {
      busy: () => this.#busy(),
      arrived: () => this.#ahead(), // while the browser draws the server has nothing to do
      ready: () => this.#ready(),
      moved: () => this.#address(),
      blinked: (pane) => this.controls.showBlink(pane),
      activated: (pane) => pane !== null && this.activate(pane),
      picked: () => this.annotate?.picked(),
      tileRefused: () => this.#renew(),
    });
    this.path = location.pathname;
    host.viewer = this; // for tests and the browser's console
    this.parts = makeParts(this);
    this.controls.addParts(this.parts);
    journey.changed = () => this.controls.showSaving(this.log);
    const address = journey.isFresh ? new URLSearchParams(location.search) : new URLSearchParams();
    journey.isFresh = false;
    this.shown = this.#firstShown(address);
    const more = this.shown.length - 2;
    this.wanted = more > 0 ? this.shown.length : (remembered("count") ?? 2); // pictures beside each other
    this.observer = new ResizeObserver(() => this.stage.resized());
    this.observer.observe(host);
    this.setMode([address.get("mode"), remembered("mode")].find((mode) => MODES.some((each) => each.id === mode)) ?? "swipe");
    this.isMade = true;
    this.update(data);
    this.stage.home(this.data.home);
    if (address.get("view")) this.stage.place = address.get("view");
    this.controls.say(journey.line);
    journey.line = "";
  }

  update(data) {
    this.data = data;
    this.annotate.settle(data);
    this.stage.setToken(this.data.token);
    this.shown = this.shown.map((id, pane) => (this.#known(id) ? id : this.data.shown[pane] ?? this.data.shown[0]));
    this.shown.forEach((id, pane) => this.stage.show(pane, this.seen(pane)?.id ?? id));
    for (const part of this.parts) part.update?.(this.data);
    this.#redraw();
    this.#address();
  }

  // Python is still at a site that was left: only what it has stored counts
  acknowledge(data) {
    const stored = new Set(data.acked);
    this.data = { ...this.data, captures: this.#withSaid(this.log.pending.filter((operation) => stored.has(operation.id))) };
    this.annotate.settle(data);
    this.#redraw();
  }

  // -- what is shown

  #known(id) {
    return this.data.captures.some((capture) => capture.id === id);
  }

  #find(id) {
    return this.data.captures.find((capture) => capture.id === id);
  }

  // the picture that a pane is about, and that keys act on
  capture(pane) {
    return this.#find(this.shown[pane]);
  }

  // the picture that is seen there: another one while Space looks at it
  seen(pane) {
    return this.#find(this.peeked?.pane === pane ? this.peeked.id : this.shown[pane]);
  }

  // numbers of the panes on the screen, two where two pictures lie on each other
  get panes() {
    return [...Array(this.mode === "side" ? this.stage.count : 2).keys()];
  }

  // the address wins, then what this tab showed last, then Python's proposal
  #firstShown(address) {
    const kept = remembered(`shown.${this.data.site.id}`) ?? [];
    const more = (address.get("more") ?? "").split(",").filter((id) => this.#known(id));
    const said = [address.get("left"), address.get("right")];
    const pair = said.map((id, pane) => [id, kept[pane], this.data.shown[pane]].find((each) => this.#known(each)) ?? null);
    return [...pair, ...more.slice(0, MOST_PANES - 2)];
  }

  show(pane, id) {
    this.endPeek();
    this.shown = this.shown.with(pane, id);
    this.stage.show(pane, id);
    remember(`shown.${this.data.site.id}`, this.shown.slice(0, 2));
    this.#redraw();
    this.#address();
  }

  thumbnail(id, large = false) {
    return `${(large ? this.data.grid.card : this.data.grid.thumbnail).replace("{capture}", id)}?k=${this.data.token}`;
  }

  // the picture that many dates later (earlier) in a pane; the ends stay
  step(by) {
    this.direction = Math.sign(by);
    const ids = this.data.captures.map((capture) => capture.id);
    const at = ids.indexOf(this.shown[this.active]);
    const next = ids[Math.min(ids.length - 1, Math.max(0, at + by))];
    if (next && next !== ids[at]) this.show(this.active, next);
  }

  exchange() {
    const [first, second] = this.shown;
    this.show(0, second);
    this.show(1, first);
  }

  activate(pane) {
    if (pane !== this.active) this.endPeek();
    this.active = pane;
    this.controls.showPanes();
    for (const part of this.parts) part.redraw?.();
  }

  activateNext() {
    const { panes } = this;
    this.activate(panes[(panes.indexOf(this.active) + 1) % panes.length]);
  }

  // a mode of `MODES`; those with a number of panes are side by side with that many
  setMode(id, count = null) {
    const mode = MODES.find((each) => each.id === id);
    if (count ?? mode.panes) this.wanted = count ?? (id === "side" ? Math.max(2, this.wanted) : mode.panes);
    const next = mode.panes ? "side" : id;
    if (next !== "all") this.lastMode = next;
    this.mode = next;
    this.host.dataset.mode = next;
    const panes = next === "side" ? Math.min(this.wanted, Math.max(2, this.data.captures.length)) : 2;
    this.#fillPanes(panes);
    this.stage.setMode(next, panes);
    remember("mode", next);
    remember("count", this.wanted);
    if (!this.panes.includes(this.active)) this.active = 1;
    this.#address();
    this.controls.showMode(next, this.wanted);
    if (this.isMade) this.#redraw();
  }

  leaveAll() {
    this.setMode(this.lastMode ?? "swipe");
  }

  // more panes take the dates nearest to the pane that keys act on, in their order
  #fillPanes(count) {
    const ids = this.data.captures.map((capture) => capture.id);
    const kept = this.shown.slice(0, Math.max(2, count));
    const at = ids.indexOf(this.shown[Math.min(this.active, kept.length - 1)]);
    const far = (id) => Math.abs(ids.indexOf(id) - at);
    const free = ids.filter((id) => !kept.includes(id)).sort((one, other) => far(one) - far(other));
    const added = new Set(free.slice(0, Math.max(0, count - kept.length)));
    this.shown = [...kept, ...ids.filter((id) => added.has(id))];
    this.shown.forEach((id, pane) => this.stage.show(pane, id));
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

  // what is seen belongs to the page's address, without a rerun of the page; written when nothing else is to be done
  #address() {
    if (!this.isToWrite) whenIdle(() => this.#writeAddress(), { timeout: 200 });
    this.isToWrite = true;
  }

  #writeAddress() {
    if (!this.isToWrite) return;
    this.isToWrite = false;
    const address = new URL(location.href);
    if (address.pathname !== this.path) return; // another page is already on its way
    const [left, right, ...more] = this.shown;
    const look = this.parts.map((part) => part.address?.()).find(Boolean);
    const said = { site: this.data.site.id, target: this.data.target.id, left, right, more: more.join(","), mode: this.mode, view: this.stage.place, look, frames: this.frames.text };
    for (const [name, value] of Object.entries(said)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    const text = address.href.replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%3B", ";");
    if (text !== location.href) history.replaceState(history.state, "", text);
  }

  #redraw() {
    const { marks } = this.annotate;
    this.shown.forEach((shown, pane) => {
      const id = this.seen(pane)?.id;
      this.stage.setMarks(pane, marks.filter((mark) => mark.capture === id && this.frames.has(mark)));
    });
    this.stage.suggest(this.#changesShown());
    this.controls.showPanes();
    for (const part of this.parts) part.redraw?.();
  }

  // suggested changes between the dates of the first two panes, but those whose two pictures are decided already
  #changesShown() {
    const ids = this.data.captures.map((capture) => capture.id);
    const [from, to] = [0, 1].map((pane) => ids.indexOf(this.seen(pane)?.id)).sort((one, other) => one - other);
    return this.data.changes.filter(({ between }) => {
      const [before, after] = between.map((id) => ids.indexOf(id));
      return before >= from && after <= to && !between.every((id) => isDecisive(this.stateIn(id)));
    });
  }

  redraw() {
    this.#redraw();
    this.#address();
  }

  #busy() {
    delete this.host.dataset.ready;
    this.prefetch.cancel();
  }

  #ready() {
    this.host.dataset.ready = [...this.panes.map((pane) => this.seen(pane)?.id), this.mode].join("|");
    this.controls.strip.allow();
    whenIdle(() => this.host.viewer === this && this.host.dataset.ready && this.#ahead());
    this.stage.prepare(this.data.captures.length);
  }

  // the page of all dates has its pictures
  allLoaded() {
    if (this.mode === "all") this.#ready();
  }

  // fetch what is likely to be looked at next: the dates beside the present one, first as somebody steps, and the next site's first pair
  #ahead() {
    const ids = this.data.captures.map((capture) => capture.id);
    const at = ids.indexOf(this.shown[this.active]);
    const by = this.direction;
    const beside = [ids[at + by], ids[at - by], this.#nextUnsaid(), this.#reference()?.id, ids[at + 2 * by], ids[at - 2 * by]].filter(Boolean);
    const next = this.journey.near?.[this.data.order.after[0]];
    this.prefetch.plan([...new Set(beside)].flatMap((id) => this.stage.tiles(id)).concat(next ? this.stage.firstTiles(next) : []));
  }

  // -- what is said

  // the state of the target in a picture, with what still waits to be confirmed
  stateIn(captureId) {
    const waiting = this.#waiting(captureId);
    return waiting === undefined ? (this.#find(captureId)?.state ?? null) : waiting;
  }

  // what this analyst has said of the target in a picture
  #mine(captureId) {
    const waiting = this.#waiting(captureId);
    return waiting === undefined ? (this.#find(captureId)?.mine ?? null) : waiting;
  }

  #waiting(captureId, operations = this.log.pending) {
    const { site, target } = this.data;
    return operations.findLast((one) => one.kind === "observe" && one.site === site.id && one.capture === captureId && one.target === target.id)?.state;
  }

  // the captures as they are once these operations are stored
  #withSaid(operations) {
    return this.data.captures.map((capture) => {
      const state = this.#waiting(capture.id, operations);
      if (state === undefined) return capture;
      return { ...capture, state, mine: state, said: state && { state, confidence: "moderate", note: "" } };
    });
  }

  // the next picture in date order, once around, that this analyst has said nothing of
  #nextUnsaid() {
    const ids = this.data.captures.map((capture) => capture.id);
    const at = ids.indexOf(this.shown[this.active]);
    return [...ids.slice(at + 1), ...ids.slice(0, Math.max(0, at))].find((id) => this.#mine(id) === null);
  }

  observe(state) {
    const capture = this.capture(this.active);
    if (!capture || this.data.read_only || this.data.target.id === "none" || this.host.dataset.going) return;
    const isNew = this.#mine(capture.id) === null;
    this.annotate.observe({
      site: this.data.site.id,
      target: this.data.target.id,
      capture: capture.id,
      state,
      confidence: this.confidence,
      note: this.note.trim(),
    });
    this.setNote("");
    if (this.controls.goesOn) this.#goOn(isNew);
  }

  // to the next picture to be judged; after the last one, where something new was said, to the next site
  #goOn(isNew) {
    const next = this.#nextUnsaid();
    if (next) {
      const pane = this.panes.find((each) => this.shown[each] === next);
      if (pane === undefined || this.mode === "all") this.show(this.active, next);
      else this.activate(pane);
      return;
    }
    if (!isNew) return;
    const [site] = this.data.order.after;
    const done = t("{site}: you have said something of every picture.", { site: this.data.site.name });
    if (site) this.#leave(site, `${done} ${t("Now the next site; B steps back.")}`);
    else this.controls.say(`${done} ${t("This was the last site.")}`);
  }

  // -- sites

  go(by) {
    const [site] = by < 0 ? this.data.order.before : this.data.order.after;
    if (this.host.dataset.going) return;
    if (site) this.#leave(site, "");
    else this.controls.say(by < 0 ? t("This is the first site.") : t("This is the last site."));
  }

  #leave(site, line) {
    this.endPeek();
    const captures = this.#withSaid(this.log.pending);
    const { site: here, target, targets, grid, home, center, token, annotations, shown, order, findings, north_deg, frame, places, optics, changes } = this.data;
    this.journey.go(site, { site: here, target, targets, grid, home, center, token, annotations, shown, order, findings, north_deg, frame, places, optics, changes, captures });
    this.journey.line = line;
    const data = this.journey.known(site);
    if (data) enter(this.host, data, this.journey);
    else {
      this.host.dataset.going = site; // until Python has sent it, nothing is said of what is still shown
      this.controls.say(t("Waiting for the next site…"));
    }
  }

  // -- Space: a look at the last decided picture of the target, in the place of the active one

  // the newest earlier picture with a decisive state, else the nearest later one
  #reference() {
    const { captures } = this.data;
    const at = captures.findIndex((capture) => capture.id === this.shown[this.active]);
    const decided = (capture) => isDecisive(this.stateIn(capture.id));
    return captures.slice(0, Math.max(0, at)).findLast(decided) ?? captures.slice(at + 1).find(decided);
  }

  peek(isHeld) {
    if (isHeld) {
      if (this.peeked) this.peeked.isHeld = true;
      return;
    }
    if (this.peeked) {
      this.endPeek();
      return;
    }
    const reference = this.#reference();
    if (!reference) {
      this.controls.say(t("No other picture of this target is decided yet."));
      return;
    }
    this.stopDrawing();
    this.peeked = { pane: this.active, id: reference.id, isHeld: false };
    this.stage.show(this.active, reference.id);
    this.#redraw();
  }

  // the key was let go: a look that was held ends, a short press stays
  released() {
    if (this.peeked?.isHeld) this.endPeek();
  }

  endPeek() {
    if (!this.peeked) return;
    const { pane } = this.peeked;
    this.peeked = null;
    this.stage.show(pane, this.shown[pane]);
    this.#redraw();
  }

  setNote(text) {
    this.note = text;
    this.controls.showNote(text);
  }

  stopDrawing() {
    this.annotate.stop();
  }

  // the capability in the tiles' address ran out: ask Python for another one, at most every few seconds
  #renew() {
    this.stage.refused = true;
    const now = Date.now();
    if (now - (this.renewed ?? 0) < RENEW_AFTER_MS) return;
    this.renewed = now;
    this.journey.component.setStateValue("renew", now);
  }

  // -- keys

  key(event) {
    if (this.parts.some((part) => part.key?.(event))) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.#action(event.key);
    if (!action) return;
    if (this.peeked && !LOOKS.has(event.key.toLowerCase())) this.endPeek();
    action(event);
    event.preventDefault();
    event.stopPropagation();
  }

  #action(key) {
    const letter = key.toLowerCase();
    const part = this.parts.find((each) => each.keys?.[letter]);
    if (part) return () => part.keys[letter]();
    const mode = MODES.find((each) => each.key === key);
    if (mode) return () => this.setMode(mode.id, mode.id === "side" ? 2 : null);
    const state = STATES.find((each) => each.key === letter);
    if (state) return () => this.observe(state.id);
    return {
      j: () => this.step(-1),
      k: () => this.step(1),
      n: () => this.go(1),
      b: () => this.go(-1),
      " ": (event) => this.peek(event.repeat),
      s: () => this.activateNext(),
      x: () => this.exchange(),
      h: () => this.toggleMarks(),
      w: () => this.controls.focusNote(),
      escape: () => this.#escape(),
      "?": () => this.controls.toggleHelp(),
      "[": () => this.slide(-0.05),
      "]": () => this.slide(0.05),
      "+": () => this.stage.zoom(1),
      "=": () => this.stage.zoom(1),
      "-": () => this.stage.zoom(-1),
      0: () => this.stage.home(this.data.home),
      ...(this.mode === "all" ? this.#inAll() : this.#inStage()),
    }[letter];
  }

  #inStage() {
    return {
      arrowleft: () => this.stage.pan(-1, 0),
      arrowright: () => this.stage.pan(1, 0),
      arrowup: () => this.stage.pan(0, 1),
      arrowdown: () => this.stage.pan(0, -1),
    };
  }

  #inAll() {
    const { columns } = this.controls.all;
    return {
      arrowleft: () => this.step(-1),
      arrowright: () => this.step(1),
      arrowup: () => this.step(-columns),
      arrowdown: () => this.step(columns),
      enter: () => this.leaveAll(),
    };
  }

  #escape() {
    if (this.parts.some((part) => part.escape?.())) return;
    if (this.controls.helpShown) this.controls.toggleHelp();
    else if (this.mode === "all") this.leaveAll();
  }

  destroy() {
    this.isToWrite = false;
    for (const part of this.parts) part.destroy?.();
    this.prefetch.cancel();
    this.observer.disconnect();
    this.stage.destroy();
    this.controls.destroy();
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
