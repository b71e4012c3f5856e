// Height from a shadow: the formulas of `workflow/shadows.py`, so that it can be shown while it is drawn. A browser
// test holds the two to each other.
const RADIANS = Math.PI / 180;

// { height, least, most } in metres on level ground
export function heightFromShadow(length, lengthError, elevation, elevationError) {
  const height = (metres, degrees) => Math.max(metres, 0) * Math.tan(Math.min(Math.max(degrees, 0), 89.9) * RADIANS);
  return {
    height: height(length, elevation),
    least: height(length - lengthError, elevation - elevationError),
    most: height(length + lengthError, elevation + elevationError),
  };
}

// how far a shadow drawn from foot to tip points from where the sun throws it; null where errors explain it
export function offCourse(bearing, azimuth, azimuthError, length, lengthError) {
  const turned = (((bearing - azimuth) % 360) + 360) % 360; // 180 where it is right
  const off = turned - 180;
  const reading = Math.atan2(lengthError, length) / RADIANS;
  return Math.abs(off) > azimuthError + reading ? off : null;
}
