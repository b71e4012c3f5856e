// Georeference by hand: a Streamlit component (v2). The picture and the map lie beside each other; pairs of points are set
// on both. Each change asks the server's own route how the pairs fit; only saving reaches Python, as component state.
import olStyles from "ol/ol.css";
import ImageLayer from "ol/layer/Image.js";
import TileLayer from "ol/layer/Tile.js";
import Projection from "ol/proj/Projection.js";
import ImageStatic from "ol/source/ImageStatic.js";
import TileImage from "ol/source/TileImage.js";
import TileGrid from "ol/tilegrid/TileGrid.js";

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { remember, remembered } from "./keep.js";
import { setLanguage, t } from "./language.js";
import { Places, decimal } from "./places.js";
import { PairList } from "./pairlist.js";
import { onAStill, onTheMap } from "./pairwords.js";
import { PointPane } from "./pointpane.js";
import { Warp } from "./warpmesh.js";
import styles from "./georef.css";

const instances = new WeakMap();
const MOST_UNDONE = 100;

export function render(component) {
  const host = component.parentElement.querySelector(".sitetrack-georef");
  const known = instances.get(host);
  if (known?.data.capture.id === component.data.capture.id && known.data.still?.id === component.data.still?.id && known.data.turn === component.data.turn && known.data.language === component.data.language) known.update(component);
  else {
    known?.destroy();
    instances.set(host, new Georef(host, component));
  }
  return () => {
    instances.get(host)?.destroy();
    instances.delete(host);
  };
}

class Georef {
  constructor(host, component) {
    this.host = host;
    this.component = component;
    this.data = component.data;
    setLanguage(this.data.language);
    this.words = this.data.still ? onAStill() : onTheMap();
    addStyles(host.getRootNode());
    this.past = [];
    this.fit = null; // what the server said of the pairs: rms, loo, residuals by pair, mesh; or problem
    this.places = this.data.places ? new Places(this.data.places) : null;
    const address = new URLSearchParams(location.search);
    this.model = this.#kept()?.model ?? ([address.get("model")].find((one) => this.data.models.some((model) => model.id === one)) || this.data.model);
    this.reference = [address.get("reference"), this.data.reference].find((one) => this.data.references.some((each) => each.id === one)) ?? this.data.references[0]?.id ?? null;
    this.pairs = this.#kept()?.pairs ?? this.data.points.map(pairOf);
    this.pairs = this.pairs.map((pair) => ({ ...pair, id: newId() }));
    this.chosen = null;
    this.isDirty = Boolean(this.#kept());
    this.#build();
    host.georef = this; // for tests and the browser's console
    this.#showReference();
    this.#changed(false);
  }

  update(component) {
    this.component = component;
    const before = this.data;
    this.data = component.data;
    if (this.data.answer && this.data.answer.id === this.waiting) {
      this.waiting = null;
      this.refused = this.data.answer.refused;
      if (!this.refused) {
        remember(this.#key(before.version), null);
        this.isDirty = false;
      }
      this.host.dataset.answered = this.data.answer.id;
    }
    if (this.data.proposed && this.data.proposed.id === this.seeking) this.#take(this.data.proposed);
    this.#show();
  }

  // pairs that matching proposes take the place of those that are there; Undo brings these back
  #take({ id, refused, points, model, agreeing, looked }) {
    this.seeking = null;
    this.refused = null;
    this.unmatched = refused;
    this.host.dataset.proposed = id;
    if (refused) return;
    this.#remember();
    this.pairs = points.map((row) => ({ ...pairOf(row), id: newId() }));
    this.matched = { agreeing, looked };
    this.chosen = null;
    this.setModel(model);
    this.ground.whole();
  }

  propose() {
    if (this.seeking) return;
    this.seeking = newId();
    this.unmatched = null;
    this.refused = null;
    this.component.setStateValue("propose", { id: this.seeking, capture: this.data.capture.id, reference: this.reference });
    this.#show();
  }

  #key(version = this.data.version) {
    return `points.${this.data.capture.id}.${this.data.still ? `${this.data.still.id}.` : ""}${version}`;
  }

  #kept() {
    return remembered(this.#key());
  }

  // -- what it is made of

