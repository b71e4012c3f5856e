// Modes, states and keys in one place: the toolbar, the help and the key handler read the same tables.

// `panes`: how many pictures lie beside each other; `grid`: all dates as a page. Modes without either lay the first two
// pictures on each other.
export const MODES = [
  { id: "swipe", key: "1", name: "Swipe", icon: "swipe" },
  { id: "side", key: "2", name: "Side by side", icon: "two", panes: 2 },
  { id: "blink", key: "3", name: "Blink", icon: "blink" },
  { id: "fade", key: "4", name: "Fade", icon: "fade" },
  { id: "difference", key: "5", name: "Difference", icon: "difference" },
  { id: "all", key: "6", name: "All dates", icon: "all", grid: true },
  { id: "four", key: "7", name: "Four pictures", icon: "four", panes: 4 },
  { id: "eight", key: "8", name: "Eight pictures", icon: "eight", panes: 8 },
];

// a glyph beside the colour: states must be told apart without seeing colours
export const STATES = [
  { id: "present", key: "p", name: "Present", glyph: "●" },
  { id: "absent", key: "a", name: "Absent", glyph: "○" },
  { id: "uncertain", key: "u", name: "Uncertain", glyph: "?" },
  { id: "obscured", key: "o", name: "Obscured", glyph: "▒" },
  { id: "insufficient", key: "i", name: "Insufficient", glyph: "–" },
];

export const HELP = [
  ["P A U O I", "present, absent, uncertain, obscured, insufficient in that picture; then the next one"],
  ["J  K", "earlier, later picture there"],
  ["N  B", "next site, back to the site before"],
  ["Space", "look at the last decided picture of the target: hold, or press again"],
  ["S", "switch the picture that keys act on (or click on it)"],
  ["1 to 5", "swipe, side by side, blink, fade, difference"],
  ["6  7  8", "all dates, four pictures, eight pictures"],
  ["X", "exchange the first two pictures"],
  ["W", "write a note or reason before setting a state"],
  ["H", "hide and show marks, and the rings around changes that a scorer suggests"],
  ["[  ]", "move the swipe line, or fade"],
  ["+  -  arrows", "zoom, pan; 0 shows the whole site"],
  ["?", "this list"],
];

// derived, never set: people differ on this picture
const DISPUTED = { id: "disputed", name: "Disputed", glyph: "≠" };

export const stateOf = (id) => (id === DISPUTED.id ? DISPUTED : STATES.find((state) => state.id === id));

export const isDecisive = (id) => id === "present" || id === "absent";

// `how`: what to do with the pointer while a mark is drawn
export const TOOLS = [
  { id: "point", key: "m", name: "Point", icon: "point", how: "click on the place; Esc stops" },
  { id: "line", key: "l", name: "Line", icon: "line", how: "click on each corner; Enter or a double click ends, Backspace takes a corner back; Esc stops" },
  { id: "arrow", key: "y", name: "Arrow", icon: "arrow", how: "click where it starts, then on what it points at; Esc stops" },
  { id: "box", key: "d", name: "Box", icon: "box", how: "drag from corner to corner; Esc stops" },
  { id: "circle", key: "e", name: "Circle", icon: "circle", how: "drag from the middle outwards; Esc stops" },
  { id: "polygon", key: "g", name: "Polygon", icon: "polygon", how: "click on each corner; Enter or a double click ends, Backspace takes a corner back; Esc stops" },
  { id: "text", key: "t", name: "Text", icon: "text", how: "click on the place, then write; Esc stops" },
];
