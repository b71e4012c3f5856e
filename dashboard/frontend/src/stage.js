// The pictures: one pane a picture, each an OpenLayers map, all with one view. Modes that lay two pictures on each
// other (swipe, blink, fade, difference) draw the second one a second time in the first pane's map, as `over`.
// All that is drawn on the pictures shares one canvas, as layers with one class name do: each canvas more costs
// milliseconds a frame where there is no graphics card. Pictures have their own, which CSS brightens and blends.
// Coordinates are those of the site's grid (metres east and north); no projection library is needed.
import OlMap from "ol/Map.js";
import View from "ol/View.js";
import Feature from "ol/Feature.js";
import ScaleLine from "ol/control/ScaleLine.js";
import Zoom from "ol/control/Zoom.js";
import Point from "ol/geom/Point.js";
import { defaults as interactionDefaults } from "ol/interaction/defaults.js";
import TileLayer from "ol/layer/Tile.js";
import VectorLayer from "ol/layer/Vector.js";
import Projection from "ol/proj/Projection.js";
import { getRenderPixel } from "ol/render.js";
import TileImage from "ol/source/TileImage.js";
import VectorSource from "ol/source/Vector.js";
import TileGrid from "ol/tilegrid/TileGrid.js";

import { h } from "./dom.js";
import { northArrow } from "./labels.js";
import { t } from "./language.js";
import { crossStyle, markStyle, showMarks, suggestionStyle } from "./marks.js";
import { whenIdle } from "./prefetch.js";
import { isKept, loadTile } from "./tiles.js";

export const MOST_PANES = 8;
export const DRAWN = "drawn"; // the class name of all layers that lie on the pictures
const BLINK_MS = 700;
const CLOSEST = 8; // screen pixels to a grid pixel at the deepest zoom
const SOURCES_KEPT = 64;
const PADDING = [40, 20, 40, 20];
const STACKED = new Set(["swipe", "blink", "fade", "difference"]);

export const isStacked = (mode) => STACKED.has(mode);

export class Stage {
  // events: { busy(), arrived(), ready(), moved(), blinked(pane), activated(pane), picked(mark ids), tileRefused() }
  constructor(root, data, events) {
    this.root = root;
    this.events = events;
    this.grid = data.grid;
    this.token = data.token;
    this.mode = "swipe";
    this.count = 2;
    this.fraction = 0.5;
    this.opacity = 0.5;
    this.sources = new Map(); // capture id and display -> TileImage, oldest first
    this.display = () => ""; // how a capture is shown, as part of its tiles' address
    this.chosen = new Set();
    this.held = new Set(); // marks that somebody drags: what is sent meanwhile does not touch them
    this.panes = []; // { index, element, map, picture, markLayer, marks (VectorSource), capture }
    this.projection = new Projection({
      code: data.grid.code,
      units: "m",
      extent: data.grid.extent,
      getPointResolution: (resolution) => resolution,
    });
    this.northDeg = data.north_deg;
    this.onMap = data.north_deg !== null; // stills have pixels for metres, and no north
    this.tileGrid = tileGridOf(data.grid);
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
    this.suggested = new VectorSource();
    this.site = new VectorSource({ features: this.onMap ? [new Feature(new Point(data.center))] : [] });
    this.#pane(0);
    this.#pane(1);
    this.#over();
    this.panes[0].map.on("moveend", () => this.events.moved());
    this.view.on(["change:center", "change:resolution"], () => !this.isFitting && (this.whole = null));
  }

  // -- panes