  #build() {
    const { capture, still } = this.data;
    // the other side is the map, in metres, or another still, in its pixels with rows upwards
    const grid = this.data.grid ?? { code: "still", extent: [0, -still.height, still.width, 0], resolutions: [1] };
    const [width, height] = [capture.width, capture.height];
    const flat = new Projection({ code: "picture", units: "pixels", extent: [0, -height, width, 0] });
    const metric = new Projection({ code: grid.code, units: "m", extent: grid.extent, getPointResolution: (resolution) => resolution });
    this.metric = metric;
    this.tiles = still ? stillLayer(still, grid.extent, metric) : new TileLayer({ className: "reference" });
    this.warp = new Warp(metric);
    const image = new Image();
    image.onload = () => this.warp.setPicture(image, [width, height]);
    image.onerror = () => this.#say(t("The picture could not be loaded; reload the page."));
    image.src = capture.url;
    this.picture = new PointPane({
      name: this.words.one,
      projection: flat,
      extent: [0, -height, width, 0],
      view: [0, -height, width, 0],
      layers: [new ImageLayer({ source: new ImageStatic({ url: capture.url, imageExtent: [0, -height, width, 0], projection: flat, interpolate: true }) })],
      finest: 1,
      events: this.#events("picture"),
    });
    this.ground = new PointPane({
      name: this.words.other,
      projection: metric,
      extent: grid.extent,
      view: grid.extent,
      layers: [this.tiles, this.warp.layer],
      finest: grid.resolutions.at(-1),
      hasScale: !still,
      events: this.#events("ground"),
    });
    this.ground.home = this.data.home; // undefined: all of it
    this.list = new PairList(this);
    this.how = h("div", { class: "how", role: "status" });
    this.numbers = h("div", { class: "numbers", role: "status" });
    const models = h("select", { "data-model": "", onchange: () => this.setModel(models.value) }, ...this.data.models.map((model) => h("option", { value: model.id, selected: model.id === this.model }, model.name)));
    const references = h("select", { "data-reference": "", onchange: () => this.setReference(references.value) }, ...this.data.references.map((each) => h("option", { value: each.id, selected: each.id === this.reference }, each.label)));
    const fade = h("input", { type: "range", min: "0", max: "100", value: "60", "data-fade": "", oninput: () => this.warp.layer.setOpacity(fade.value / 100) });
    this.undoButton = h("button", { type: "button", "data-undo": "", title: t("Take the last change of points back"), onclick: () => this.undo() }, icon("undo"), t("Undo"));
    this.proposeButton = h("button", { type: "button", "data-propose": "", title: t("Match the picture with the one that places are looked up on; nothing is saved"), onclick: () => this.propose() }, icon("match"), t("Propose points"));
    const bar = h(
      "div",
      { class: "bar", role: "toolbar", "aria-label": this.words.toolbar },
      still ? null : h("label", {}, t("Places are looked up on"), references),
      still ? null : h("label", {}, t("How the pairs place it"), models),
      h("label", { class: "fade" }, t("Overlay"), fade),
      this.undoButton,
      still || this.data.read_only || !this.data.references.length ? null : this.proposeButton,
    );
    this.models = models;
    this.reason = h("input", { type: "text", maxlength: "500", "data-reason": "", placeholder: t("how it is known") });
    this.saveButton = h("button", { type: "button", class: "save", "data-save": "", onclick: () => this.save() }, t("Save"));
    const save = h("div", { class: "saving" }, h("label", {}, t("Reason"), this.reason), this.saveButton);
    const side = h("div", { class: "side" }, this.numbers, this.list.root, this.data.read_only ? null : save);
    this.host.replaceChildren(
      h("div", { class: "frame" }, bar, this.how, h("div", { class: "work" }, pane(this.words.one, capture.label, this.picture), pane(this.words.other, "", this.ground), side)),
    );
    this.mapLabel = this.host.querySelectorAll(".pane .title .detail")[1];
    this.ended = new AbortController();
    this.host.addEventListener("keydown", (event) => this.#keys(event), { signal: this.ended.signal });
    this.observer = new ResizeObserver(() => {
      for (const each of [this.picture, this.ground]) each.map.updateSize();
      if (!this.isFitted && this.picture.element.clientWidth) {
        this.isFitted = true;
        this.picture.whole();
        this.ground.whole();
      }
    });
    this.observer.observe(this.host);
    this.ground.map.on("rendercomplete", () => (this.host.dataset.ready = "yes"));
  }

