// The overview map's ground: Natural Earth countries and a graticule, drawn below everything else.
// Loaded as a plain script beside Leaflet. The map's own script calls window.sitetrackBasemap(map, options); what is laid
// over it, window.sitetrackShow or window.sitetrackMark, may change as often as one likes.
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

// `ground` is the address of the atlas, or none where it lies in the page as a block of JSON
async function atlasOf(ground) {
  if (!ground) return JSON.parse(document.getElementById("sitetrack-ground").textContent);
  const response = await fetch(ground);
  return response.ok ? response.json() : null;
}

async function drawCountries(map, ground, colours) {
  const atlas = await atlasOf(ground);
  if (!atlas) return;
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
  return window.L.divIcon({ className: "", html: element, iconSize: [0, 0], iconAnchor: [-4, 20] });
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
      // not where the lower edge has its degrees
      if (map.getSize().y - map.latLngToContainerPoint([lat, 0]).y > 24) mark([lat, bounds.getWest()], label(lat, "N", "S", digits));
    }
  };
  map.on("moveend", draw);
  map.whenReady(draw);
}

window.sitetrackBasemap = (map, { colours, states, names, url, font }) => {
  look = { ...colours, names };
  sites = new Map();
  addStyles(colours, states, font);
  keepNamesApart(map);
  pane(map, "countries", 150);
  pane(map, "graticule", 160);
  pane(map, "outlines", 350).style.pointerEvents = "auto";
  map.getContainer().style.background = colours.water;
  window.L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  drawGraticule(map, colours);
  drawCountries(map, url, colours);
};

// -- names: shown where there is room, the others when a site is pointed at

const SYMBOL_PX = 9; // half of a site's drawing
const NAME_PX = { gap: 4, height: 17, widest: 300, short: 110 };
const NAME_FONT = '600 11.5px system-ui, "Noto Sans KR", sans-serif';
let look = {};
let sites = new Map(); // by id: marker, element, name, label, length
let shown = []; // those that the view shows
let covered = null; // the layer of outlines
let cameras = null; // that of what cameras on the ground saw

function addStyles(colours, states, font) {
  const style = document.createElement("style");
  style.textContent = `
    .leaflet-control-scale { margin-bottom: 24px !important; }
    .leaflet-control-scale-line { font: 11px/1.3 system-ui, sans-serif !important; white-space: nowrap; overflow: hidden; }
    .site.hidden { display: none; }
    .site.chosen::before { content: ""; position: absolute; inset: 0; outline: 2px solid ${colours.ink}; outline-offset: 1px; border-radius: 50%; }
    .site-name { position: absolute; left: 22px; top: 0; max-width: ${NAME_PX.widest}px; overflow: hidden; text-overflow: ellipsis;
      white-space: nowrap; unicode-bidi: isolate; font: ${NAME_FONT}; line-height: ${NAME_PX.height}px;
      color: ${colours.ink}; text-shadow: 0 0 3px ${colours.paper}, 0 0 3px ${colours.paper}, 0 0 3px ${colours.paper}; }
    .site.chosen .site-name { margin: 0 4px; }
    .site-name.before { left: auto; right: 22px; }
    .site-name.crowded { visibility: hidden; }
    .site:hover .site-name, .site:focus .site-name { visibility: visible; width: auto !important; max-width: none; background: ${colours.land}; padding: 0 3px; }
    .outline-text { white-space: pre-line; font: 12px/1.4 system-ui, sans-serif; color: #1c2430; }
  `;
  for (const [state, colour] of Object.entries(states))
    style.textContent += `.site[data-state="${state}"] { background: ${drawn(state, colour, colours.paper)}; }\n`;
  document.head.append(style);
  if (!font) return;
  // fetched when a Korean name is shown, not before
  document.fonts.add(new FontFace("Noto Sans KR", `url(${font})`, { unicodeRange: "U+1100-11FF, U+3130-318F, U+AC00-D7A3" }));
}

function keepNamesApart(map) {
  shown = [];
  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => placeNames(map));
  };
  map.on("moveend resize sitetrack:shown", soon);
  document.fonts.addEventListener("loadingdone", () => {
    for (const site of sites.values()) site.length = null;
    soon();
  });
  // a name that found no room stands there once its site is pointed at
  for (const event of ["pointerover", "focusin"])
    map.getContainer().addEventListener(event, ({ target }) => {
      const site = shown.find(({ element }) => element === target);
      if (site) labelOf(site);
    });
}