  // the pane of that number, made when it is first asked for
  #pane(index) {
    if (this.panes[index]) return this.panes[index];
    const element = h("div", { class: "pane", "data-pane": index, hidden: index >= this.count }, this.onMap && northArrow(this.northDeg));
    this.root.append(element);
    const marks = new VectorSource();
    const pane = {
      index,
      element,
      marks,
      capture: null,
      picture: pictureLayer("picture"),
      markLayer: this.#markLayer(marks),
      cross: new VectorLayer({ source: this.site, style: crossStyle, className: DRAWN }),
      rings: new VectorLayer({ source: this.suggested, style: suggestionStyle, className: DRAWN, visible: index < 2 }),
    };
    pane.map = new OlMap({
      target: element,
      view: this.view,
      layers: [pane.picture, pane.markLayer, pane.cross, pane.rings],
      controls: [
        ...(index ? [] : [new Zoom({ zoomInTipLabel: `${t("Zoom in")} (+)`, zoomOutTipLabel: `${t("Zoom out")} (-)` })]),
        ...(this.onMap ? [new ScaleLine({ units: "metric", minWidth: 80 })] : []),
      ],
      interactions: interactionDefaults({ altShiftDragRotate: false, pinchRotate: false }),
    });
    pane.map.on("rendercomplete", () => this.#settled(pane));
    pane.map.on("pointerdown", (event) => this.events.activated(this.paneAt(pane.map, event.pixel)));
    pane.map.on("click", (event) => this.#pick(pane.map, event));
    this.panes[index] = pane;
    return pane;
  }

  // panes for that many pictures, made while nothing else is to be done: one a time
  prepare(count) {
    if (this.preparing || this.panes.length >= Math.min(count, MOST_PANES)) return;
    this.preparing = true;
    whenIdle(() => {
      this.preparing = false;
      if (this.isDestroyed) return;
      this.#pane(this.panes.length);
      this.prepare(count);
    });
  }

  #markLayer(source) {
    return new VectorLayer({
      source,
      className: DRAWN,
      style: (feature, resolution) => markStyle(feature, this.chosen.has(feature.getId()), resolution),
      updateWhileInteracting: true,
    });
  }

  // the second picture and its marks once more, on the first
  #over() {
    const [first, second] = this.panes;
    this.over = { picture: pictureLayer("over"), markLayer: this.#markLayer(second.marks) };
    first.map.getLayers().insertAt(1, this.over.picture);
    first.map.getLayers().insertAt(3, this.over.markLayer);
    for (const layer of [first.picture, first.markLayer]) this.clip(layer, 0);
    for (const layer of [this.over.picture, this.over.markLayer]) this.clip(layer, 1);
  }

  // in the swipe a layer of the first map ends at the line: 0 is the left picture's, 1 the right one's
  clip(layer, side) {
    layer.on("prerender", (event) => {
      const { map } = this.panes[0];
      const [from, to] = this.mode !== "swipe" ? [0, 1] : side ? [this.fraction, 1] : [0, this.fraction];
      const [width, height] = map.getSize();
      const corners = [[width * from, 0], [width * to, 0], [width * to, height], [width * from, height]];
      event.context.save();
      event.context.beginPath();
      corners.map((corner) => getRenderPixel(event, corner)).forEach(([x, y], i) => (i ? event.context.lineTo(x, y) : event.context.moveTo(x, y)));
      event.context.closePath();
      event.context.clip();
    });
    layer.on("postrender", (event) => event.context.restore());
  }

  get isStacked() {
    return isStacked(this.mode);
  }

  // panes whose maps are on the screen
  get visible() {
    if (this.mode === "all") return [];
    return this.isStacked ? this.panes.slice(0, 1) : this.panes.slice(0, this.count);
  }

  // the number of the pane that lies at a pixel of a map; null where two lie on each other
  paneAt(map, [x]) {
    const pane = this.panes.find((each) => each.map === map);
    if (!this.isStacked) return pane.index;
    if (this.mode === "swipe") return x < this.fraction * map.getSize()[0] ? 0 : 1;
    return null;
  }

  // mark layers that a pixel of a map can hit
  markLayersAt(map, pixel) {
    const at = this.paneAt(map, pixel);
    if (!this.isStacked) return [this.panes[at].markLayer];
    const both = [this.panes[0].markLayer, this.over.markLayer];
    return at === null ? both : [both[at]];
  }

  // -- modes

  setMode(mode, count = 2) {
    this.mode = mode;
    this.count = Math.min(MOST_PANES, Math.max(2, count));
    this.#busy();
    clearInterval(this.timer);
    const stacked = this.isStacked;
    this.root.hidden = mode === "all"; // the page of all dates lies there instead
    for (let index = 0; index < this.count; index += 1) this.#pane(index);
    for (const pane of this.panes) pane.element.hidden = stacked ? pane.index > 0 : pane.index >= this.count;
    this.root.dataset.panes = String(stacked ? 1 : this.count);
    for (const layer of [this.over.picture, this.over.markLayer]) layer.setVisible(stacked);
    this.over.picture.setOpacity(mode === "fade" ? this.opacity : 1);
    this.panes[0].markLayer.setVisible(mode !== "blink");
    if (mode === "blink") this.timer = setInterval(() => this.#blink(), BLINK_MS);
    this.resized();
    this.panes[0].map.render();
    // CSS blends whole canvases; that of the second picture exists after the first frame
    this.panes[0].map.once("postrender", () => this.#blend());
  }

  #blend() {
    const canvas = this.panes[0].map.getViewport().querySelector(".over");
    if (canvas) canvas.style.mixBlendMode = this.mode === "difference" ? "difference" : "";
  }

  #blink() {
    const visible = !this.over.picture.getVisible();
    this.over.picture.setVisible(visible);
    this.over.markLayer.setVisible(visible);
    this.panes[0].markLayer.setVisible(!visible);
    this.events.blinked(visible ? 1 : 0);
  }