  #events(side) {
    return {
      set: (place) => this.set(side, place),
      moved: (id, place, isDone) => this.move(id, side, place, isDone),
      nudged: ([dx, dy]) => {
        const pair = this.pair(this.chosen);
        const place = pair && placeOf(pair, side);
        if (place) this.move(pair.id, side, [place[0] + dx, place[1] + dy], true);
      },
      chosen: (id) => this.choose(id, false),
    };
  }

  #showReference() {
    const { grid, still } = this.data;
    if (still) {
      this.mapLabel.textContent = still.label;
      return;
    }
    const [west, , , north] = grid.extent;
    const known = this.data.references.find((each) => each.id === this.reference);
    this.mapLabel.textContent = known ? `${known.label} · ${known.credit}` : t("No picture with coordinates shows this site yet: type positions.");
    if (!known) return;
    this.tiles.setSource(
      new TileImage({
        projection: this.metric,
        tileGrid: new TileGrid({ extent: grid.extent, origin: [west, north], resolutions: grid.resolutions, tileSize: grid.tile_px }),
        transition: 0,
        interpolate: true,
        tileUrlFunction: ([z, x, y]) => `${grid.url.replace("{capture}", this.reference).replace("{z}", z).replace("{x}", x).replace("{y}", y)}?k=${this.data.tile_token}`,
      }),
    );
  }

  // -- what is done to the pairs

  pair(id) {
    return this.pairs.find((pair) => pair.id === id);
  }

  // a click on one side begins a pair, or ends the one that was begun on the other side
  set(side, place) {
    if (this.data.read_only) return;
    this.#remember();
    const half = this.pairs.find((pair) => !placeOf(pair, other(side)) !== !placeOf(pair, side) && !isWhole(pair));
    const target = half ?? { id: newId(), col: null, row: null, x: null, y: null, used: true, proposed: false };
    if (!half) this.pairs = [...this.pairs, target];
    put(target, side, place);
    this.chosen = target.id;
    if (!isWhole(target) && side === "picture") {
      const guess = this.warp.at([target.col, target.row]);
      if (guess) this.ground.reveal(guess);
    }
    this.#changed();
  }

  move(id, side, place, isDone) {
    if (this.data.read_only) return this.#show();
    if (this.moving !== id) this.#remember();
    this.moving = isDone ? null : id;
    put(Object.assign(this.pair(id), { proposed: false }), side, place);
    this.#changed(true, !isDone);
  }

  place(id, values) {
    this.#remember();
    Object.assign(this.pair(id), { proposed: false }, values);
    this.#changed();
  }

  toggle(id) {
    const { used, proposed } = this.pair(id);
    this.place(id, { used: !used, proposed });
  }

  remove(id) {
    this.#remember();
    this.pairs = this.pairs.filter((pair) => pair.id !== id);
    this.chosen = null;
    this.#changed();
  }

  undo() {
    if (!this.past.length) return;
    this.pairs = this.past.pop();
    this.#changed();
  }

  #remember() {
    this.past = [...this.past, this.pairs.map((pair) => ({ ...pair }))].slice(-MOST_UNDONE);
  }

  choose(id, isShown = true) {
    this.chosen = id;
    const pair = this.pair(id);
    if (isShown && pair) {
      if (pair.col !== null) this.picture.reveal(placeOf(pair, "picture"), true);
      if (pair.x !== null) this.ground.reveal(placeOf(pair, "ground"), true);
    }
    this.#show();
  }

  setModel(model) {
    this.model = model;
    this.models.value = model;
    this.#address({ model });
    this.#changed();
  }

  setReference(id) {
    this.reference = id;
    this.#address({ reference: id });
    this.#showReference();
  }

  // [longitude, latitude] of a pair, as text
  position(pair) {
    return this.places && pair.x !== null ? decimal(this.places.at([pair.x, pair.y]), 6) : "";
  }

  // metres of a typed "39.0204, 125.7412"; null where it is none or outside the map
  metres(text) {
    const [lat, lon] = text.split(/[,;\s]+/).map(Number);
    if (!this.places || ![lat, lon].every(Number.isFinite)) return null;
    let place = this.data.center;
    for (let turn = 0; turn < 20; turn += 1) {
      const [atLon, atLat] = this.places.at(place);
      place = [place[0] + (lon - atLon) * 111320 * Math.cos((lat * Math.PI) / 180), place[1] + (lat - atLat) * 111320];
    }
    const [west, south, east, north] = this.data.grid.extent;
    return place[0] >= west && place[0] <= east && place[1] >= south && place[1] <= north ? place : null;
  }

  // -- what follows

  #changed(isEdit = true, isMoving = false) {
    if (isEdit) {
      this.isDirty = true;
      this.refused = null;
      this.unmatched = null;
      const kept = this.pairs.map(({ id: _, ...pair }) => pair);
      if (!isMoving) remember(this.#key(), { pairs: kept, model: this.model });
    }
    this.#ask();
    this.#show();
  }

  // one question at a time; what changed meanwhile is asked next
  async #ask() {
    this.wanted = true;
    if (this.asking) return;
    this.asking = true;
    while (this.wanted) {
      this.wanted = false;
      const whole = this.pairs.filter(isWhole);
      const text = whole.map((pair) => [pair.col.toFixed(2), pair.row.toFixed(2), pair.x.toFixed(3), pair.y.toFixed(3), pair.used ? 1 : 0].join(",")).join(";");
      try {
        const answer = await fetch(`${this.data.fit_url}?k=${this.data.token}&m=${this.model}&p=${text}&lang=${this.data.language}`);
        this.fit = answer.ok ? await answer.json() : { problem: await answer.text() };
      } catch {
        this.fit = { problem: t("The server does not answer.") };
      }
      this.fit.of = new Map((this.fit.residuals ?? []).map(([number, dx, dy, length, left]) => [whole[number]?.id, { dx, dy, length, left }]));
      this.fit.asked = text;
    }
    this.asking = false;
    if (this.isDestroyed) return;
    const { mesh } = this.fit;
    this.warp.show(mesh ? { count: Math.sqrt(mesh.length), places: mesh } : null);
    this.#show();
  }

  #show() {
    const points = (side) =>
      this.pairs
        .map((pair, at) => ({ id: pair.id, number: at + 1, place: placeOf(pair, side), kind: !isWhole(pair) ? "half" : pair.used ? "used" : "off", chosen: pair.id === this.chosen }))
        .filter((point) => point.place);
    const half = this.pairs.find((pair) => !isWhole(pair));
    const guess = half?.x === null && this.fit?.mesh ? this.warp.at([half.col, half.row]) : null;
    this.picture.show(points("picture"));
    this.ground.show([...points("ground"), ...(guess ? [{ id: "ghost", number: "", place: guess, kind: "ghost", chosen: false }] : [])]);
    this.list.show();
    const { fit } = this;
    this.#showNumbers(fit);
    this.how.textContent = this.#how(half);
    this.how.classList.toggle("wrong", Boolean(this.refused || (fit?.problem && this.#isEnough())));
    this.undoButton.disabled = !this.past.length;
    this.proposeButton.disabled = Boolean(this.seeking || this.waiting);
    // what is saved is what the numbers beside it are of
    this.saveButton.disabled = Boolean(this.asking || !fit?.mesh || half || this.waiting || !this.isDirty);
    this.saveButton.title = this.saveButton.disabled ? t("The line above the pictures says what comes next.") : "";
    this.saveButton.textContent = this.waiting ? t("Saving…") : t("Save");
    Object.assign(this.host.dataset, { pairs: this.pairs.filter(isWhole).length, rms: fit?.rms ?? "", loo: fit?.loo ?? "", problem: fit?.problem ?? "", dirty: this.isDirty ? "yes" : "no" });
  }

  #showNumbers(fit) {
    const number = (name, value, title) => h("div", { class: "number", title }, h("span", { class: "name" }, name), h("b", {}, value));
    const metres = (value) => (value === null || value === undefined ? "–" : `${value.toFixed(2)} ${this.words.unit}`);
    fill(
      this.numbers,
      number(t("RMS residual"), metres(fit?.rms), t("How far the pairs lie from where the picture would put them, root mean square.")),
      number(t("Left out"), metres(fit?.loo), t("How far each pair lies from where the others alone would put it, root mean square: the honest error. It needs more pairs than the mapping does.")),
    );
  }

  #isEnough() {
    return this.pairs.filter((pair) => isWhole(pair) && pair.used).length >= this.#least();
  }

  #least() {
    return this.data.models.find((model) => model.id === this.model).least;
  }

  #how(half) {
    if (this.said) return this.said;
    if (this.data.read_only) return t("You look as a viewer: nothing is recorded.");
    if (this.refused) return this.refused;
    if (this.waiting) return this.words.saving;
    if (this.seeking) return t("Matching: looking for the place of the picture…");
    if (this.unmatched) return this.unmatched;
    if (half) return half.col === null ? this.words.oneNext : this.words.otherNext;
    const count = this.pairs.filter((pair) => isWhole(pair) && pair.used).length;
    const least = this.#least();
    if (this.fit?.problem && count >= least) return this.fit.problem;
    if (!count) return this.data.still || this.data.references.length ? this.words.first : this.words.blank;
    if (count < least) return this.words.next(count, least);
    if (!this.isDirty) return t("Saved. Drag points or add pairs to refine it.");
    if (this.matched && this.pairs.every((pair) => pair.proposed)) return t("{n} pairs proposed: {agreeing} of {looked} parts of the picture agree. Look at the worst pairs and at the overlay, then save.", { n: this.pairs.length, ...this.matched });
    if (count <= least) return this.words.barely;
    return this.words.done;
  }

  #say(text) {
    this.said = text;
    this.#show();
  }

  save() {
    if (this.saveButton.disabled) return;
    this.waiting = newId();
    this.refused = null;
    const points = this.pairs.filter(isWhole).map(({ col, row, x, y, used, proposed }) => [col, row, x, y, used, Boolean(proposed)]);
    this.component.setStateValue("save", { id: this.waiting, capture: this.data.capture.id, still: this.data.still?.id ?? null, version: this.data.version, model: this.model, reference: this.reference, reason: this.reason.value, points });
    this.#show();
  }

  #keys(event) {
    if (event.composedPath()[0].matches?.("input,select")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.undo();
    else if (event.key === "Delete" && this.chosen && !this.data.read_only) this.remove(this.chosen);
    else if (event.key === "Escape") this.#escape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // a pair that was only begun is given up
  #escape() {
    const half = this.pairs.find((pair) => !isWhole(pair));
    if (half) this.remove(half.id);
    else this.choose(null, false);
  }

  #address(said) {
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(said)) address.searchParams.set(name, value);
    history.replaceState(history.state, "", address);
  }

  destroy() {
    this.isDestroyed = true;
    this.ended.abort();
    this.observer.disconnect();
    this.picture.destroy();
    this.ground.destroy();
    delete this.host.georef;
    this.host.replaceChildren();
  }
}

