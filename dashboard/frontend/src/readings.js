// What a drawn line, area or shadow says, as numbers with their errors and as text. An end is read to one pixel, so a
// length is off by at most two: of the picture, or of the screen where that is coarser.
import { t } from "./language.js";
import { area, line, pathLength } from "./places.js";
import { heightFromShadow, offCourse } from "./shadow.js";

const DEGREES = 180 / Math.PI;

// as many digits as the error leaves meaning to
const digits = (error) => Math.min(2, Math.max(0, Math.ceil(-Math.log10(Math.max(error, 1e-9) / 2))));

export function metres(value, error) {
  return value < 1000 ? `${value.toFixed(digits(error))} m` : `${(value / 1000).toFixed(digits(error) + (error < 10 ? 3 : 2))} km`;
}

export function squareMetres(value, error) {
  return value < 100_000 ? `${value.toFixed(digits(error))} m²` : `${(value / 1e6).toFixed(error < 1000 ? 4 : 3)} km²`;
}

export const direction = (degrees) => {
  const [whole, part] = (degrees % 360).toFixed(1).split(".");
  return `${(whole === "360" ? "0" : whole).padStart(3, "0")}.${part}°`;
};

// `pixel` is the metres that an end may be off
export function distanceOf(places, pixel) {
  const legs = places.length - 1;
  const length = pathLength(places);
  const error = 2 * pixel * Math.sqrt(legs);
  const straight = line(places[0], places.at(-1));
  const turn = Math.atan2(2 * pixel, straight.length) * DEGREES;
  const main = `${metres(length, error)} ± ${metres(error, error)}`;
  const toEnd = legs > 1 ? t("first to last point {length}", { length: metres(straight.length, 2 * pixel) }) : "";
  return {
    value: length,
    error,
    bearing: straight.bearing,
    main,
    lines: [toEnd, t("bearing {bearing} ± {error}° from true north", { bearing: direction(straight.bearing), error: turn.toFixed(1) })].filter(Boolean),
    label: legs > 1 ? main : `${main}, ${direction(straight.bearing)}`,
  };
}

export function areaOf(ring, pixel) {
  const value = area(ring);
  const around = pathLength([...ring, ring[0]]);
  const error = around * pixel; // every side a pixel too far out, or in
  const main = `${squareMetres(value, error)} ± ${squareMetres(error, error)}`;
  return { value, error, main, lines: [t("perimeter {length}", { length: metres(around, 2 * pixel * Math.sqrt(ring.length)) })], label: main };
}

// `places` foot and tip; `optics` of the picture
export function shadowOf(places, pixel, optics) {
  const { sun } = optics;
  const { length, bearing } = line(places[0], places[1]);
  const error = 2 * pixel;
  const shadow = t("shadow {length} ± {error}, bearing {bearing}", { length: metres(length, error), error: metres(error, error), bearing: direction(bearing) });
  if (!sun || sun.elevation_deg === null) return { value: null, error: null, main: t("height not known"), lines: [shadow, sun?.words].filter(Boolean), label: "" };
  const found = heightFromShadow(length, error, sun.elevation_deg, sun.elevation_error_deg);
  const spread = (found.most - found.least) / 2;
  const off = sun.azimuth_deg === null ? null : offCourse(bearing, sun.azimuth_deg, sun.azimuth_error_deg, length, error);
  const range = `${metres(found.least, spread)} – ${metres(found.most, spread)}`;
  return {
    value: found.height,
    least: found.least,
    most: found.most,
    main: `${metres(found.height, spread)} (${range})`,
    lines: [
      shadow,
      `${t("sun {elevation}° ± {error}° high", { elevation: sun.elevation_deg.toFixed(2), error: sun.elevation_error_deg.toFixed(2) })}; ${sun.words}`,
      t("assumes level ground: each degree of slope along the shadow changes it by {metres}", { metres: metres(length * Math.tan(1 / DEGREES), 0.01) }),
      leaning(optics.off_nadir_deg, found.height, pixel),
    ],
    warning: [
      off === null ? "" : t("points {off}° away from where the sun throws shadows: draw from the foot to the tip", { off: Math.abs(off).toFixed(0) }),
      sun.azimuth_deg === null ? t("the sun's direction is not known: it is not checked that this is a shadow") : "",
      sun.differs_deg === null ? "" : t("the stated sun and the one of the stated time differ by {off}°", { off: sun.differs_deg.toFixed(1) }),
    ].filter(Boolean),
    label: `h ${metres(found.height, spread)} (${range})`,
  };
}

// what looking from the side does: a top lies that far from its foot
function leaning(angle, height, pixel) {
  if (angle === null || angle === undefined) return t("view angle not known: draw from the foot, not from the top");
  const shift = height * Math.tan(angle / DEGREES);
  return t("seen {angle}° off nadir: the top lies {shift} from the foot, so draw from the foot", { angle: angle.toFixed(0), shift: metres(shift, pixel) });
}
