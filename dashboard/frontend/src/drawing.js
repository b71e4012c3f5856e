// Drawing new marks: one OpenLayers interaction in each map while a tool is chosen.
import Draw, { createBox } from "ol/interaction/Draw.js";

import { markStyle } from "./marks.js";

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
      const options = shape === "box" ? { type: "Circle", geometryFunction: createBox(), freehand: true } : { type: "Point" };
      const interaction = new Draw({ ...options, style: (feature) => markStyle(feature, true) });
      let pane = null;
      interaction.on("drawstart", (event) => {
        const geometry = event.feature.getGeometry();
        pane = this.stage.paneAt(map, map.getPixelFromCoordinate(geometry.getFirstCoordinate()));
      });
      interaction.on("drawend", (event) => {
        const geometry = event.feature.getGeometry();
        if (shape === "box" && geometry.getArea() === 0) return; // a click without a drag
        this.drawn(pane, shape, { type: geometry.getType(), coordinates: geometry.getCoordinates() });
      });
      map.addInteraction(interaction);
      return [map, interaction];
    });
  }

  stop() {
    const ended = this.active;
    this.active = [];
    this.stage.drawing = false;
    // removed after the event that ended the drawing, or the same event would start a pan
    setTimeout(() => ended.forEach(([map, interaction]) => map.removeInteraction(interaction)), 0);
  }
}
