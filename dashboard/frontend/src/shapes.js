// Geometry of marks in the grid's metres: what can be taken hold of, and what follows from moving it. No drawing here.
// A circle is a polygon whose corners lie on it, a box a polygon along the grid; both stay what they are.

const CIRCLE_CORNERS = 64;
const FEWEST = { LineString: 2, Polygon: 3 };

export function circleAround([x, y], radius) {
  const corner = (at) => {
    const angle = (2 * Math.PI * at) / CIRCLE_CORNERS;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  };
  const ring = [...Array(CIRCLE_CORNERS).keys()].map(corner);
  return { type: "Polygon", coordinates: [[...ring, ring[0]]] };
}

function circleOf(geometry) {
  const corners = geometry.coordinates[0].slice(0, -1);
  const mean = (axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
  const centre = [mean(0), mean(1)];
  return { centre, radius: Math.hypot(corners[0][0] - centre[0], corners[0][1] - centre[1]) };
}

function boxBetween([x, y], [u, v]) {
  return { type: "Polygon", coordinates: [[[x, y], [u, y], [u, v], [x, v], [x, y]]] };
}

const middle = ([x, y], [u, v]) => [(x + u) / 2, (y + v) / 2];

// places of a mark that can be dragged: `corner` moves one, `middle` makes a new one, `radius` widens a circle
export function handlesOf(shape, geometry) {
  // a measurement is moved, not reshaped: its label has its value
  if (geometry.type === "Point" || shape === "measurement") return [];
  if (shape === "circle") {
    const { centre, radius } = circleOf(geometry);
    return [{ kind: "radius", at: [centre[0] + radius, centre[1]] }];
  }
  const isRing = geometry.type === "Polygon";
  const corners = isRing ? geometry.coordinates[0].slice(0, -1) : geometry.coordinates;
  const own = corners.map((at, index) => ({ kind: "corner", at, index }));
  if (shape === "box" || shape === "arrow") return own;
  const sides = isRing ? corners : corners.slice(0, -1);
  return [...own, ...sides.map((at, index) => ({ kind: "middle", at: middle(at, corners[(index + 1) % corners.length]), index: index + 1 }))];
}

export function reshaped(shape, geometry, handle, to) {
  if (shape === "circle") {
    const { centre } = circleOf(geometry);
    return circleAround(centre, Math.hypot(to[0] - centre[0], to[1] - centre[1]));
  }
  if (shape === "box") return boxBetween(geometry.coordinates[0][(handle.index + 2) % 4], to);
  return withCorners(geometry, (corners) => (handle.kind === "middle" ? corners.toSpliced(handle.index, 0, to) : corners.with(handle.index, to)));
}

// without that corner; null where too few would be left
export function withoutCorner(shape, geometry, handle) {
  if (handle.kind !== "corner" || shape === "box") return null;
  const corners = geometry.type === "Polygon" ? geometry.coordinates[0].length - 1 : geometry.coordinates.length;
  if (corners <= FEWEST[geometry.type]) return null;
  return withCorners(geometry, (all) => all.toSpliced(handle.index, 1));
}

function withCorners(geometry, change) {
  if (geometry.type === "LineString") return { type: geometry.type, coordinates: change(geometry.coordinates) };
  const [ring, ...holes] = geometry.coordinates;
  const corners = change(ring.slice(0, -1));
  return { type: geometry.type, coordinates: [[...corners, corners[0]], ...holes] };
}

export function moved(geometry, dx, dy) {
  const shift = (value) => (typeof value[0] === "number" ? [value[0] + dx, value[1] + dy] : value.map(shift));
  return { type: geometry.type, coordinates: shift(geometry.coordinates) };
}