  setFraction(fraction) {
    this.fraction = Math.min(1, Math.max(0, fraction));
    this.panes[0].map.render();
  }

  setOpacity(opacity) {
    this.opacity = Math.min(1, Math.max(0, opacity));
    if (this.mode === "fade") this.over.picture.setOpacity(this.opacity);
  }

  // -- pictures

  show(index, capture) {
    const pane = this.#pane(index);
    pane.capture = capture;
    const source = capture ? this.#source(capture) : null;
    if (pane.picture.getSource() === source) return;
    this.#busy();
    pane.picture.setSource(source);
    if (index === 1) this.over.picture.setSource(source);
  }

  #source(capture) {
    const display = this.display(capture);
    const key = capture + display;
    const known = this.sources.get(key);
    if (known) {
      this.sources.delete(key); // to the young end: the oldest is dropped first
      this.sources.set(key, known);
      return known;
    }
    const source = new TileImage({
      projection: this.projection,
      tileGrid: this.tileGrid,
      transition: 0,
      interpolate: true,
      tileUrlFunction: (at) => tileAddress(this.grid, capture, at, this.token + display),
      tileLoadFunction: loadTile,
    });
    source.on("tileloaderror", () => this.events.tileRefused());
    this.sources.set(key, source);
    if (this.hasSettled) this.#ask(source, capture);
    if (this.sources.size > SOURCES_KEPT) {
      const used = new Set([source, ...this.panes.map((pane) => pane.picture.getSource())]);
      const oldest = [...this.sources.keys()].find((one) => !used.has(this.sources.get(one)));
      if (oldest) this.sources.delete(oldest);
    }
    return source;
  }

  // asked for at once: the map itself asks after its next frame, and is then given the same pictures
  async #ask(source, capture) {
    await Promise.all(this.tiles(capture).filter((address) => !isKept(address)).map(come));
    if (this.panes.some((pane) => pane.picture.getSource() === source)) this.events.arrived();
  }

  // a fresh capability: what is on screen stays, tiles that failed are asked for again
  setToken(token) {
    if (token === this.token) return;
    this.token = token;
    if (this.refused) for (const source of this.sources.values()) source.refresh();
    this.refused = false;
  }

  // -- marks

  setMarks(index, marks) {
    showMarks(this.#pane(index).marks, marks, this.held);
  }

  get markLayers() {
    return [...this.panes.map((pane) => pane.markLayer), this.over.markLayer];
  }

  hideMarks(hidden) {
    for (const layer of [...this.markLayers, ...this.panes.flatMap((pane) => [pane.cross, pane.rings])]) layer.setOpacity(hidden ? 0 : 1);
  }

  // rings where something may have come or gone between the first two pictures; nobody can choose them
  suggest(changes) {
    const told = JSON.stringify(changes);
    if (told === this.told) return;
    this.told = told;
    this.suggested.clear(true);
    this.suggested.addFeatures(changes.map(({ at, score }) => new Feature({ geometry: new Point(at), label: t("change? {score}", { score: score.toFixed(2) }) })));
    this.suggested.changed();
  }

  // a click chooses the mark under it, with Shift one more or one less
  #pick(map, { pixel, originalEvent }) {
    if (this.drawing) return;
    const layers = this.markLayersAt(map, pixel);
    const hit = map.getFeaturesAtPixel(pixel, { layerFilter: (layer) => layers.includes(layer), hitTolerance: 4 })[0];
    const id = hit?.getId();
    if (!originalEvent.shiftKey) this.choose(id ? [id] : []);
    else if (id) this.choose(this.chosen.has(id) ? [...this.chosen].filter((each) => each !== id) : [...this.chosen, id]);
  }

  choose(ids) {
    this.chosen = new Set(ids);
    for (const layer of this.markLayers) layer.changed();
    this.events.picked(ids);
  }

  // -- the view

  // pixels of a pane; while none is on the screen, of all of them
  get size() {
    const size = this.panes[0].map.getSize();
    if (size?.[0] && size[1]) return size;
    const { clientWidth, clientHeight } = this.root.parentElement;
    return [clientWidth || 800, clientHeight || 600];
  }

  // the whole of an extent, also in other modes, until somebody moves the view
  home(extent) {
    this.whole = extent;
    this.#fit();
  }

  #fit() {
    const extent = this.whole;
    if (!extent) return;
    this.isFitting = true;
    this.view.fit(extent, { size: this.size, padding: PADDING });
    this.isFitting = false;
  }

  // centre and metres to a screen pixel, as the address has them; empty for the whole site
  get place() {
    if (this.whole) return "";
    const [x, y] = this.view.getCenter();
    return [x.toFixed(1), y.toFixed(1), this.view.getResolution().toPrecision(4)].join(",");
  }

  set place(text) {
    const [x, y, resolution] = text.split(",").map(Number);
    if (![x, y, resolution].every(Number.isFinite) || resolution <= 0) return;
    this.view.setCenter([x, y]);
    this.view.setResolution(resolution);
  }

  // addresses of the tiles that a picture needs for the present view
  tiles(capture) {
    const { view, size } = this;
    return tilesOf(this.grid, this.tileGrid, capture, this.token + this.display(capture), view.calculateExtent(size), view.getResolution());
  }

  // the same for the first look at another site in the panes as they are
  firstTiles({ grid, home, shown, token }) {
    const [width, height] = this.size;
    const [west, south, east, north] = home;
    const resolution = Math.max((east - west) / (width - 40), (north - south) / (height - 80), grid.resolutions.at(-1) / CLOSEST);
    const [x, y] = [(west + east) / 2, (south + north) / 2];
    const extent = [x - (width / 2) * resolution, y - (height / 2) * resolution, x + (width / 2) * resolution, y + (height / 2) * resolution];
    return shown.flatMap((capture) => tilesOf(grid, tileGridOf(grid), capture, token, extent, resolution));
  }

  // -- life

  zoom(steps) {
    this.view.animate({ zoom: this.view.getZoom() + steps, duration: 120 });
  }

  pan(dx, dy) {
    const [x, y] = this.view.getCenter();
    const step = 80 * this.view.getResolution();
    this.view.animate({ center: [x + dx * step, y + dy * step], duration: 120 });
  }

  resized() {
    for (const pane of this.visible) pane.map.updateSize();
    this.#fit();
  }

  #busy() {
    this.settled = new Set();
    this.events.busy();
  }

  #settled(pane) {
    this.hasSettled = true;
    this.settled?.add(pane);
    if (this.mode !== "all" && this.visible.every((each) => this.settled?.has(each))) this.events.ready();
  }

  destroy() {
    this.isDestroyed = true;
    clearInterval(this.timer);
    this.events = { busy() {}, arrived() {}, ready() {}, moved() {}, blinked() {}, activated() {}, picked() {}, tileRefused() {} };
    for (const { map } of this.panes) {
      map.setTarget(null);
      map.dispose();
    }
  }
}

function come(address) {
  const image = new Image();
  return new Promise((done) => {
    image.onload = image.onerror = done;
    image.src = address;
  });
}

function tileGridOf(grid) {
  const [west, , , north] = grid.extent;
  return new TileGrid({ extent: grid.extent, origin: [west, north], resolutions: grid.resolutions, tileSize: grid.tile_px });
}

function tileAddress(grid, capture, [z, x, y], token) {
  return `${grid.url.replace("{capture}", capture).replace("{z}", z).replace("{x}", x).replace("{y}", y)}?k=${token}`;
}

function tilesOf(grid, tileGrid, capture, token, extent, resolution) {
  const z = tileGrid.getZForResolution(resolution);
  const found = [];
  const overlap = [0, 1].map((axis) => Math.max(extent[axis], grid.extent[axis]));
  const [east, north] = [2, 3].map((axis) => Math.min(extent[axis], grid.extent[axis]));
  if (overlap[0] >= east || overlap[1] >= north) return found;
  tileGrid.forEachTileCoord([...overlap, east, north], z, (at) => found.push(tileAddress(grid, capture, at, token)));
  return found;
}

function pictureLayer(className) {
  return new TileLayer({ className, cacheSize: 512 });
}
