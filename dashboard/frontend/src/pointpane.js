// One of the two panes of georeferencing: a picture or the map, with the points in it. Clicking sets a point, dragging
// moves one, Enter sets one in the middle; coordinates are those of the pane's projection.
import OlMap from "ol/Map.js";
import View from "ol/View.js";
import Feature from "ol/Feature.js";
import Zoom from "ol/control/Zoom.js";
import ScaleLine from "ol/control/ScaleLine.js";
import Point from "ol/geom/Point.js";
import Translate from "ol/interaction/Translate.js";
import { defaults as interactionDefaults } from "ol/interaction/defaults.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import { Circle, Fill, RegularShape, Stroke, Style, Text } from "ol/style.js";

import { h } from "./dom.js";
import { t } from "./language.js";

const FINE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const DARK = "rgba(10,13,18,.85)";

export class PointPane {
  // events: set(place), moved(id, place, isDone), chosen(id)
  constructor({ name, projection, extent, layers, finest, hasScale, view, events }) {
    this.events = events;
    this.points = new VectorSource();
    this.element = h("div", { class: "map", tabindex: "0", role: "application", "aria-label": t("{pane}: arrows move it, plus and minus zoom, Enter sets a point in the middle, Alt and arrows move the chosen point", { pane: name }) }, h("div", { class: "crosshair", "aria-hidden": "true" }));
    this.map = new OlMap({
      target: this.element,
      view: new View({ projection, extent: view, constrainOnlyCenter: true, minResolution: finest / 16, enableRotation: false, showFullExtent: true, center: [0, 0], resolution: finest }),
      layers: [...layers, new VectorLayer({ source: this.points, style: (feature) => this.#style(feature), updateWhileInteracting: true, className: "points" })],
      controls: [new Zoom({ zoomInTipLabel: t("Zoom in"), zoomOutTipLabel: t("Zoom out") }), ...(hasScale ? [new ScaleLine({ units: "metric", minWidth: 80 })] : [])],
      interactions: interactionDefaults({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false, keyboard: false }),
    });
    this.extent = extent;
    const drag = new Translate({ hitTolerance: 6, filter: (feature) => feature.get("kind") !== "ghost", features: null });
    drag.on("translatestart", ({ features }) => events.chosen(features.item(0).getId()));
    drag.on("translating", ({ features }) => this.#dragged(features, false));
    drag.on("translateend", ({ features }) => this.#dragged(features, true));
    this.map.addInteraction(drag);
    this.map.on("click", (event) => {
      const hit = this.map.getFeaturesAtPixel(event.pixel, { hitTolerance: 6 }).find((feature) => feature.get("kind") !== "ghost");
      if (hit) events.chosen(hit.getId());
      else this.#set(event.coordinate);
    });
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  #set(place) {
    const [west, south, east, north] = this.extent;
    if (place[0] >= west && place[0] <= east && place[1] >= south && place[1] <= north) this.events.set(place);
  }

  #dragged(features, isDone) {
    const feature = features.item(0);
    const [west, south, east, north] = this.extent;
    const [x, y] = feature.getGeometry().getCoordinates();
    const place = [Math.min(east, Math.max(west, x)), Math.min(north, Math.max(south, y))];
    if (isDone) feature.getGeometry().setCoordinates(place);
    this.events.moved(feature.getId(), place, isDone);
  }

  #key(event) {
    const view = this.map.getView();
    const way = FINE[event.key];
    const step = view.getResolution() * (event.shiftKey ? 1 : 60);
    if (way && event.altKey) this.events.nudged(way.map((one) => one * view.getResolution()));
    else if (way) view.setCenter(view.getCenter().map((value, axis) => value + way[axis] * step));
    else if (event.key === "+" || event.key === "=") view.setZoom(view.getZoom() + 1);
    else if (event.key === "-") view.setZoom(view.getZoom() - 1);
    else if (event.key === "0") this.whole();
    else if (event.key === "Enter" || event.key === " ") this.#set(view.getCenter());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // points: { id, number, place, kind ("used", "off", "half", "ghost"), chosen }
  show(points) {
    const known = new Set(points.map((point) => point.id));
    for (const feature of this.points.getFeatures()) if (!known.has(feature.getId())) this.points.removeFeature(feature);
    for (const { id, place, ...properties } of points) {
      let feature = this.points.getFeatureById(id);
      if (!feature) {
        feature = new Feature(new Point(place));
        feature.setId(id);
        this.points.addFeature(feature);
      }
      feature.getGeometry().setCoordinates(place);
      feature.setProperties(properties);
    }
  }

  #style(feature) {
    const { kind, chosen, number } = feature.getProperties();
    const colour = { used: "#ffd60a", off: "#c9ced6", half: "#5ce0ff", ghost: "#5ce0ff" }[kind];
    const ring = (width, ink) => new Stroke({ color: ink, width, lineDash: kind === "used" || kind === "half" ? undefined : [3, 3] });
    const radius = chosen ? 10 : 7;
    const cross = (width, ink) => new Style({ image: new RegularShape({ points: 4, radius: radius + 4, radius2: 0, stroke: new Stroke({ color: ink, width }) }) });
    const styles = [cross(3, DARK), cross(1.2, colour), new Style({ image: new Circle({ radius, stroke: ring(4, DARK) }) }), new Style({ image: new Circle({ radius, stroke: ring(2, colour) }) })];
    if (kind !== "ghost") {
      styles.push(new Style({ text: new Text({ text: String(number), offsetX: radius + 9, offsetY: -radius - 3, font: "700 13px system-ui, sans-serif", fill: new Fill({ color: colour }), stroke: new Stroke({ color: DARK, width: 4 }) }), zIndex: 2 }));
    }
    return styles;
  }

  whole() {
    this.map.updateSize();
    this.map.getView().fit(this.home ?? this.extent, { padding: [16, 16, 16, 16] });
  }

  // have a place on the screen
  reveal(place, always = false) {
    const [west, south, east, north] = this.map.getView().calculateExtent(this.map.getSize());
    const margin = 0.08 * (east - west);
    const isIn = place[0] > west + margin && place[0] < east - margin && place[1] > south + margin && place[1] < north - margin;
    if (always || !isIn) this.map.getView().setCenter(place);
  }

  destroy() {
    this.map.setTarget(null);
    this.map.dispose();
  }
}
