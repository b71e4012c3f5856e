// Modes, states and keys in one place: the toolbar, the help and the key handler read the same tables.

// `panes`: how many pictures lie beside each other; modes without it lay the first two on each other
export const MODES = [
  { id: "swipe", key: "1", name: "Swipe" },
  { id: "side", key: "2", name: "Side by side" },
  { id: "blink", key: "3", name: "Blink" },
  { id: "fade", key: "4", name: "Fade" },
  { id: "difference", key: "5", name: "Difference" },
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
  ["1 to 5", "swipe, side by side, blink, fade, difference"],
  ["S", "switch the picture that keys act on (or click on it)"],
  ["J  K", "earlier, later picture there"],
  ["X", "exchange the first two pictures"],
  ["P A U O I", "present, absent, uncertain, obscured, insufficient in that picture"],
  ["W", "write a note or reason before setting a state"],
  ["D  M", "draw a box, mark a point; Esc stops"],
  ["Delete", "delete the chosen mark"],
  ["H", "hide and show marks"],
  ["[  ]", "move the swipe line, or fade"],
  ["+  -  arrows", "zoom, pan; 0 shows the whole site"],
  ["?", "this list"],
];

// derived, never set: people differ on this picture
const DISPUTED = { id: "disputed", name: "Disputed", glyph: "≠" };

export const stateOf = (id) => (id === DISPUTED.id ? DISPUTED : STATES.find((state) => state.id === id));

// what to do with the pointer while a mark is drawn
export const DRAWING = { box: "drag from corner to corner; Esc stops", point: "click on the place; Esc stops" };
