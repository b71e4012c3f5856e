// The pairs of points as a table, the worst residual first, and the coordinates of the chosen one to be typed.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

export class PairList {
  constructor(georef) {
    this.georef = georef;
    this.body = h("tbody");
    this.typed = h("div", { class: "typed", hidden: true });
    this.root = h(
      "div",
      { class: "pairs" },
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Pairs of points") }, h("table", {}, h("thead", {}, h("tr", {}, ...[t("On"), t("Pair"), t("Residual"), t("Left out"), ""].map((name) => h("th", { scope: "col" }, name)))), this.body)),
      this.typed,
    );
    this.rows = new Map();
  }

  show() {
    const { pairs, fit, chosen } = this.georef;
    const rows = pairs.map((pair, at) => ({ pair, number: at + 1, misfit: fit?.of?.get(pair.id) }));
    const error = ({ misfit }) => misfit?.left ?? misfit?.length ?? -1;
    rows.sort((one, two) => error(two) - error(one));
    const most = Math.max(...rows.map(error), 1e-9);
    const focused = this.root.getRootNode().activeElement?.dataset?.focus;
    fill(this.body, ...rows.map((row) => this.#row(row, error(row) / most, row.pair.id === chosen)));
    if (focused) this.body.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    this.#showTyped(pairs.find((pair) => pair.id === chosen));
  }

  #row({ pair, number, misfit }, share, isChosen) {
    const { georef } = this;
    const isWhole = pair.col !== null && pair.x !== null;
    const locked = georef.data.read_only;
    const metres = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
    const label = t("Pair {n}", { n: number });
    return h(
      "tr",
      { class: isChosen ? "chosen" : "", "data-pair": number },
      h("td", {}, h("input", { type: "checkbox", checked: pair.used, disabled: locked || !isWhole, "aria-label": t("Pair {n} counts", { n: number }), "data-focus": `on.${pair.id}`, onchange: () => georef.toggle(pair.id) })),
      h("td", {}, h("button", { type: "button", class: "number", "aria-label": label, "aria-pressed": String(isChosen), title: t("Show it in both"), "data-focus": `at.${pair.id}`, onclick: () => georef.choose(pair.id) }, String(number))),
      h("td", { class: "metres" }, isWhole ? metres(misfit?.length) : t("begun")),
      h("td", { class: "metres" }, metres(misfit?.left), h("span", { class: "bar-of", style: `width: ${Math.max(0, share) * 100}%` })),
      h("td", {}, locked ? null : h("button", { type: "button", class: "remove", "aria-label": t("Remove pair {n}", { n: number }), title: t("Remove pair {n}", { n: number }), "data-focus": `no.${pair.id}`, onclick: () => georef.remove(pair.id) }, icon("remove"))),
    );
  }

  // what was typed stays while somebody types
  #showTyped(pair) {
    this.typed.hidden = !pair || this.georef.data.read_only;
    if (this.typed.hidden) return;
    if (this.typed.contains(this.root.getRootNode().activeElement) && this.typed.dataset.of === pair.id) return;
    this.typed.dataset.of = pair.id;
    const number = this.georef.pairs.indexOf(pair) + 1;
    fill(
      this.typed,
      h("b", {}, t("Pair {n}", { n: number })),
      this.#field(t("Column, row (px)"), pair.col === null ? "" : `${pair.col.toFixed(1)}, ${pair.row.toFixed(1)}`, "pixel", (text) => this.#pixel(pair, text)),
      this.georef.places ? this.#field(t("Latitude, longitude"), this.georef.position(pair), "position", (text) => this.#position(pair, text)) : null,
    );
  }

  #field(name, value, key, take) {
    const input = h("input", { type: "text", value, "data-typed": key, autocomplete: "off" });
    input.addEventListener("change", () => input.setAttribute("aria-invalid", String(!take(input.value))));
    return h("label", {}, name, input);
  }

  #pixel(pair, text) {
    const [col, row] = text.split(/[,;\s]+/).map(Number);
    const { width, height } = this.georef.data.capture;
    if (!(col >= 0 && col <= width && row >= 0 && row <= height)) return false;
    this.georef.place(pair.id, { col, row });
    return true;
  }

  #position(pair, text) {
    const metres = this.georef.metres(text);
    if (!metres) return false;
    this.georef.place(pair.id, { x: metres[0], y: metres[1] });
    this.georef.ground.reveal(metres);
    return true;
  }
}