const other = (side) => (side === "picture" ? "ground" : "picture");
const isWhole = (pair) => pair.col !== null && pair.x !== null;
const pairOf = ([col, row, x, y, used, proposed]) => ({ col, row, x, y, used, proposed });
const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

// the place of a pair in a pane's coordinates: rows of the picture run down, its pane's y runs up
function placeOf(pair, side) {
  if (side === "picture") return pair.col === null ? null : [pair.col, -pair.row];
  return pair.x === null ? null : [pair.x, pair.y];
}

function put(pair, side, [x, y]) {
  Object.assign(pair, side === "picture" ? { col: x, row: -y } : { x, y });
}

function stillLayer({ url }, imageExtent, projection) {
  return new ImageLayer({ className: "reference", source: new ImageStatic({ url, imageExtent, projection, interpolate: true }) });
}

function pane(name, detail, { element }) {
  return h("div", { class: "pane" }, h("div", { class: "title" }, h("b", {}, name), " ", h("span", { class: "detail" }, detail)), element);
}

function addStyles(rootNode) {
  const parent = rootNode instanceof ShadowRoot ? rootNode : document.head;
  if (parent.querySelector("style[data-sitetrack-georef]")) return;
  const element = document.createElement("style");
  element.dataset.sitetrackGeoref = "";
  element.textContent = `${olStyles}\n${styles}`;
  parent.append(element);
}