// how long a name is written out; a page is never laid out for it
const ruler = document.createElement("canvas").getContext("2d");
function lengthOf(site) {
  ruler.font = NAME_FONT;
  site.length ??= Math.ceil(ruler.measureText(site.name).width) + 1;
  return site.length;
}

function labelOf(site) {
  if (site.label) return site.label;
  site.label = document.createElement("span");
  site.label.className = "site-name crowded";
  site.label.textContent = site.name;
  site.element.append(site.label);
  return site.label;
}

// each name right of its site, else left of it, else short, else hidden: no name lies on another, on a site or over the edge
function placeNames(map) {
  const width = map.getSize().x;
  const places = shown.map(({ marker }) => map.latLngToContainerPoint(marker.getLatLng()));
  const taken = places.map(({ x, y }) => [x - SYMBOL_PX, y - SYMBOL_PX, x + SYMBOL_PX, y + SYMBOL_PX]);
  shown.forEach((site, i) => {
    const { x, y } = places[i];
    const near = SYMBOL_PX + NAME_PX.gap;
    const [top, bottom] = [y - NAME_PX.height / 2, y + NAME_PX.height / 2];
    const inside = ([west, , east]) => west >= 0 && east <= width;
    const boxes = [NAME_PX.widest, NAME_PX.short].flatMap((most) => {
      const long = Math.min(lengthOf(site), most);
      return [[x + near, top, x + near + long, bottom], [x - near - long, top, x - near, bottom]];
    });
    const box = boxes.find((one) => inside(one) && !taken.some((other) => overlap(one, other)));
    if (!box) {
      site.label?.classList.add("crowded");
      return;
    }
    const label = labelOf(site);
    label.classList.remove("crowded");
    label.classList.toggle("before", box[0] < x);
    label.style.width = `${Math.ceil(box[2] - box[0])}px`;
    taken.push(box);
  });
  map.getContainer().dataset.named = "yes";
}

function overlap([west, north, east, south], other) {
  return west < other[2] && other[0] < east && north < other[3] && other[1] < south;
}

// -- sites: a shape and a colour a state, so that the map can be read without seeing colours

const SHAPES = {
  present: '<circle cx="9" cy="9" r="6" fill="F" stroke="S" stroke-width="1.6"/>',
  absent: '<circle cx="9" cy="9" r="5.2" fill="P" stroke="F" stroke-width="2.8"/>',
  uncertain: '<rect x="3.6" y="3.6" width="10.8" height="10.8" fill="F" stroke="S" stroke-width="1.6"/>',
  disputed: '<path d="M9 1.8 16.2 15H1.8Z" fill="F" stroke="S" stroke-width="1.6"/>',
  "not examined": '<path d="M9 2.2 15.8 9 9 15.8 2.2 9Z" fill="F" stroke="S" stroke-width="1.6"/>',
  "not covered": '<path d="M4 4 14 14M14 4 4 14" stroke="F" stroke-width="3" fill="none"/>',
};

// a state's drawing as a background; colours come from our own tables, never from people
function drawn(state, colour, paper) {
  const body = (SHAPES[state] ?? SHAPES["not examined"]).replaceAll('"F"', `"${colour}"`).replaceAll('"S"', '"#fff"').replaceAll('"P"', `"${paper}"`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="18" height="18" viewBox="0 0 18 18">${body}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}

// point_to_layer of the GeoJSON with the sites; names come with the options and only ever become text nodes
window.sitetrackMarker = (feature, at) => {
  const { id } = feature.properties;
  const icon = window.L.divIcon({ className: "site", iconSize: [18, 18], iconAnchor: [9, 9] });
  const marker = window.L.marker(at, { icon, keyboard: true, riseOnHover: true });
  marker.on("click", () => tell("clicked", { site: id }));
  sites.set(id, { marker, name: look.names[id] });
  return marker;
};

// the same where sites are not told apart by their state: a dot, whose name stands there when it is pointed at
window.sitetrackDot = (feature, at) => {
  const { id, chosen } = feature.properties;
  const dot = window.L.circleMarker(at, {
    radius: chosen ? 8 : 5,
    color: chosen ? look.chosen : look.ink,
    weight: chosen ? 3 : 1.5,
    fillColor: look.paper,
    fillOpacity: chosen ? 0.25 : 0.9,
    bubblingMouseEvents: false,
  });
  const label = document.createElement("bdi");
  label.textContent = look.names[id];
  dot.on("click", () => tell("clicked", { site: id }));
  return dot.bindTooltip(label, { direction: "top", offset: [0, -8] });
};

// -- in a page's frame: what is clicked is told to its element, what is laid over the map comes from there

function tell(kind, detail) {
  window.frameElement?.dispatchEvent(new CustomEvent(kind, { detail }));
}

window.sitetrackFrame = (map, { lay, zoomIn, zoomOut }) => {
  for (const [name, title] of [["in", zoomIn], ["out", zoomOut]]) {
    const button = map.getContainer().querySelector(`.leaflet-control-zoom-${name}`);
    if (!button) continue;
    button.title = title;
    button.setAttribute("aria-label", title);
  }
  map.on("click", ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    tell("clicked", { place: [lat, lng], zoom: map.getZoom() });
  });
  window.sitetrackLay = (view) => window[lay](map, view);
  tell("ready");
};

