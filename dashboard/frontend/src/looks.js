// A look is how one capture is shown: bands and limits as the tiles' address states them (`workflow/displays.py`), and
// what the browser does to it. As text: `capture:bands:limits:brightness,contrast,gamma`, several with `;` between.
export const AS_IT_IS = { bands: "", limits: "", brightness: 1, contrast: 1, gamma: 1 };

const NUMBER = String.raw`-?\d{1,9}(?:\.\d{1,6})?`;
const RANGE = `${NUMBER}\\.\\.${NUMBER}`;
const LOOK = new RegExp(`^([0-9a-f]{16}):(natural|infrared|[1-9]\\d?)?:(${RANGE}(?:,${RANGE},${RANGE})?)?:(\\d(?:\\.\\d{1,2})?),(\\d(?:\\.\\d{1,2})?),(\\d(?:\\.\\d{1,2})?)$`);

export const changed = (look) => writeOne(look) !== writeOne(AS_IT_IS);

const writeOne = ({ bands, limits, brightness, contrast, gamma }) => [bands, limits, [brightness, contrast, gamma].join(",")].join(":");

export const writeLook = (looks) => Object.entries(looks).map(([id, look]) => `${id}:${writeOne(look)}`).join(";");

// by capture; what does not fit is left out
export function readLook(text) {
  const found = {};
  for (const part of String(text).split(";")) {
    const match = LOOK.exec(part);
    if (!match) continue;
    const [, id, bands = "", limits = "", ...numbers] = match;
    const [brightness, contrast, gamma] = numbers.map((one) => Math.min(2.5, Math.max(0.4, Number(one))));
    if (rangesOf(limits).every(([low, high]) => low < high)) found[id] = { bands, limits, brightness, contrast, gamma };
  }
  return found;
}

const rangesOf = (limits) => (limits ? limits.split(",").map((range) => range.split("..").map(Number)) : []);

// { picks, limits } of red, green and blue: bands from 0 and [low, high]; null where the capture has no such bands
export function settingsOf(optics, { bands, limits }) {
  const picks = picksOf(optics, bands);
  if (!picks) return null;
  const stated = rangesOf(limits);
  return { picks, limits: picks.map((at, channel) => stated[channel] ?? stated[0] ?? optics.stretch[at]) };
}

function picksOf({ natural, infrared, stretch }, bands) {
  if (bands === "natural") return natural;
  if (bands === "infrared") return infrared;
  if (bands === "") return stretch.length >= 3 ? [0, 1, 2] : [0, 0, 0];
  const at = Number(bands) - 1;
  return at < stretch.length ? [at, at, at] : null;
}
