// Measuring on the pictures (key V): distance, area, height from a shadow; and where the pointer is. A measurement
// belongs to no date: it is drawn on all pictures, until it is kept as a mark of the one it was begun on.
import Draw from "ol/interaction/Draw.js";
import Point from "ol/geom/Point.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

import { copyText } from "./clipboard.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { Places, decimal, dms, line } from "./places.js";
import { areaOf, distanceOf, shadowOf } from "./readings.js";
import { heightFromShadow, offCourse } from "./shadow.js";
import { DRAWN } from "./stage.js";

const KINDS = [
  { id: "distance", name: "Distance", draw: { type: "LineString" }, hint: "click along the way; double click or Enter ends" },
  { id: "area", name: "Area", draw: { type: "Polygon" }, hint: "click around it; double click or Enter ends" },
  { id: "height", name: "Height", draw: { type: "LineString", maxPoints: 2 }, hint: "click on the foot, then on the tip of the shadow on the ground" },
];
const FINE_M = 5; // finer pixels take a sixth digit of decimal degrees

export class Measuring {
  constructor(viewer) {
    this.viewer = viewer;
    this.formulas = { heightFromShadow, offCourse, line, areaOf, distanceOf }; // for tests
    this.source = new VectorSource();
    this.attached = new Map(); // map -> Draw
    this.kind = null;
    this.button = h("button", { type: "button", title: `${t("Measure")} (V)`, "aria-label": t("Measure"), "aria-pressed": "false", "data-tool": "measure", onclick: () => this.next() }, icon("measure"), h("kbd", {}, "V"));
    this.tools = [this.button];
    this.help = [
      ["V", "measure: distance, area, height from a shadow in turn; Esc stops"],
      ["C", "copy the position under the pointer"],
    ];
    this.panel = this.#panel();
    this.where = h("output", { class: "where-text", "aria-label": t("Position under the pointer") });
    this.copied = h("span", { class: "copied", role: "status" });
    const copy = h("button", { type: "button", title: `${t("Copy the position")} (C)`, "aria-label": t("Copy the position"), onclick: () => this.copy() }, icon("copy"));
    this.cursor = h("div", { class: "where", hidden: true }, this.where, copy, this.copied);
    this.layers = [this.cursor, this.panel.root];
    this.update(viewer.data);
  }

  get keys() {
    const keys = { v: () => this.next(), c: () => this.copy() };
    if (!this.sketch) return keys;
    return { ...keys, enter: () => this.drawing?.finishDrawing(), backspace: () => this.drawing?.removeLastPoint(), delete: () => this.drawing?.removeLastPoint() };
  }

  update(data) {
    this.data = data;
    this.places = data.places ? new Places(data.places) : null;
    this.button.hidden = !this.places;
    this.redraw();
  }

