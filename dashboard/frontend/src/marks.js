// Boxes and points on the pictures: how they look, how they become features and operations.
import Feature from "ol/Feature.js";
import Point from "ol/geom/Point.js";
import Polygon from "ol/geom/Polygon.js";
import LineString from "ol/geom/LineString.js";
import MultiLineString from "ol/geom/MultiLineString.js";
import Circle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

const INK = "#ffd21f";
const CHOSEN = "#4cd7ff";
const CASING = "rgba(0,0,0,0.75)";

// a dark casing under a bright line keeps a mark legible on snow and on asphalt
function strokes(colour, dash) {
  return [new Stroke({ color: CASING, width: 4 }), new Stroke({ color: colour, width: 2, lineDash: dash })];
}

function labelStyle(label, colour, geometry) {
  const text = new Text({
    text: label,
    font: "600 12px system-ui, 'Noto Sans KR', sans-serif",
    fill: new Fill({ color: colour }),
    stroke: new Stroke({ color: CASING, width: 3 }),
    textAlign: "left",
    textBaseline: "bottom",
    overflow: true,
    offsetX: geometry.getType() === "Point" ? 10 : 0,
    offsetY: -3,
  });
  const [west, , , north] = geometry.getExtent();
  return new Style({ geometry: new Point([west, north]), text });
}

export function markStyle(feature, chosen = false) {
  const colour = chosen ? CHOSEN : INK;
  const [casing, line] = strokes(colour, feature.get("pending") ? [5, 5] : undefined);
  const geometry = feature.getGeometry();
  const label = feature.get("label");
  const named = label ? [labelStyle(label, colour, geometry)] : [];
  if (geometry.getType() === "Point") {
    return [
      new Style({ image: new Circle({ radius: 7, stroke: casing }) }),
      new Style({ image: new Circle({ radius: 7, stroke: line, fill: new Fill({ color: `${colour}40` }) }) }),
      ...named,
    ];
  }
  // an all but transparent fill makes the inside clickable
  return [
    new Style({ stroke: casing }),
    new Style({ stroke: line, fill: new Fill({ color: `${colour}01` }) }),
    ...named,
  ];
}

const GEOMETRIES = { Point, LineString, Polygon };

export function toFeature(mark, pending = false) {
  const Geometry = GEOMETRIES[mark.geometry.type];
  if (!Geometry) return null;
  const feature = new Feature({ geometry: new Geometry(mark.geometry.coordinates) });
  feature.setId(mark.id);
  feature.set("label", mark.label ?? "");
  feature.set("pending", pending);
  return feature;
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
