// Below the pictures: what a state would be said of and by whom, the five states, confidence and note.
import { fill, h } from "./dom.js";
import { paneName } from "./labels.js";
import { t } from "./language.js";
import { STATES } from "./words.js";

export class StateBar {
  constructor(viewer) {
    this.viewer = viewer;
    this.subject = h("div", { class: "subject" });
    this.author = h("div", { class: "author" });
    this.states = STATES.map((state) => this.#button(state));
    this.note = h("input", {
      type: "text",
      class: "note",
      maxlength: "500",
      placeholder: t("Note or reason, used by the next state or mark (W)"),
      "aria-label": t("Note or reason"),
      oninput: () => (viewer.note = this.note.value),
    });
    this.root = h("div", {}, h("div", { class: "said" }, this.subject, this.author), this.#bar());
  }

  #button(state) {
    const name = t(state.name);
    return h(
      "button",
      {
        type: "button",
        class: `state ${state.id}`,
        "data-state": state.id,
        "aria-pressed": "false",
        title: `${name} (${state.key.toUpperCase()})`,
        onclick: () => this.viewer.observe(state.id),
      },
      h("span", { class: "glyph", "aria-hidden": "true" }, state.glyph),
      name,
      h("kbd", {}, state.key.toUpperCase()),
    );
  }

  #bar() {
    const { viewer } = this;
    const confidence = h(
      "select",
      { "aria-label": t("Confidence"), "data-confidence": "", onchange: () => (viewer.confidence = confidence.value) },
      ...[t("low confidence"), t("moderate confidence"), t("high confidence")].map((name, at) => {
        const level = ["low", "moderate", "high"][at];
        return h("option", { value: level, selected: level === viewer.confidence }, name);
      }),
    );
    const bar = h("div", { class: "bar states", role: "toolbar", "aria-label": t("State of the target") });
    if (!viewer.data.read_only) bar.append(h("div", { class: "group" }, ...this.states), confidence, this.note);
    return bar;
  }

  show() {
    const { viewer } = this;
    const capture = viewer.capture(viewer.active);
    const current = viewer.stateIn(capture?.id);
    for (const button of this.states) button.setAttribute("aria-pressed", String(button.dataset.state === current));
    const { author } = viewer.data;
    this.author.textContent = author ? t("recording as {author}", { author }) : t("no name given: nothing can be recorded");
    fill(this.subject, h("b", {}, h("bdi", {}, viewer.data.target.name)), ` · ${capture?.label ?? t("no picture")} (${paneName(viewer.active)})`);
  }

  showNote(text) {
    this.note.value = text;
  }
}
