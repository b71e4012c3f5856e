// All pictures of the site by date, each with the light of its state: as a strip below the pictures, or, larger, as a
// page of their own. A list that the arrow keys move in; what is chosen stands in the pane that keys act on.
import { fill, h } from "./dom.js";
import { northArrow, scaleBar } from "./labels.js";
import { t } from "./language.js";
import { stateOf } from "./words.js";

export class Strip {
  // `large`: the page of all dates; `loaded()` is called when its pictures are there
  constructor(viewer, { large = false, loaded = () => {} } = {}) {
    this.viewer = viewer;
    this.large = large;
    this.loaded = loaded;
    this.cells = new Map();
    this.root = h("div", {
      class: large ? "all-dates" : "strip",
      role: "listbox",
      "aria-label": t("Pictures by date"),
      "aria-orientation": large ? null : "horizontal",
      onkeydown: (event) => this.#key(event),
    });
  }

  #key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: this.large ? -this.columns : -1, ArrowDown: this.large ? this.columns : 1 }[event.key];
    const { captures } = this.viewer.data;
    const jump = { Home: captures[0]?.id, End: captures.at(-1)?.id }[event.key];
    if (jump) this.viewer.show(this.viewer.active, jump);
    else if (by) this.viewer.step(by);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.cells.get(this.viewer.shown[this.viewer.active])?.root.focus();
  }

  // the small pictures, once those that somebody looks at are there
  allow() {
    if (this.isAllowed) return;
    this.isAllowed = true;
    for (const [id, cell] of this.cells) cell.root.querySelector("img").src = this.viewer.thumbnail(id);
  }

  // cells in a row
  get columns() {
    const cells = [...this.cells.values()].map((cell) => cell.root.offsetTop);
    return Math.max(1, cells.filter((top) => top === cells[0]).length);
  }

  show() {
    const { viewer } = this;
    if (this.large && viewer.mode !== "all") return;
    const { captures } = viewer.data;
    const ids = captures.map((capture) => capture.id).join();
    if (ids !== this.ids) {
      this.ids = ids;
      this.cells = new Map(captures.map((capture) => [capture.id, this.#cell(capture)]));
      fill(this.root, ...[...this.cells.values()].map((cell) => cell.root));
    }
    for (const capture of captures) this.#fill(this.cells.get(capture.id), capture);
    this.scrolling ??= requestAnimationFrame(() => this.#scroll());
    if (this.large) this.#whenLoaded();
  }

  #cell(capture) {
    const { viewer } = this;
    const image = h("img", { alt: "", draggable: "false", loading: this.large ? "eager" : "lazy" });
    if (this.large || this.isAllowed) image.src = viewer.thumbnail(capture.id, this.large);
    const when = h("span", { class: "when" });
    const mark = h("span", { class: "mark", hidden: true });
    const basis = this.large ? h("span", { class: "basis" }) : null;
    const picture = this.large ? this.#picture(image, capture) : image;
    const choose = () => viewer.show(viewer.active, capture.id);
    const root = h("button", { type: "button", role: "option", class: "cell", "data-capture": capture.id, onclick: choose }, picture, when, basis, mark);
    if (this.large) root.addEventListener("dblclick", () => viewer.leaveAll());
    return { root, when, mark, basis, written: "" };
  }

  // a large picture with what stands on every picture
  #picture(image, capture) {
    const { home, north_deg } = this.viewer.data;
    return h("span", { class: "picture" }, image, ...(north_deg === null ? [] : [northArrow(north_deg), scaleBar(home[2] - home[0])]), h("span", { class: "credit" }, capture.credit));
  }

  // a cell is written where something of it changed
  #fill(cell, capture) {
    const { viewer } = this;
    const { root, when, mark, basis } = cell;
    const chosen = viewer.shown[viewer.active] === capture.id;
    const panes = viewer.panes.filter((pane) => viewer.shown[pane] === capture.id);
    const state = stateOf(viewer.stateIn(capture.id));
    const said = state ? t(state.name) : t("no state yet");
    const written = JSON.stringify([chosen, panes, said, capture.label, capture.basis, capture.aligned]);
    if (written === cell.written) return;
    cell.written = written;
    root.classList.toggle("shown", panes.length > 0);
    root.classList.toggle("chosen", chosen);
    root.setAttribute("aria-selected", String(chosen));
    root.tabIndex = chosen ? 0 : -1;
    root.title = `${capture.label}; ${capture.basis}; ${said}`;
    root.setAttribute("aria-label", root.title);
    fill(when, h("span", { class: `glyph ${state?.id ?? "none"}` }, state?.glyph ?? "·"), capture.label, this.large && h("span", { class: `said ${state?.id ?? "none"}` }, said));
    if (basis) fill(basis, capture.synthetic && h("span", { class: "badge synthetic" }, "SYNTHETIC"), h("span", {}, capture.basis), h("span", { class: capture.is_aligned ? "aligned" : "aligned not", title: capture.aligned_why }, capture.aligned));
    mark.hidden = !panes.length;
    mark.textContent = panes.map((pane) => pane + 1).join(" ");
  }

  // the chosen cell in sight, without moving the page
  #scroll() {
    this.scrolling = null;
    const cell = this.cells.get(this.viewer.shown[this.viewer.active])?.root;
    if (!cell || !this.root.clientWidth) return;
    const [start, size, sight, at] = this.large ? ["offsetTop", "offsetHeight", "clientHeight", "scrollTop"] : ["offsetLeft", "offsetWidth", "clientWidth", "scrollLeft"];
    const from = cell[start] - this.root[start];
    if (from < this.root[at]) this.root[at] = from - 4;
    else if (from + cell[size] > this.root[at] + this.root[sight]) this.root[at] = from + cell[size] - this.root[sight] + 4;
  }

  async #whenLoaded() {
    const images = [...this.root.querySelectorAll("img")];
    await Promise.all(images.map((image) => image.decode().catch(() => null)));
    this.loaded();
  }
}

