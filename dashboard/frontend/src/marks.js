// Marks on the pictures: how they look, how they become features.
import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import LineString from "ol/geom/LineString.js";
import MultiLineString from "ol/geom/MultiLineString.js";
import { getCenter, getHeight, getWidth } from "ol/extent.js";
import Circle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import RegularShape from "ol/style/RegularShape.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

const INK = "#ffd21f";
const CHOSEN = "#4cd7ff";
const MINE = "#ff7bf0";
const CASING = "rgba(0,0,0,0.75)";
const FONT = "system-ui, 'Noto Sans KR', sans-serif";
const SMALL_PX = 7; // what is smaller on the screen is shown as a ring
const HEAD_PX = 8;
const [RING_M, RING_LEAST_PX] = [9, 14];

// a dark casing under a bright line keeps a mark legible on snow and on asphalt
function strokes(colour, dash) {
  return [new Stroke({ color: CASING, width: 4 }), new Stroke({ color: colour, width: 2, lineDash: dash })];
}

function ring(strokeOf, geometry, radius, fill) {
  return new Style({ geometry, image: new Circle({ radius, stroke: strokeOf, fill }) });
}

function words(text, colour, options) {
  return new Text({ text, fill: new Fill({ color: colour }), stroke: new Stroke({ color: CASING, width: 4 }), overflow: true, ...options });
}

function labelStyle(label, colour, geometry) {
  const isPoint = geometry.getType() === "Point";
  const [west, , , north] = geometry.getExtent();
  const text = words(label, colour, {
    font: `600 12px ${FONT}`,
    textAlign: "left",
    textBaseline: "bottom",
    offsetX: isPoint ? 10 : 0,
    offsetY: -3,
  });
  return new Style({ geometry: new Point([west, north]), text });
}

// the arrow's head points away from the last corner but one
function headStyles(geometry, colour) {
  const corners = geometry.getCoordinates();
  const [[x, y], [u, v]] = corners.slice(-2);
  const rotation = Math.PI / 2 - Math.atan2(v - y, u - x);
  const shape = new RegularShape({
    points: 3,
    radius: HEAD_PX,
    rotation,
    rotateWithView: true,
    displacement: [0, 0],
    fill: new Fill({ color: colour }),
    stroke: new Stroke({ color: CASING, width: 1.5 }),
  });
  return [new Style({ geometry: new Point([u, v]), image: shape })];
}

export function markStyle(feature, chosen = false, resolution = 0, shape = feature.get("shape")) {
  const colour = feature.get("mine") ? MINE : chosen ? CHOSEN : INK;
  const isDashed = feature.get("pending") || feature.get("mine") || feature.get("proposed");
  const [casing, line] = strokes(colour, isDashed ? [5, 5] : undefined);
  const geometry = feature.getGeometry();
  const type = geometry.getType();
  const label = feature.get("label");
  if (type === "Point" && shape === "text") {
    return [new Style({ text: words(label || "T", colour, { font: `600 15px ${FONT}`, textAlign: "center", backgroundFill: new Fill({ color: "rgba(0,0,0,0.01)" }), padding: [4, 6, 4, 6] }) })];
  }
  const named = label ? [labelStyle(label, colour, geometry)] : [];
  const fill = new Fill({ color: `${colour}40` });
  if (type === "Point") return [ring(casing, undefined, 7), ring(line, undefined, 7, fill), ...named];
  const extent = geometry.getExtent();
  if (Math.max(getWidth(extent), getHeight(extent)) < SMALL_PX * resolution) {
    const centre = new Point(getCenter(extent));
    return [ring(casing, centre, 5), ring(line, centre, 5, fill), ...named];
  }
  // an all but transparent fill makes the inside clickable
  return [
    new Style({ stroke: casing }),
    new Style({ stroke: line, fill: new Fill({ color: `${colour}01` }) }),
    ...(shape === "arrow" && type === "LineString" ? headStyles(geometry, colour) : []),
    ...named,
  ];
}

const GEOMETRIES = { Point, LineString, Polygon };

export function toGeometry(geometry) {
  const Geometry = GEOMETRIES[geometry.type];
  return Geometry ? new Geometry(geometry.coordinates) : null;
}

export function toFeature(mark) {
  const geometry = toGeometry(mark.geometry);
  if (!geometry) return null;
  const feature = new Feature({ geometry });
  feature.setId(mark.id);
  tell(feature, mark);
  return feature;
}

function tell(feature, mark) {
  feature.setProperties({ shape: mark.shape, label: mark.label ?? "", pending: Boolean(mark.pending), mark });
}

const looksOf = (mark) => JSON.stringify([mark.geometry, mark.shape, mark.label, Boolean(mark.pending), mark.version]);

// Makes a source show these marks and touches only what differs; `held` are ids of marks that somebody drags.
export function showMarks(source, marks, held = new Set()) {
  const wanted = new Map(marks.map((mark) => [mark.id, mark]));
  for (const feature of source.getFeatures()) {
    const mark = wanted.get(feature.getId());
    if (!mark && !held.has(feature.getId())) source.removeFeature(feature);
    else if (mark && !held.has(feature.getId()) && looksOf(mark) !== looksOf(feature.get("mark"))) {
      feature.setGeometry(toGeometry(mark.geometry));
      tell(feature, mark);
    } else if (mark) feature.set("mark", mark, true);
    wanted.delete(feature.getId());
  }
  source.addFeatures([...wanted.values()].map((mark) => toFeature(mark)).filter(Boolean));
}

// what a mark that is chosen can be taken hold of by
export function handleStyle(feature) {
  const isCorner = feature.get("handle").kind !== "middle";
  return new Style({
    image: new RegularShape({
      points: 4,
      angle: Math.PI / 4,
      radius: isCorner ? 7 : 4.5,
      fill: new Fill({ color: isCorner ? "#fff" : CHOSEN }),
      stroke: new Stroke({ color: "#0b2530", width: 1.5 }),
    }),
  });
}

// The cross at the site's stated position: four arms around a gap, so that it hides nothing; same size at every zoom.
export function crossStyle(feature, resolution) {
  const [x, y] = feature.getGeometry().getCoordinates();
  const arm = (dx, dy) =>
    [6, 14].map((px) => [x + dx * px * resolution, y + dy * px * resolution]);
  const geometry = new MultiLineString([arm(1, 0), arm(-1, 0), arm(0, 1), arm(0, -1)]);
  return [
    new Style({ geometry, stroke: new Stroke({ color: "rgba(0,0,0,0.6)", width: 3 }) }),
    new Style({ geometry, stroke: new Stroke({ color: "rgba(255,255,255,0.95)", width: 1.2 }) }),
  ];
}

// Where a scorer suggests a change: a ring around the place that covers none of it, told from marks by its dashes.
export function suggestionStyle(feature, resolution) {
  const radius = Math.max(RING_LEAST_PX, RING_M / resolution);
  const [casing, line] = [new Stroke({ color: "rgba(0,0,0,0.6)", width: 3.5 }), new Stroke({ color: "rgba(255,255,255,0.95)", width: 1.5, lineDash: [6, 5] })];
  const text = words(feature.get("label"), "#fff", { font: `600 12px ${FONT}`, textBaseline: "bottom", offsetY: -radius - 3 });
  return [ring(casing, undefined, radius), ring(line, undefined, radius), new Style({ text })];
}
