// The pictures: one OpenLayers map for swipe, blink, fade and difference, a second beside it, one view for both.
// Coordinates are those of the site's grid (metres east and north); no projection library is needed.
import OlMap from "ol/Map.js";
import View from "ol/View.js";
import Feature from "ol/Feature.js";
import ScaleLine from "ol/control/ScaleLine.js";
import Zoom from "ol/control/Zoom.js";
import Point from "ol/geom/Point.js";
import { createBox } from "ol/interaction/Draw.js";
import Draw from "ol/interaction/Draw.js";
import { defaults as interactionDefaults } from "ol/interaction/defaults.js";
import TileLayer from "ol/layer/Tile.js";
import VectorLayer from "ol/layer/Vector.js";
import Projection from "ol/proj/Projection.js";
import { getRenderPixel } from "ol/render.js";
import TileImage from "ol/source/TileImage.js";
import VectorSource from "ol/source/Vector.js";
import TileGrid from "ol/tilegrid/TileGrid.js";

import { crossStyle, markStyle, toFeature } from "./marks.js";

const BLINK_MS = 700;
const CLOSEST = 8; // screen pixels to a grid pixel at the deepest zoom
const TILES_KEPT = 16;

export class Stage {
  // events: { ready(), drawn(side, geometry), picked(mark ids), activated(side), tileRefused() }
  constructor(panes, data, events) {
    this.events = events;
    this.grid = data.grid;
    this.token = data.token;
    this.mode = "swipe";
    this.fraction = 0.5;
    this.opacity = 0.5;
    this.sources = new Map();
    this.chosen = new Set();
    this.shown = { left: null, right: null };
    this.projection = new Projection({
      code: data.grid.code,
      units: "m",
      extent: data.grid.extent,
      getPointResolution: (resolution) => resolution,
    });
    this.tileGrid = new TileGrid({
      extent: data.grid.extent,
      origin: [data.grid.extent[0], data.grid.extent[3]],
      resolutions: data.grid.resolutions,
      tileSize: data.grid.tile_px,
    });
    const finest = data.grid.resolutions.at(-1);
    this.view = new View({
      projection: this.projection,
      center: data.center,
      resolution: finest,
      minResolution: finest / CLOSEST,
      maxResolution: data.grid.resolutions[0] * 2,
      extent: data.grid.extent,
      constrainOnlyCenter: true,
      enableRotation: false,
    });
    this.#layers(data);
    this.#maps(panes);
    this.home(data.home ?? data.grid.extent);
  }