  // panes are made when they are first shown
  redraw() {
    for (const { map } of this.viewer.stage.panes) {
      if (this.attached.has(map)) continue;
      this.attached.set(map, null);
      map.addLayer(new VectorLayer({ source: this.source, className: DRAWN, style: (feature) => this.#style(feature), updateWhileInteracting: true }));
      map.on("pointermove", (event) => this.#moved(event.coordinate));
      if (this.kind) this.#draw(map);
    }
  }

  // -- where the pointer is

  #moved(coordinate) {
    if (this.kind && this.marking) this.stop(); // a mark is being drawn instead
    this.at = coordinate;
    if (!this.places) return;
    const place = this.places.at(coordinate);
    this.cursor.hidden = false;
    this.where.textContent = `${dms(place)} · ${decimal(place, this.digits)}`;
  }

  get digits() {
    return this.data.grid.resolutions.at(-1) < FINE_M ? 6 : 5;
  }

  // the pointer's position, else that of the middle of the view
  async copy() {
    if (!this.places) return;
    this.#moved(this.at ?? this.viewer.stage.view.getCenter());
    this.copied.textContent = (await copyText(this.where.textContent)) ? t("copied") : t("not copied: the browser does not allow it");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.copied.textContent = ""), 2500);
  }

  // -- tools

  // whether a mark is drawn
  get marking() {
    return Boolean(this.viewer.annotate.tool);
  }

  next() {
    if (!this.places) return;
    const at = KINDS.findIndex((kind) => kind.id === this.kind?.id);
    this.start((KINDS[at + 1] ?? KINDS[0]).id);
  }

  start(id) {
    this.stop();
    if (this.marking) this.viewer.annotate.stop();
    this.viewer.stage.choose([]);
    this.kind = KINDS.find((kind) => kind.id === id);
    for (const map of this.attached.keys()) this.#draw(map);
    this.viewer.stage.drawing = true;
    this.viewer.host.classList.add("drawing");
    this.#show();
  }

  #draw(map) {
    const draw = new Draw({ ...this.kind.draw, stopClick: true, style: (feature) => this.#style(feature) });
    draw.on("drawstart", (event) => this.#begin(map, draw, event.feature));
    draw.on("drawend", () => this.#end());
    draw.on("drawabort", () => (this.sketch = null));
    map.addInteraction(draw);
    this.attached.set(map, draw);
  }

  #begin(map, draw, feature) {
    this.source.clear();
    this.drawing = draw;
    this.sketch = feature;
    this.result = null;
    const { stage } = this.viewer;
    this.pane = stage.paneAt(map, map.getPixelFromCoordinate(feature.getGeometry().getFirstCoordinate())) ?? this.viewer.active;
    this.capture = this.viewer.capture(this.pane);
    feature.getGeometry().on("change", () => this.#read(feature));
  }

  #end() {
    this.source.addFeature(this.sketch);
    this.#read(this.sketch);
    this.done = this.sketch;
    this.sketch = null;
    this.#show();
  }

  // metres that an end may be off: a pixel of the picture or of the screen, whichever is coarser
  get pixel() {
    const { resolutions } = this.data.grid;
    return Math.max(this.optics?.gsd_m ?? resolutions.at(-1), this.viewer.stage.view.getResolution());
  }

  get optics() {
    return this.data.optics[this.capture?.id];
  }

  #read(feature) {
    const shape = feature.getGeometry();
    const points = shape.getType() === "Polygon" ? shape.getCoordinates()[0].slice(0, -1) : shape.getCoordinates();
    const places = points.map((point) => this.places.at(point));
    if (places.length < 2) return;
    this.result = this.#result(places);
    feature.set("label", this.result?.label ?? "", true);
    this.#show();
  }

  #result(places) {
    if (this.kind.id === "area") return places.length > 2 ? areaOf(places, this.pixel) : null;
    if (this.kind.id === "height") return shadowOf(places, this.pixel, this.optics ?? {});
    return distanceOf(places, this.pixel);
  }

  keep() {
    const shape = this.done.getGeometry();
    const coordinates = shape.getType() === "Polygon" ? shape.getCoordinates()[0] : shape.getCoordinates();
    const { capture, result } = this;
    this.stop();
    this.viewer.annotate.add(capture, "measurement", { type: "LineString", coordinates }, result.label);
  }

  clear() {
    this.source.clear();
    this.result = null;
    this.done = null;
    this.#show();
  }

  escape() {
    if (this.sketch) {
      this.drawing.abortDrawing();
      this.sketch = null;
      this.clear();
    } else if (this.kind) this.stop();
    else return false;
    return true;
  }

  stop() {
    for (const [map, draw] of this.attached) {
      if (draw) map.removeInteraction(draw);
      this.attached.set(map, null);
    }
    this.sketch = null;
    this.drawing = null;
    this.kind = null;
    this.viewer.stage.drawing = this.marking;
    this.viewer.host.classList.toggle("drawing", this.marking);
    this.clear();
  }

  destroy() {
    clearTimeout(this.timer);
  }

  // -- what is shown

  #panel() {
    const kinds = KINDS.map((kind) => h("button", { type: "button", "data-measure": kind.id, "aria-pressed": "false", onclick: () => this.start(kind.id) }, t(kind.name)));
    const main = h("div", { class: "main", "data-result": "" });
    const lines = h("div", { class: "lines" });
    const keep = h("button", { type: "button", "data-keep": "", onclick: () => this.keep() }, t("Keep as a mark"));
    const clear = h("button", { type: "button", onclick: () => this.clear() }, t("Clear"));
    const close = h("button", { type: "button", "aria-label": t("Close"), title: `${t("Close")} (Esc)`, onclick: () => this.stop() }, "×");
    const root = h(
      "div",
      { class: "panel measure", role: "group", "aria-label": t("Measure"), hidden: true },
      h("div", { class: "bar" }, h("div", { class: "group" }, ...kinds), h("span", { class: "space" }), close),
      h("div", { role: "status" }, main, lines),
      h("div", { class: "bar" }, keep, clear),
    );
    return { root, kinds, main, lines, keep, clear };
  }

  #show() {
    const { root, kinds, main, lines, keep, clear } = this.panel;
    const { result } = this;
    root.hidden = !this.kind;
    this.button.setAttribute("aria-pressed", String(Boolean(this.kind)));
    for (const button of kinds) button.setAttribute("aria-pressed", String(button.dataset.measure === this.kind?.id));
    if (!this.kind) return;
    main.textContent = result?.main ?? "";
    main.dataset.result = result?.value ?? "";
    fill(
      lines,
      ...(result ? result.lines.map((text) => h("p", {}, text)) : [h("p", {}, t(this.kind.hint))]),
      ...(result?.warning ?? []).map((text) => h("p", { class: "warning" }, `⚠ ${text}`)),
      result && h("p", { class: "quiet" }, t("on {picture}; errors: a pixel ({pixel} m) at each end", { picture: this.capture?.label ?? "", pixel: this.pixel.toPrecision(2) })),
    );
    keep.hidden = this.data.read_only || !this.done || !result?.label || !this.capture;
    clear.hidden = !this.done;
  }

  #style(feature) {
    const shape = feature.getGeometry();
    if (shape.getType() === "Point") return DOT;
    const end = shape.getType() === "Polygon" ? shape.getInteriorPoint().getCoordinates().slice(0, 2) : shape.getLastCoordinate();
    const label = feature.get("label");
    const corners = shape.getType() === "Polygon" ? shape.getCoordinates()[0] : shape.getCoordinates();
    return [...LINES, ...corners.map((corner) => new Style({ geometry: new Point(corner), image: KNOT })), ...(label ? [named(label, end)] : [])];
  }
}

const INK = "#7ff0ff";
const CASING = "rgba(0,0,0,0.8)";
const KNOT = new CircleStyle({ radius: 3, fill: new Fill({ color: INK }), stroke: new Stroke({ color: CASING, width: 1.5 }) });
const DOT = new Style({ image: KNOT });
const LINES = [new Style({ stroke: new Stroke({ color: CASING, width: 4 }) }), new Style({ stroke: new Stroke({ color: INK, width: 2 }), fill: new Fill({ color: "rgba(127,240,255,0.12)" }) })];

function named(text, at) {
  return new Style({
    geometry: new Point(at),
    text: new Text({ text, font: "600 13px system-ui, 'Noto Sans KR', sans-serif", fill: new Fill({ color: INK }), stroke: new Stroke({ color: CASING, width: 4 }), textAlign: "left", offsetX: 10, offsetY: -8, overflow: true }),
  });
}