// a place that was clicked, of which nobody said yet what it is
let mark = null;
window.sitetrackMark = (map, { place, colour }) => {
  mark?.remove();
  mark = place && window.L.circleMarker(place, { radius: 9, color: colour, weight: 3, fillOpacity: 0.2, interactive: false }).addTo(map);
  map.getContainer().dataset.siteMap = "ready";
};

// What is shown: `states` has the ids of the sites in each state, others are hidden; `words` those states in the
// reader's language; `outlines` rings of pictures with a text, `cones` those of what cameras saw, from the camera on.
window.sitetrackShow = (map, { states, words, day, chosen, outlines, cones }) => {
  const stateOf = new Map(Object.entries(states).flatMap(([state, ids]) => ids.map((id) => [id, state])));
  shown = [];
  for (const [id, site] of sites) {
    const state = stateOf.get(id);
    const element = (site.element ??= site.marker.getElement());
    element.classList.toggle("hidden", state === undefined);
    element.classList.toggle("chosen", id === chosen);
    if (state === undefined) continue;
    shown.push(site);
    if (site.state === state) continue;
    site.state = state;
    element.dataset.state = state;
    // a line of its own: a name that turns the direction of writing must not turn the state
    element.title = `${site.name}\n${words[state]}`;
    element.setAttribute("aria-label", element.title);
  }
  outline(map, outlines);
  spread(map, cones);
  Object.assign(map.getContainer().dataset, { day, shown: shown.length, outlines: outlines.length, cones: cones.length });
  map.fire("sitetrack:shown");
};

// where pictures lie: the kind of picture by its dashes, the days in words
function outline(map, outlines) {
  covered?.remove();
  covered = window.L.layerGroup();
  for (const { ring, dash, text } of outlines) {
    const style = { pane: "outlines", color: look.outline, weight: 1.6, dashArray: dash || null, fillOpacity: 0.04 };
    window.L.polygon(ring, style).bindTooltip(told(text), { sticky: true }).addTo(covered);
  }
  covered.addTo(map);
}

function told(text) {
  const words = document.createElement("span");
  words.className = "outline-text";
  words.textContent = text;
  return words;
}

// where stills were taken from: a sector, which is a dot from afar, with a dot at the camera
function spread(map, cones) {
  cameras?.remove();
  cameras = window.L.layerGroup();
  const common = { pane: "outlines", color: look.camera, fillColor: look.camera };
  for (const { ring, text } of cones) {
    const cone = window.L.polygon(ring, { ...common, weight: 1.5, dashArray: "2 4", fillOpacity: 0.18 });
    cone.on("add", () => {
      cone.getElement().setAttribute("role", "img");
      cone.getElement().setAttribute("aria-label", text);
    });
    cone.bindTooltip(told(text), { sticky: true }).addTo(cameras);
    window.L.circleMarker(ring[0], { ...common, radius: 3, weight: 1, fillOpacity: 1, interactive: false }).addTo(cameras);
  }
  cameras.addTo(map);
}

// The same in a file of its own: outlines and cameras by check boxes, and buttons that lead to a site.
window.sitetrackFile = (map, view) => {
  const boxes = ["outlines", "cones"].map((name) => [name, document.getElementById(`sitetrack-${name}`)]);
  const show = () => window.sitetrackShow(map, { ...view, ...Object.fromEntries(boxes.map(([name, box]) => [name, box?.checked ? view[name] : []])) });
  for (const [, box] of boxes) box?.addEventListener("change", show);
  for (const button of document.querySelectorAll("[data-site]")) {
    button.addEventListener("click", () => {
      const { marker } = sites.get(button.dataset.site);
      map.setView(marker.getLatLng(), Math.max(map.getZoom(), 14));
      marker.getElement().focus();
    });
  }
  show();
};