  #layers(data) {
    const cross = new VectorSource({ features: [new Feature(new Point(data.center))] });
    const pictures = (className) => new TileLayer({ className, cacheSize: 256 });
    const marks = (side) =>
      new VectorLayer({
        source: new VectorSource(),
        className: `marks-${side}`,
        style: (feature) => markStyle(feature, this.chosen.has(feature.getId())),
        updateWhileInteracting: true,
      });
    // "beside" repeats the right side in the second map
    this.pictures = { left: pictures("left"), right: pictures("right"), beside: pictures("beside") };
    this.marks = { left: marks("left"), right: marks("right"), beside: marks("beside") };
    this.crosses = [0, 1].map(() => new VectorLayer({ source: cross, style: crossStyle, className: "cross" }));
    for (const layer of [this.pictures.left, this.marks.left]) this.#clip(layer, () => [0, this.fraction]);
    for (const layer of [this.pictures.right, this.marks.right]) this.#clip(layer, () => [this.fraction, 1]);
  }

  #maps(panes) {
    const build = (target, layers, controls) =>
      new OlMap({ target, view: this.view, layers, controls, interactions: interactionDefaults({ altShiftDragRotate: false, pinchRotate: false }) });
    const { pictures, marks, crosses } = this;
    this.main = build(
      panes.main,
      [pictures.left, pictures.right, marks.left, marks.right, crosses[0]],
      [new Zoom({ zoomInTipLabel: "Zoom in (+)", zoomOutTipLabel: "Zoom out (-)" }), new ScaleLine({ units: "metric", minWidth: 80 })],
    );
    this.second = build(panes.second, [pictures.beside, marks.beside, crosses[1]], [new ScaleLine({ units: "metric", minWidth: 80 })]);
    for (const map of [this.main, this.second]) {
      map.on("rendercomplete", () => this.#settled(map));
      map.on("pointerdown", (event) => this.events.activated(this.sideAt(map, event.pixel)));
      map.on("singleclick", (event) => this.#pick(map, event.pixel));
    }
  }

  // -- what is drawn where

  #clip(layer, range) {
    layer.on("prerender", (event) => {
      const [from, to] = this.mode === "swipe" ? range() : [0, 1];
      const [width, height] = this.main.getSize();
      const corners = [[width * from, 0], [width * to, 0], [width * to, height], [width * from, height]];
      event.context.save();
      event.context.beginPath();
      corners.map((corner) => getRenderPixel(event, corner)).forEach(([x, y], i) => (i ? event.context.lineTo(x, y) : event.context.moveTo(x, y)));
      event.context.closePath();
      event.context.clip();
    });
    layer.on("postrender", (event) => event.context.restore());
  }

  sideAt(map, [x]) {
    if (map === this.second) return "right";
    if (this.mode === "side") return "left";
    if (this.mode === "swipe") return x < this.fraction * this.main.getSize()[0] ? "left" : "right";
    return null; // both pictures lie on each other: the active one stays
  }

  setMode(mode) {
    this.mode = mode;
    this.#busy();
    clearInterval(this.timer);
    const { left, right } = this.pictures;
    const beside = mode === "side";
    for (const layer of [right, this.marks.right]) layer.setVisible(!beside);
    right.setOpacity(mode === "fade" ? this.opacity : 1);
    left.setVisible(true);
    this.marks.left.setVisible(mode !== "blink" || !right.getVisible());
    if (mode === "blink") this.timer = setInterval(() => this.#blink(), BLINK_MS);
    this.main.updateSize();
    this.second.updateSize();
    this.main.render();
    // CSS blends whole canvases; that of the right picture exists after the first frame
    this.main.once("postrender", () => this.#blend());
  }

  #blend() {
    const canvas = this.main.getViewport().querySelector(".right");
    if (canvas) canvas.style.mixBlendMode = this.mode === "difference" ? "difference" : "";
  }

  #blink() {
    const visible = !this.pictures.right.getVisible();
    this.pictures.right.setVisible(visible);
    this.marks.right.setVisible(visible);
    this.marks.left.setVisible(!visible);
    this.events.blinked(visible ? "right" : "left");
  }

  setFraction(fraction) {
    this.fraction = Math.min(1, Math.max(0, fraction));
    this.main.render();
  }

  setOpacity(opacity) {
    this.opacity = Math.min(1, Math.max(0, opacity));
    if (this.mode === "fade") this.pictures.right.setOpacity(this.opacity);
  }

  show(side, capture) {
    if (this.shown[side] === capture) return;
    this.shown[side] = capture;
    this.#busy();
    this.pictures[side].setSource(capture ? this.#source(capture) : null);
    if (side === "right") this.pictures.beside.setSource(capture ? this.#source(capture) : null);
  }

  #source(capture) {
    const known = this.sources.get(capture);
    if (known) {
      this.sources.delete(capture); // to the young end: the oldest is dropped first
      this.sources.set(capture, known);
      return known;
    }
    const source = new TileImage({
      projection: this.projection,
      tileGrid: this.tileGrid,
      transition: 0,
      interpolate: true,
      tileUrlFunction: ([z, x, y]) =>
        this.grid.url.replace("{capture}", capture).replace("{z}", z).replace("{x}", x).replace("{y}", y) + `?k=${this.token}`,
    });
    source.on("tileloaderror", () => this.events.tileRefused());
    this.sources.set(capture, source);
    if (this.sources.size > TILES_KEPT) {
      const oldest = [...this.sources.keys()].find((id) => id !== this.shown.left && id !== this.shown.right);
      if (oldest) this.sources.delete(oldest);
    }
    return source;
  }

  // a fresh capability: what is on screen stays, tiles that failed are asked for again
  setToken(token) {
    if (token === this.token) return;
    this.token = token;
    if (this.refused) for (const source of this.sources.values()) source.refresh();
    this.refused = false;
  }

  setMarks(side, saved, pending) {
    const features = [
      ...saved.map((mark) => toFeature(mark)),
      ...pending.map((mark) => toFeature(mark, true)),
    ].filter(Boolean);
    for (const layer of side === "right" ? [this.marks.right, this.marks.beside] : [this.marks.left]) {
      layer.getSource().clear(true);
      layer.getSource().addFeatures(features.map((feature) => Object.assign(feature.clone(), {})).map((copy, i) => {
        copy.setId(features[i].getId());
        return copy;
      }));
    }
  }

  hideMarks(hidden) {
    for (const layer of [...Object.values(this.marks), ...this.crosses]) layer.setOpacity(hidden ? 0 : 1);
  }

  // -- drawing and choosing

  draw(shape) {
    this.stopDrawing();
    this.drawing = [this.main, this.second].map((map) => {
      const options = shape === "box" ? { type: "Circle", geometryFunction: createBox(), freehand: true } : { type: "Point" };
      const interaction = new Draw({ ...options, style: (feature) => markStyle(feature, true) });
      let side = null;
      interaction.on("drawstart", (event) => {
        const [x, y] = event.feature.getGeometry().getFirstCoordinate?.() ?? event.feature.getGeometry().getCoordinates();
        side = this.sideAt(map, map.getPixelFromCoordinate([x, y]));
      });
      interaction.on("drawend", (event) => {
        const geometry = event.feature.getGeometry();
        if (shape === "box" && geometry.getArea() === 0) return; // a click without a drag
        this.events.drawn(side, shape, { type: geometry.getType(), coordinates: geometry.getCoordinates() });
      });
      map.addInteraction(interaction);
      return [map, interaction];
    });
  }

  stopDrawing() {
    const active = this.drawing ?? [];
    this.drawing = null;
    // removed after the event that ended the drawing, or the same event would start a pan
    setTimeout(() => active.forEach(([map, interaction]) => map.removeInteraction(interaction)), 0);
  }

  #pick(map, pixel) {
    if (this.drawing) return;
    const side = this.sideAt(map, pixel);
    const layers = map === this.second ? [this.marks.beside] : side ? [this.marks[side]] : [this.marks.left, this.marks.right];
    const hit = map.getFeaturesAtPixel(pixel, { layerFilter: (layer) => layers.includes(layer), hitTolerance: 4 })[0];
    this.choose(hit && !hit.get("pending") ? [hit.getId()] : []);
  }

  choose(ids) {
    this.chosen = new Set(ids);
    for (const layer of Object.values(this.marks)) layer.changed();
    this.events.picked(ids);
  }

  // -- life

  home(extent) {
    this.main.updateSize();
    this.view.fit(extent, { size: this.main.getSize() ?? [800, 600], padding: [40, 20, 40, 20] });
  }

  zoom(steps) {
    this.view.animate({ zoom: this.view.getZoom() + steps, duration: 120 });
  }

  pan(dx, dy) {
    const [x, y] = this.view.getCenter();
    const step = 80 * this.view.getResolution();
    this.view.animate({ center: [x + dx * step, y + dy * step], duration: 120 });
  }

  resized() {
    this.main.updateSize();
    this.second.updateSize();
  }

  #busy() {
    this.settledMaps = new Set();
    this.events.busy();
  }

  #settled(map) {
    this.settledMaps?.add(map);
    if (this.mode !== "side" || (this.settledMaps?.has(this.main) && this.settledMaps.has(this.second))) {
      if (this.mode === "side" || map === this.main) this.events.ready();
    }
  }

  destroy() {
    clearInterval(this.timer);
    this.main.setTarget(null);
    this.second.setTarget(null);
    this.main.dispose();
    this.second.dispose();
  }
}
