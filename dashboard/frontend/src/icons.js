// Our own icons, 16 by 16, lines in the colour of the text. Beside each stands a title, so they are hidden from readers.
const SVG = "http://www.w3.org/2000/svg";
const FRAME = "M1.5 2.5h13v11h-13z";
const PATHS = {
  swipe: `${FRAME}M8 .5v15M5.5 6.5 4 8l1.5 1.5M10.5 6.5 12 8l-1.5 1.5`,
  two: "M1.5 2.5h5.5v11H1.5zM9 2.5h5.5v11H9z",
  four: "M1.5 2.5H7V7H1.5zM9 2.5h5.5V7H9zM1.5 9H7v4.5H1.5zM9 9h5.5v4.5H9z",
  eight: "M.5 3.5h3V7h-3zM4.5 3.5h3V7h-3zM8.5 3.5h3V7h-3zM12.5 3.5h3V7h-3zM.5 9h3v3.5h-3zM4.5 9h3v3.5h-3zM8.5 9h3v3.5h-3zM12.5 9h3v3.5h-3z",
  blink: "M1 8c2-3.3 4.3-5 7-5s5 1.7 7 5c-2 3.3-4.3 5-7 5S3 11.3 1 8zM8 5.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z",
  fade: `${FRAME}M4 11.5v-7M6.5 11.5v-5.5M9 11.5V8M11.5 11.5v-1.5`,
  difference: `M6 3a5 5 0 1 0 0 10A5 5 0 0 0 6 3zM10 3a5 5 0 1 1 0 10A5 5 0 0 1 10 3z`,
  all: "M1.5 1.5h3.5V5H1.5zM6.3 1.5h3.5V5H6.3zM11 1.5h3.5V5H11zM1.5 6.3H5v3.5H1.5zM6.3 6.3h3.5v3.5H6.3zM11 6.3h3.5v3.5H11zM1.5 11H5v3.5H1.5zM6.3 11h3.5v3.5H6.3zM11 11h3.5v3.5H11z",
  marks: "M2.5 3.5h8v7h-8zM12 9.5l2.5 4h-5z",
  exchange: "M3 5.5h10M10.5 3 13 5.5 10.5 8M13 11H3M5.5 8.5 3 11l2.5 2.5",
  match: "M1.5 5V1.5H5M11 1.5h3.5V5M14.5 11v3.5H11M5 14.5H1.5V11M8 4.5v7M4.5 8h7",
  remove: "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.7 6.5v5M9.3 6.5v5",
  box: "M2.5 3.5h11v9h-11z",
  point: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1v2.5M8 12.5V15M1 8h2.5M12.5 8H15",
  line: "M2 12.5 6 5l4 4.5L14 3",
  arrow: "M2.5 13.5 13 3M7.5 3H13v5.5",
  circle: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z",
  polygon: "M8 1.8 14.2 6.5 11.8 13.8H4.2L1.8 6.5z",
  text: "M3 3.5h10M8 3.5v10M6 13.5h4",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6",
  redo: "M10.5 3l3 3-3 3M13.5 6h-7a4 4 0 0 0 0 8H10",
  copy: "M2.5 2.5h8v8h-8zM5.5 10.5v3h8v-8h-3",
  before: "M10 3 5 8l5 5",
  after: "M6 3l5 5-5 5",
  measure: "M1.5 10.5 10.5 1.5 14.5 5.5 5.5 14.5zM4 8l1.5 1.5M6.5 5.5 8 7M9 3l1.5 1.5",
  display: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12z",
  north: "M8 1.5 12 14 8 11 4 14z",
};

export function icon(name, filled = false) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: 16, height: 16, class: "icon", "aria-hidden": "true" })) svg.setAttribute(key, value);
  for (const [key, value] of Object.entries({ d: PATHS[name], fill: filled ? "currentColor" : "none", stroke: "currentColor", "stroke-width": "1.3", "stroke-linejoin": "round", "stroke-linecap": "round" })) {
    path.setAttribute(key, value);
  }
  svg.append(path);
  return svg;
}
