// Drawing, choosing, changing, deleting, taking back and copying marks: one part of the viewer.
import VectorLayer from "ol/layer/Vector.js";
import Feature from "ol/Feature.js";
import { containsExtent, createEmpty, extend, getCenter } from "ol/extent.js";
import Point from "ol/geom/Point.js";
import VectorSource from "ol/source/Vector.js";

import { h } from "./dom.js";
import { Drawing } from "./drawing.js";
import { Editing } from "./editing.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { addition, change, deletion, isSame, marksNow, statement } from "./marklist.js";
import { MarkPanel } from "./markpanel.js";
import { handleStyle, markStyle, toFeature, toGeometry } from "./marks.js";
import { newId } from "./oplog.js";
import { Proposals } from "./proposals.js";
import { Refusals } from "./refusals.js";
import { handlesOf, moved, reshaped, withoutCorner } from "./shapes.js";
import { DRAWN, isStacked } from "./stage.js";
import { UndoStack } from "./undo.js";
import { STATES, TOOLS } from "./words.js";

const NUDGED_MS = 600;
const ROOM_PX = 24;
const NUDGES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Annotate {
  help = [
    ["M L Y D E G T", "point, line, arrow, box, circle, polygon, text; Enter or a double click ends, Backspace takes a corner back, Esc stops"],
    ["click  Tab", "choose a mark; Shift adds one; drag it or its handles; Alt and click on a corner takes it out"],
    ["Enter", "write the label of the chosen mark"],
    ["arrows", "nudge the chosen mark; with Shift they pan"],
    ["Delete", "delete the chosen marks"],
    ["Z  Shift+Z", "undo, redo (also Ctrl+Z, Ctrl+Y)"],
    ["F", "copy the chosen marks to other dates"],
  ];

  constructor(viewer) {
    this.viewer = viewer;
    this.stage = viewer.stage;
    this.log = viewer.log;
    this.extras = []; // of each pane: its layer of handles, proposals and outlines that were refused
    this.draft = new Map(); // mark id -> geometry while it is dragged
    const { data } = viewer;
    const key = `${data.site.id}.${data.who}`;
    viewer.journey.looked ??= data.look?.turn ?? 0;
    this.stack = new UndoStack(key);
    this.drawing = new Drawing(this.stage, (pane, shape, geometry) => this.#drawn(pane ?? viewer.active, shape, geometry));
    this.panel = new MarkPanel(data, {
      change: (mark, fields) => this.#record([change(mark, fields)]),
      remove: () => this.deleteChosen(),
      copy: () => this.copy(),
      close: () => this.#letGo(),
    });
    this.refusals = new Refusals({
      marks: () => this.byId,
      targetName: (id) => viewer.data.targets.find((one) => one.id === id)?.name ?? id,
      mine: (operation, mark, fields) => this.#insist(operation, change(mark, fields)),
      remove: (operation, mark) => this.#insist(operation, deletion(mark)),
      dismiss: (operation) => this.#dismiss(operation),
      look: (mark) => this.#choose(mark),
    });
    this.proposals = new Proposals(key, {
      captures: () => viewer.data.captures,
      label: (id) => viewer.data.captures.find((one) => one.id === id)?.label ?? "",
      frame: (id) => viewer.frames.of(id),
      show: (step) => this.#look(step.capture, step.marks),
      begin: () => this.stage.choose([]),
      focus: () => this.#focus(),
      decide: (step, state) => this.#decide(step, state),
      changed: () => viewer.redraw(),
    });
    this.layers = data.read_only ? [this.refusals.root] : [this.panel.root, this.refusals.root, this.proposals.chooser, this.proposals.question];
    this.tools = data.read_only ? [] : this.#tools();
    this.follow = () => this.#placePanel();
    this.stage.view.on("change", this.follow);
  }

  // -- what there is

  get marks() {
    return marksNow(this.viewer.data.annotations, this.log.pending.filter((operation) => operation.site === this.viewer.data.site.id));
  }

  get byId() {
    return new Map(this.marks.map((mark) => [mark.id, mark]));
  }

  marksOn(capture) {
    return this.marks.filter((mark) => mark.capture === capture && this.viewer.frames.has(mark));
  }

  get chosen() {
    const { byId } = this;
    return [...this.stage.chosen].map((id) => byId.get(id)).filter(Boolean);
  }

  // -- the toolbar

  #tools() {
    const button = (name, key, action, id, icons, extra = {}) =>
      h("button", { type: "button", title: `${name} (${key})`, "aria-label": name, "data-tool": id, onclick: action, ...extra }, icon(icons), h("kbd", {}, key));
    this.buttons = Object.fromEntries(TOOLS.map((tool) => [tool.id, button(t(tool.name), tool.key.toUpperCase(), () => this.draw(tool.id), tool.id, tool.icon, { "aria-pressed": "false" })]));
    this.remove = button(t("Delete"), "Del", () => this.deleteChosen(), "delete", "remove", { disabled: true });
    this.back = button(t("Undo"), "Z", () => this.undo(), "undo", "undo", { disabled: true });
    this.again = button(t("Redo"), "⇧Z", () => this.undo(true), "redo", "redo", { disabled: true });
    this.copying = button(t("Copy to other dates"), "F", () => this.copy(), "copy", "copy", { disabled: true });
    return [...Object.values(this.buttons), this.remove, this.back, this.again, this.copying];
  }

  #showTools() {
    if (!this.buttons) return;
    const none = this.stage.chosen.size === 0;
    this.remove.disabled = none;
    this.copying.disabled = none;
    this.back.disabled = !this.stack.done.length;
    this.again.disabled = !this.stack.undone.length;
  }

  // -- drawing

  draw(shape) {
    if (this.viewer.data.read_only || this.viewer.mode === "all") return;
    if (this.tool === shape) return this.stop();
    this.stage.choose([]);
    this.tool = shape;
    this.drawing.start(shape);
    this.#showDrawing();
  }

  stop() {
    const had = Boolean(this.tool);
    this.tool = null;
    this.drawing.stop();
    this.#showDrawing();
    return had;
  }

  #showDrawing() {
    for (const [name, button] of Object.entries(this.buttons ?? {})) button.setAttribute("aria-pressed", String(name === this.tool));
    this.viewer.controls.showDrawing(this.tool);
  }

  #drawn(pane, shape, geometry) {
    const capture = this.viewer.capture(pane);
    this.stop();
    if (!capture) return;
    const label = this.viewer.note.trim();
    this.viewer.setNote("");
    this.viewer.activate(pane);
    this.add(capture, shape, geometry, label);
    if (shape === "text") this.panel.focus();
  }

  // a new mark of the target on a picture
  add(capture, shape, geometry, label) {
    const { site, target } = this.viewer.data;
    const mark = {
      id: newId(),
      site: site.id,
      capture: capture.id,
      number: this.viewer.frames.of(capture.id),
      target: target.id === "none" ? null : target.id,
      shape,
      geometry,
      label,
      note: "",
      evidence: true,
    };
    this.#record([addition(mark)]);
    this.stage.choose([mark.id]);
  }

  // -- saying, taking back

  // changes that belong together: { redo, undo, again? } each, as in marklist.js
  #record(changes) {
    this.#settleNudge();
    const ids = changes.map((one) => this.#add(one.redo).id);
    this.stack.push({ ids, undo: changes.map((one) => one.undo).reverse(), redo: changes.map((one) => one.again ?? one.redo) });
    this.viewer.redraw();
  }

  // places on stills are those of the frame that they share: what it was then is said along
  #add(operation) {
    const { frame } = this.viewer.data;
    return this.log.add(frame ? { ...operation, frame } : operation);
  }

  // a state of the target in a picture
  observe(operation) {
    this.#record([this.#statement(operation)]);
  }

  #statement(operation) {
    const same = (one) => one.kind === "observe" && one.capture === operation.capture && one.target === operation.target && one.site === operation.site;
    const waiting = this.log.pending.findLast(same);
    const isShown = operation.target === this.viewer.data.target.id;
    const said = this.viewer.data.captures.find((one) => one.id === operation.capture)?.said;
    const both = statement(operation, waiting ? (waiting.state ? waiting : null) : said);
    if (!waiting && !isShown) delete both.redo.seen; // what was said of another target is not known here
    return both;
  }

  undo(isRedo = false) {
    this.#settleNudge();
    const entry = this.stack.take(isRedo);
    if (!entry) return this.viewer.controls.say(isRedo ? t("Nothing to do again.") : t("Nothing to take back."));
    const { byId } = this;
    const operations = isRedo ? entry.redo : entry.undo;
    const based = (operation) => {
      const version = byId.get(operation.annotation)?.version;
      return version ? { ...operation, base_version: version } : operation;
    };
    this.stack.named(entry, operations.map((operation) => this.#add(based(operation)).id));
    this.viewer.controls.say(isRedo ? t("Done again.") : t("Taken back."));
    this.viewer.redraw();
    const there = operations.map((operation) => operation.annotation).filter((id) => this.byId.has(id));
    this.stage.choose(there);
  }

  // the server's answers
  settle(data) {
    const refused = this.log.settle(data.acked, data.refusals);
    for (const operation of refused) this.stack.forget(operation.id);
    const unusable = data.refusals.findLast((refusal) => refusal.id === "");
    if (unusable && this.log.pending.length) this.viewer.controls.say(unusable.sentence);
  }

  #insist(operation, one) {
    this.log.dismiss(operation.id);
    this.#record([one]);
    this.#focus();
  }

  #dismiss(operation) {
    this.log.dismiss(operation.id);
    this.viewer.redraw();
    this.#focus();
  }

  // -- choosing

  // the pane that shows a picture, else the active one shows it now
  #show(capture) {
    const { viewer } = this;
    if (viewer.mode === "all") viewer.leaveAll();
    const pane = viewer.panes.find((each) => viewer.shown[each] === capture);
    if (pane === undefined) viewer.show(viewer.active, capture);
    else viewer.activate(pane);
  }

  #choose(mark) {
    this.#look(mark.capture, [mark]);
    this.stage.choose([mark.id]);
  }

  // bring marks of a picture into view, on the side of the swipe line that their picture has
  #look(capture, marks) {
    this.#show(capture);
    this.viewer.frames.choose(capture, marks[0]?.number ?? 0);
    const { viewer, stage } = this;
    const extent = createEmpty();
    for (const mark of marks) extend(extent, toGeometry(mark.geometry).getExtent());
    if (!containsExtent(stage.view.calculateExtent(stage.size), extent)) stage.view.setCenter(getCenter(extent));
    if (viewer.mode !== "swipe") return;
    const [width] = stage.size;
    const across = (x) => (x - stage.view.getCenter()[0]) / (stage.view.getResolution() * width) + 0.5;
    const room = ROOM_PX / width;
    if (viewer.shown[0] === capture) viewer.slideTo(Math.max(stage.fraction, across(extent[2]) + room));
    else viewer.slideTo(Math.min(stage.fraction, across(extent[0]) - room));
  }

  #letGo() {
    this.stage.choose([]);
    this.#focus();
  }

  // what had the focus may be gone: keys act on the pictures again
  #focus() {
    this.viewer.controls.stage.focus({ preventScroll: true });
  }

  picked() {
    this.#settleNudge();
    this.#showTools();
    this.#showExtras();
    this.#showPanel();
  }

  // Tab goes through the marks of the active picture, then on to what follows on the page
  #next(by) {
    const ids = this.marksOn(this.viewer.shown[this.viewer.active]).map((mark) => mark.id);
    const at = ids.indexOf([...this.stage.chosen][0]);
    const next = at < 0 ? (by > 0 ? 0 : ids.length - 1) : at + by;
    this.stage.choose(ids[next] ? [ids[next]] : []);
    return Boolean(ids[next]);
  }

  deleteChosen() {
    if (this.viewer.data.read_only) return;
    const marks = this.chosen.filter((mark) => !mark.sealed);
    this.stage.choose([]);
    if (marks.length) this.#record(marks.map(deletion));
    this.#focus();
  }

  // -- moving and reshaping

  isFree() {
    return !this.tool && !this.viewer.data.read_only && !this.viewer.marksHidden;
  }

  // layers of handles that a pixel of a map can hit
  handleLayersAt(map, pixel) {
    const at = this.stage.paneAt(map, pixel);
    if (!isStacked(this.viewer.mode)) return [this.extras[at]];
    const both = [this.extras[0], this.over];
    return at === null ? both : [both[at]];
  }

  chosenAt(map, pixel) {
    const layers = this.stage.markLayersAt(map, pixel);
    const hits = map.getFeaturesAtPixel(pixel, { layerFilter: (layer) => layers.includes(layer), hitTolerance: 4 });
    if (!hits.some((feature) => this.stage.chosen.has(feature.getId()))) return [];
    return this.chosen.filter((mark) => !mark.sealed).map((mark) => mark.id);
  }

  // marks as they are when somebody takes hold of them: what others do meanwhile is a conflict, not unseen
  grip(ids, handle, from) {
    this.#settleNudge();
    const { byId } = this;
    return { marks: ids.map((id) => byId.get(id)), handle, from };
  }

  drag({ marks, handle, from }, to) {
    for (const mark of marks) {
      this.draft.set(mark.id, handle ? reshaped(mark.shape, mark.geometry, handle, to) : moved(mark.geometry, to[0] - from[0], to[1] - from[1]));
    }
    this.#showDraft();
  }

  drop({ marks }) {
    const changes = marks.filter((mark) => !isSame(this.draft.get(mark.id), mark.geometry)).map((mark) => change(mark, { geometry: this.draft.get(mark.id) }));
    this.draft.clear();
    this.stage.held = new Set();
    if (changes.length) this.#record(changes);
    else this.viewer.redraw();
  }

  cut(handle) {
    const mark = this.byId.get(handle.id);
    const geometry = mark && withoutCorner(mark.shape, mark.geometry, handle);
    if (geometry) this.#record([change(mark, { geometry })]);
  }

  // arrow keys: by a screen pixel; what is done in one go is one change
  #nudge([dx, dy]) {
    const marks = this.chosen.filter((mark) => !mark.sealed);
    if (!marks.length) return false;
    this.nudging ??= { marks, dx: 0, dy: 0 };
    const step = this.stage.view.getResolution();
    this.nudging.dx += dx * step;
    this.nudging.dy += dy * step;
    for (const mark of this.nudging.marks) this.draft.set(mark.id, moved(mark.geometry, this.nudging.dx, this.nudging.dy));
    this.#showDraft();
    clearTimeout(this.nudged);
    this.nudged = setTimeout(() => this.#settleNudge(), NUDGED_MS);
    return true;
  }

  #settleNudge() {
    if (!this.nudging) return;
    clearTimeout(this.nudged);
    const { nudging } = this;
    this.nudging = null;
    this.drop(nudging);
  }

  #showDraft() {
    this.stage.held = new Set(this.draft.keys());
    for (const [id, geometry] of this.draft) {
      for (const { marks } of this.stage.panes) marks.getFeatureById(id)?.setGeometry(toGeometry(geometry));
    }
    this.#showExtras();
    this.#placePanel();
  }

  // -- copies

  copy() {
    const marks = this.chosen;
    if (this.viewer.data.read_only) return;
    if (marks.length) this.proposals.choose(marks);
    else this.viewer.controls.say(t("Choose a mark first, then copy it."));
  }

  #decide({ capture, target, marks }, state) {
    const { viewer } = this;
    const kept = state === "present" ? marks.map(({ version, pending, sealed, author, ...mark }) => addition(mark)) : [];
    const said = target ?? viewer.data.target.id;
    const note = viewer.note.trim();
    const changes = [...kept];
    if (said !== "none") changes.push(this.#statement({ site: viewer.data.site.id, target: said, capture, state, confidence: viewer.confidence, note }));
    viewer.setNote("");
    if (changes.length) this.#record(changes);
  }

  // -- what is shown

  update({ look }) {
    const { byId } = this;
    const left = [...this.stage.chosen].filter((id) => byId.has(id));
    if (left.length !== this.stage.chosen.size) this.stage.choose(left);
    // a mark that was chosen in the list below the pictures
    if (!(look?.turn > this.viewer.journey.looked)) return;
    this.viewer.journey.looked = look.turn;
    if (byId.has(look.mark)) this.#choose(byId.get(look.mark));
  }

  redraw() {
    this.#attach();
    this.#showTools();
    this.#showExtras();
    this.#showPanel();
    this.proposals.show();
    this.refusals.show(this.log.refused.filter((operation) => operation.site === this.viewer.data.site.id));
    this.viewer.controls.showSaving(this.log);
  }

  #attach() {
    for (const { map, index } of this.stage.panes.slice(this.extras.length)) {
      this.extras.push(extrasLayer(new VectorSource()));
      map.addLayer(this.extras[index]);
      map.addInteraction(new Editing(this));
    }
    if (!this.over) {
      // those of the second picture once more, on the first; each picture's end at the swipe line
      this.over = extrasLayer(this.extras[1].getSource());
      this.stage.panes[0].map.addLayer(this.over);
      this.stage.clip(this.extras[0], 0);
      this.stage.clip(this.over, 1);
    }
    this.over.setVisible(isStacked(this.viewer.mode));
  }

  // in each map: handles of the one chosen mark, copies to be confirmed, outlines of mine that were refused
  #showExtras() {
    const { viewer } = this;
    const { chosen } = this;
    const conflicts = this.log.refused.filter((operation) => operation.kind === "edit" && operation.geometry);
    const { byId } = this;
    this.extras.forEach((layer, pane) => {
      const shown = viewer.seen(pane)?.id;
      const one = chosen.length === 1 && !viewer.data.read_only && !chosen[0].sealed && chosen[0].capture === shown ? chosen[0] : null;
      const handles = one ? handlesOf(one.shape, this.draft.get(one.id) ?? one.geometry).map((handle) => handleFeature(one.id, handle)) : [];
      const copies = this.proposals.kept.filter((mark) => mark.capture === shown).map((mark) => flagged(mark, "proposed"));
      const mine = conflicts
        .map((operation) => ({ operation, mark: byId.get(operation.annotation) }))
        .filter(({ mark }) => mark?.capture === shown)
        .map(({ operation, mark }) => flagged({ ...mark, id: operation.id, geometry: operation.geometry, label: t("yours") }, "mine"));
      const source = layer.getSource();
      source.clear(true);
      source.addFeatures([...copies, ...mine, ...handles]);
    });
  }

  #showPanel() {
    const { chosen, viewer } = this;
    // a mark of which two versions stand there is decided first
    const isOpen = this.log.refused.some((operation) => chosen.some((mark) => mark.id === operation.annotation));
    const marks = viewer.data.read_only || viewer.mode === "all" || isOpen ? [] : chosen;
    const labels = new Set(marks.map((mark) => this.viewer.data.captures.find((one) => one.id === mark.capture)?.label));
    this.panel.show(marks, labels.size === 1 ? [...labels][0] : "");
    this.#placePanel();
  }

  #placePanel() {
    if (this.panel.root.hidden) return;
    const [mark] = this.chosen;
    const pane = this.viewer.panes.find((each) => this.viewer.shown[each] === mark?.capture);
    const map = this.stage.panes[isStacked(this.viewer.mode) ? 0 : (pane ?? 0)]?.map;
    if (!mark || !map?.getSize()) return;
    const [west, south, east, north] = toGeometry(this.draft.get(mark.id) ?? mark.geometry).getExtent();
    const [low, high] = [map.getPixelFromCoordinate([west, north]), map.getPixelFromCoordinate([east, south])];
    if (!low || !high) return;
    const stage = this.viewer.controls.stage.getBoundingClientRect();
    const own = map.getTargetElement().getBoundingClientRect();
    this.panel.place([low[0] + own.left - stage.left, low[1] + own.top - stage.top, high[0] + own.left - stage.left], stage);
  }

  // -- keys: true where the key was for marks

  key(event) {
    if (this.viewer.data.read_only) return false;
    const letter = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) return this.#withControl(letter, event);
    if (event.altKey) return false;
    if (this.proposals.step && !this.tool && this.#answer(letter)) return true;
    if (this.tool) return this.#whileDrawing(event.key);
    const tool = TOOLS.find((each) => each.key === letter);
    if (tool) return this.#do(() => this.draw(tool.id));
    if (letter === "z") return this.#do(() => this.undo(event.shiftKey));
    if (letter === "f") return this.#do(() => this.copy());
    if (event.key === "Tab") return event.composedPath()[0] === this.viewer.controls.stage && this.#next(event.shiftKey ? -1 : 1);
    if (!this.stage.chosen.size || this.viewer.mode === "all") return false;
    if (event.key === "Delete" || event.key === "Backspace") return this.#do(() => this.deleteChosen());
    if (event.key === "Enter" && !this.panel.fields.hidden) return this.#do(() => this.panel.focus());
    return Boolean(NUDGES[event.key] && !event.shiftKey && this.#nudge(NUDGES[event.key]));
  }

  #do(action) {
    action();
    return true;
  }

  #withControl(letter, event) {
    if (letter === "z") return this.#do(() => this.undo(event.shiftKey));
    if (letter === "y") return this.#do(() => this.undo(true));
    return false;
  }

  #whileDrawing(key) {
    if (key === "Enter") return this.#do(() => this.drawing.finish());
    if (key === "Backspace") return this.#do(() => this.drawing.takeBack());
    const tool = TOOLS.find((each) => each.key === key.toLowerCase());
    return tool ? this.#do(() => this.draw(tool.id)) : false;
  }

  #answer(letter) {
    const state = STATES.find((each) => each.key === letter);
    if (state) return this.#do(() => this.proposals.decide(state.id));
    return letter === "k" ? this.#do(() => this.proposals.decide(null)) : false;
  }

  escape() {
    if (this.tool) return this.stop();
    if (this.proposals.closeChooser()) return true;
    if (this.stage.chosen.size) return this.#do(() => this.#letGo());
    return this.proposals.step ? this.proposals.drop() : false;
  }

  destroy() {
    this.#settleNudge();
    this.stage.view.un("change", this.follow);
  }
}

function extrasLayer(source) {
  const style = (feature, resolution) => (feature.get("handle") ? handleStyle(feature) : markStyle(feature, feature.get("proposed"), resolution));
  return new VectorLayer({ source, className: DRAWN, zIndex: 5, style });
}

function flagged(mark, flag) {
  const feature = toFeature(mark);
  feature.set(flag, true);
  return feature;
}

function handleFeature(id, handle) {
  const feature = new Feature({ geometry: new Point(handle.at) });
  feature.set("handle", { ...handle, id });
  return feature;
}
