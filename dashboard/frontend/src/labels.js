// What stands in the corner of each picture: which one it is, its date and what the date rests on, state, credit.
import { fill, h } from "./dom.js";
import { t } from "./language.js";
import { stateOf } from "./words.js";

export const paneName = (pane) => (pane === 0 ? t("left") : pane === 1 ? t("right") : String(pane + 1));

export class Labels {
  constructor(root, viewer) {
    this.root = root;
    this.viewer = viewer;
    this.frames = [];
  }

  // one frame a pane on the screen; where two pictures lie on each other they share it, left and right
  show() {
    const { viewer } = this;
    const panes = viewer.panes;
    while (this.frames.length < panes.length) this.frames.push(this.#frame(this.frames.length));
    this.root.dataset.panes = String(panes.length);
    this.frames.forEach((frame, pane) => {
      frame.root.hidden = !panes.includes(pane);
      if (!frame.root.hidden) this.#fill(frame, pane);
    });
  }

  #frame(pane) {
    const select = h("select", { "data-pane": pane, onchange: () => this.viewer.show(pane, select.value) });
    const detail = h("div", { class: "detail" });
    const badges = h("div", { class: "badges" });
    const label = h("div", { class: "label", onpointerdown: () => this.viewer.activate(pane) }, select, badges, detail);
    const credit = h("div", { class: "credit" });
    const root = h("div", { class: "frame", "data-pane": pane }, label, credit);
    this.root.append(root);
    return { root, label, select, detail, badges, credit };
  }

  #fill({ label, select, detail, badges, credit }, pane) {
    const { viewer } = this;
    const capture = viewer.capture(pane);
    label.classList.toggle("active", viewer.active === pane);
    select.setAttribute("aria-label", t("Picture: {pane}", { pane: paneName(pane) }));
    fill(select, ...viewer.data.captures.map((each) => h("option", { value: each.id, selected: each.id === capture?.id }, optionText(each, viewer))));
    fill(badges, capture?.synthetic && h("span", { class: "badge synthetic" }, "SYNTHETIC"), stateBadge(viewer.stateIn(capture?.id)));
    fill(detail, ...(capture ? [capture.basis, capture.detail, capture.aligned].filter(Boolean).map((text) => h("span", {}, text)) : [t("no picture")]));
    fill(credit, capture?.credit ?? "");
  }
}

function optionText(capture, viewer) {
  const state = stateOf(viewer.stateIn(capture.id));
  return `${state ? state.glyph : "·"} ${capture.label}`;
}

function stateBadge(id) {
  const state = stateOf(id);
  return state ? h("span", { class: `badge ${state.id}` }, `${state.glyph} ${t(state.name)}`) : null;
}
