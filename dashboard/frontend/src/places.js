// Positions, lengths, directions and areas on WGS 84 from the grid's metres, without a projection library. Python
// sends two polynomials that hold to a millimetre on the whole picture (`workflow/gridfit.py`).
const A = 6378137; // WGS 84, metres
const E2 = 0.0066943799901413165;
const E = Math.sqrt(E2);
const RADIANS = Math.PI / 180;

const wrap = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;

// sum of coefficients[i][j] T_i(u) T_j(v)
function chebyshev(coefficients, u, v) {
  const row = (values, x) => {
    let [last, before] = [0, 0]; // Clenshaw's recurrence
    for (let at = values.length - 1; at > 0; at -= 1) [last, before] = [2 * x * last - before + values[at], last];
    return x * last - before + values[0];
  };
  return row(coefficients.map((values) => row(values, v)), u);
}

export class Places {
  constructor({ bounds, lon, lat }) {
    Object.assign(this, { bounds, lon, lat });
  }

  // [longitude, latitude] in degrees of a place in the grid's metres
  at([x, y]) {
    const [west, south, east, north] = this.bounds;
    const u = (2 * x - west - east) / (east - west);
    const v = (2 * y - south - north) / (north - south);
    return [wrap(chebyshev(this.lon, u, v)), chebyshev(this.lat, u, v)];
  }
}

// `39° 1'13"N 125°44'5"E`, as `coords.format_dms` writes it
export function dms([lon, lat]) {
  return `${sexagesimal(lat, "NS")} ${sexagesimal(lon, "EW")}`;
}

function sexagesimal(value, letters) {
  const seconds = Math.round(Math.abs(value) * 3600);
  const letter = letters[value < 0 && seconds > 0 ? 1 : 0];
  return `${Math.floor(seconds / 3600)}°${String(Math.floor(seconds / 60) % 60).padStart(2)}'${seconds % 60}"${letter}`;
}

export const decimal = ([lon, lat], digits) => `${lat.toFixed(digits)}, ${lon.toFixed(digits)}`;

// length in metres and direction at its start (clockwise from true north) of a line between two near places:
// the radii of the ellipsoid halfway between them; off by less than 0.001 % for lines of 50 km
export function line([lon1, lat1], [lon2, lat2]) {
  const middle = ((lat1 + lat2) / 2) * RADIANS;
  const turn = wrap(lon2 - lon1) * RADIANS;
  const root = Math.sqrt(1 - E2 * Math.sin(middle) ** 2);
  const east = (A / root) * Math.cos(middle) * turn;
  const north = ((A * (1 - E2)) / root ** 3) * (lat2 - lat1) * RADIANS;
  const bearing = (Math.atan2(east, north) - (turn * Math.sin(middle)) / 2) / RADIANS;
  return { length: Math.hypot(east, north), bearing: ((bearing % 360) + 360) % 360 };
}

export function pathLength(places) {
  return places.slice(1).reduce((sum, place, at) => sum + line(places[at], place).length, 0);
}

// square metres within a ring of places: summed on the equal-area cylinder of the ellipsoid
export function area(ring) {
  const from = authalic(ring[0][1]);
  const corners = ring.map(([lon, lat]) => [wrap(lon - ring[0][0]) * RADIANS, authalic(lat) - from]);
  const twice = corners.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return (A * A * Math.abs(twice)) / 4;
}

function authalic(lat) {
  const s = Math.sin(lat * RADIANS);
  return (1 - E2) * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E);
}
