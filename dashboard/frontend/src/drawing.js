// Drawing new marks: one OpenLayers interaction in each map while a tool is chosen.
import Draw, { createBox } from "ol/interaction/Draw.js";

import { markStyle } from "./marks.js";
import { circleAround } from "./shapes.js";

const OPTIONS = {
  point: { type: "Point" },
  text: { type: "Point" },
  line: { type: "LineString" },
  arrow: { type: "LineString", maxPoints: 2 },
  polygon: { type: "Polygon" },
  box: { type: "Circle", geometryFunction: createBox(), freehand: true },
  circle: { type: "Circle", freehand: true },
};

export class Drawing {
  // drawn(pane number or null, shape, geometry in the grid's metres)
  constructor(stage, drawn) {
    this.stage = stage;
    this.drawn = drawn;
    this.active = [];
  }

  start(shape) {
    this.stop();
    this.stage.drawing = true;
    this.active = this.stage.panes.map(({ map }) => {
      const interaction = new Draw({ ...OPTIONS[shape], style: (feature, resolution) => markStyle(feature, true, resolution, shape) });
      let pane = null;
      interaction.on("drawstart", (event) => {
        const geometry = event.feature.getGeometry();
        pane = this.stage.paneAt(map, map.getPixelFromCoordinate(geometry.getFirstCoordinate()));
      });
      interaction.on("drawend", (event) => {
        const geometry = plain(event.feature.getGeometry());
        if (geometry) this.drawn(pane, shape, geometry);
      });
      map.addInteraction(interaction);
      return [map, interaction];
    });
  }

  // ends the line or polygon that is being drawn
  finish() {
    for (const [, interaction] of this.active) if (isUnderWay(interaction)) interaction.finishDrawing();
  }

  // takes the last corner back
  takeBack() {
    for (const [, interaction] of this.active) if (isUnderWay(interaction)) interaction.removeLastPoint();
  }

  stop() {
    const ended = this.active;
    this.active = [];
    // removed after the event that ended the drawing, or the same event would start a pan or choose another mark
    setTimeout(() => {
      this.stage.drawing = this.active.length > 0;
      ended.forEach(([map, interaction]) => map.removeInteraction(interaction));
    }, 0);
  }
}

const isUnderWay = (interaction) => interaction.getOverlay().getSource().getFeatures().some((feature) => feature.getGeometry().getType() !== "Point");

// what was drawn as GeoJSON; null for a click without a drag
function plain(geometry) {
  if (geometry.getType() === "Circle") return geometry.getRadius() > 0 ? circleAround(geometry.getCenter(), geometry.getRadius()) : null;
  if (geometry.getType() === "Polygon" && geometry.getArea() === 0) return null;
  if (geometry.getType() === "LineString" && geometry.getLength() === 0) return null;
  return { type: geometry.getType(), coordinates: geometry.getCoordinates() };
}
