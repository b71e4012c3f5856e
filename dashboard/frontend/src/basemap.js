// The overview map's ground: Natural Earth countries and a graticule, drawn below everything else.
// Loaded as a plain script beside Leaflet; the page calls window.sitetrackBasemap(map, url, colours).
import { feature, mesh } from "topojson-client";

const STEPS_DEG = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LINES_WANTED = 9;

function pane(map, name, zIndex) {
  const existing = map.getPane(name);
  if (existing) return existing;
  const made = map.createPane(name);
  made.style.zIndex = String(zIndex);
  made.style.pointerEvents = "none";
  return made;
}

async function drawCountries(map, url, colours) {
  const response = await fetch(url);
  if (!response.ok) return;
  const atlas = await response.json();
  const renderer = window.L.canvas({ pane: "countries", padding: 0.5 });
  const common = { pane: "countries", renderer, interactive: false };
  window.L.geoJSON(feature(atlas, atlas.objects.land), {
    ...common,
    style: { stroke: true, color: colours.coast, weight: 0.8, fill: true, fillColor: colours.land, fillOpacity: 1 },
  }).addTo(map);
  const borders = mesh(atlas, atlas.objects.countries, (a, b) => a !== b);
  window.L.geoJSON(borders, { ...common, style: { color: colours.border, weight: 1, dashArray: "3 3" } }).addTo(map);
}

function label(value, positive, negative, digits) {
  if (Math.abs(value) < 1e-9) return "0°";
  return `${Math.abs(value).toFixed(digits)}° ${value > 0 ? positive : negative}`;
}

function lineLabel(text, colour) {
  const element = document.createElement("span");
  element.textContent = text;
  element.style.cssText = `font:10px system-ui,sans-serif;color:${colour};white-space:nowrap`;
  return window.L.divIcon({ className: "", html: element, iconSize: [0, 0], iconAnchor: [-4, 18] });
}

// Lines at a round step with their degrees at the left and lower edge: the only scale that a flat ground has.
function drawGraticule(map, colours) {
  const group = window.L.layerGroup().addTo(map);
  const draw = () => {
    group.clearLayers();
    const bounds = map.getBounds();
    const span = bounds.getEast() - bounds.getWest();
    const step = [...STEPS_DEG].reverse().find((size) => span / size <= LINES_WANTED) ?? STEPS_DEG[0];
    const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    const style = { pane: "graticule", color: colours.graticule, weight: 0.7, interactive: false };
    const mark = (at, text) =>
      window.L.marker(at, { icon: lineLabel(text, colours.text), pane: "graticule", interactive: false, keyboard: false }).addTo(group);
    const south = Math.max(-85, bounds.getSouth());
    const north = Math.min(85, bounds.getNorth());
    for (let lon = Math.ceil(bounds.getWest() / step) * step; lon <= bounds.getEast(); lon += step) {
      window.L.polyline([[south, lon], [north, lon]], style).addTo(group);
      mark([south, lon], label(lon, "E", "W", digits));
    }
    for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) {
      window.L.polyline([[lat, bounds.getWest()], [lat, bounds.getEast()]], style).addTo(group);
      mark([lat, bounds.getWest()], label(lat, "N", "S", digits));
    }
  };
  map.on("moveend", draw);
  map.whenReady(draw);
}

window.sitetrackBasemap = (map, url, colours) => {
  pane(map, "countries", 150);
  pane(map, "graticule", 160);
  map.getContainer().style.background = colours.water;
  window.L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  drawGraticule(map, colours);
  drawCountries(map, url, colours);
};

// -- sites: a shape and a colour a state, so that the map can be read without seeing colours

const SHAPES = {
  present: '<circle cx="9" cy="9" r="6" fill="F" stroke="S" stroke-width="1.6"/>',
  absent: '<circle cx="9" cy="9" r="5.2" fill="P" stroke="F" stroke-width="2.8"/>',
  uncertain: '<rect x="3.6" y="3.6" width="10.8" height="10.8" fill="F" stroke="S" stroke-width="1.6"/>',
  disputed: '<path d="M9 1.8 16.2 15H1.8Z" fill="F" stroke="S" stroke-width="1.6"/>',
  "not examined": '<path d="M9 2.2 15.8 9 9 15.8 2.2 9Z" fill="F" stroke="S" stroke-width="1.6"/>',
  "not covered": '<path d="M4 4 14 14M14 4 4 14" stroke="F" stroke-width="3" fill="none"/>',
};

// the drawing of a state; `colour` and `paper` come from our own tables, never from people
function shapeOf(state, colour, paper) {
  const body = (SHAPES[state] ?? SHAPES["not examined"]).replaceAll('"F"', `"${colour}"`).replaceAll('"S"', '"#fff"').replaceAll('"P"', `"${paper}"`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="18" height="18" viewBox="0 0 18 18">${body}</svg>`;
}

// point_to_layer of the GeoJSON with the sites: shape and name; the name only ever becomes a text node
window.sitetrackMarker = (feature, at) => {
  const { state, colour, paper, ink, name, chosen } = feature.properties;
  const root = document.createElement("div");
  root.style.cssText = "position:relative;white-space:nowrap;width:18px;height:18px";
  root.innerHTML = shapeOf(state, colour, paper);
  if (chosen) root.style.cssText += ";outline:2px solid " + ink + ";outline-offset:3px;border-radius:50%";
  const label = document.createElement("span");
  label.className = "site-name";
  label.textContent = name;
  label.style.cssText = `position:absolute;left:22px;top:1px;font:600 11.5px system-ui,'Noto Sans KR',sans-serif;color:${ink};text-shadow:0 0 3px ${paper},0 0 3px ${paper},0 0 3px ${paper}`;
  root.append(label);
  const icon = window.L.divIcon({ className: "site", html: root, iconSize: [18, 18], iconAnchor: [9, 9] });
  return window.L.marker(at, { icon, title: `${name}: ${state}`, alt: `${name}: ${state}`, keyboard: true, riseOnHover: true });
};
