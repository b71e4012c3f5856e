// The film strip: all pictures of the site by date, each with the light of its state.
import { fill, h } from "./dom.js";
import { t } from "./language.js";
import { stateOf } from "./words.js";

export class Strip {
  constructor(viewer) {
    this.viewer = viewer;
    this.root = h("div", { class: "strip", role: "listbox", "aria-label": t("Pictures by date") });
  }

  show() {
    fill(this.root, ...this.viewer.data.captures.map((capture) => this.#cell(capture)));
  }

  #cell(capture) {
    const { viewer } = this;
    const panes = viewer.panes.filter((pane) => viewer.shown[pane] === capture.id);
    const state = stateOf(viewer.stateIn(capture.id));
    return h(
      "button",
      {
        type: "button",
        role: "option",
        class: panes.length ? "cell shown" : "cell",
        "data-capture": capture.id,
        "aria-selected": String(panes.length > 0),
        title: `${capture.label}; ${capture.basis}; ${state ? t(state.name) : t("no state yet")}`,
        onclick: () => viewer.show(viewer.active, capture.id),
      },
      h("img", { src: viewer.thumbnail(capture.id), alt: "", loading: "lazy", draggable: "false" }),
      h("span", { class: "when" }, h("span", { class: `glyph ${state?.id ?? "none"}`, "aria-hidden": "true" }, state?.glyph ?? "·"), capture.label),
      panes.length ? h("span", { class: "mark" }, panes.map((pane) => pane + 1).join(" ")) : null,
    );
  }
}
