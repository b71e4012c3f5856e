// The values of a site's pixels as bars, with the limits between which they are shown.
import { h } from "./dom.js";

const WIDTH = 240;
const HEIGHT = 48;
const SVG = "http://www.w3.org/2000/svg";
const COLOURS = ["#ff7b72", "#7ee29a", "#79b8ff"]; // red, green, blue
const GREY = "#d5dae1";

// `bands` from 0, one or three; `limits` of each
export function histogram(known, bands, limits) {
  const some = bands.map((at) => known[at]).filter((one) => one?.counts.length);
  if (!some.length) return h("span", {});
  const low = Math.min(...some.map((one) => one.low), ...limits.map((one) => one[0]));
  const high = Math.max(...some.map((one) => one.high), ...limits.map((one) => one[1]));
  const across = (value) => ((value - low) / (high - low || 1)) * WIDTH;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, preserveAspectRatio: "none", "aria-hidden": "true" });
  some.forEach((band, at) => picture.append(curve(band, across, some.length > 1 ? COLOURS[at] : GREY)));
  limits.slice(0, some.length).forEach((ends, at) => {
    for (const value of ends) {
      const x = across(value);
      picture.append(svg("line", { x1: x, x2: x, y1: 0, y2: HEIGHT, stroke: some.length > 1 ? COLOURS[at] : GREY, "stroke-dasharray": "3 2" }));
    }
  });
  return picture;
}

// square roots: a few bright roofs must be seen beside much dark ground
function curve(band, across, colour) {
  const most = Math.sqrt(Math.max(...band.counts)) || 1;
  const step = (band.high - band.low) / band.counts.length;
  const points = band.counts.map((count, at) => `${across(band.low + (at + 0.5) * step)},${HEIGHT - (Math.sqrt(count) / most) * (HEIGHT - 2)}`);
  return svg("polyline", { points: points.join(" "), fill: "none", stroke: colour, "stroke-width": 1.3 });
}

function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
