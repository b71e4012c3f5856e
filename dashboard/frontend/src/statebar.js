// Below the pictures: the way through the sites, what a state would be said of and by whom, the five states, confidence,
// note, and what follows from everything that was said.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { remember, remembered } from "./keep.js";
import { paneName } from "./labels.js";
import { t } from "./language.js";
import { STATES } from "./words.js";

export class StateBar {
  constructor(viewer) {
    this.viewer = viewer;
    this.goesOn = remembered("goesOn") ?? true;
    this.subject = h("div", { class: "subject" });
    this.author = h("div", { class: "author" });
    this.line = h("div", { class: "line", role: "status" });
    this.states = STATES.map((state) => this.#button(state));
    this.note = h("input", {
      type: "text",
      class: "note",
      maxlength: "500",
      placeholder: t("Note or reason, used by the next state or mark (W)"),
      "aria-label": t("Note or reason"),
      oninput: () => (viewer.note = this.note.value),
    });
    this.findings = h("div", { class: "findings", "aria-live": "polite" });
    this.root = h("div", { class: "below" }, h("div", { class: "about" }, this.#sites(), this.subject, this.line, this.author), this.#bar(), this.findings);
  }

  #sites() {
    const { at, of, before, after } = this.viewer.data.order;
    const step = (name, key, by, icons, can) =>
      h("button", { type: "button", title: `${name} (${key})`, "aria-label": name, "data-go": by, disabled: !can, onclick: () => this.viewer.go(by) }, icon(icons), h("kbd", {}, key));
    return h(
      "div",
      { class: "bar sites" },
      h(
        "div",
        { class: "group" },
        step(t("Site before"), "B", -1, "before", before.length),
        h("span", { class: "place", title: this.viewer.data.site.name }, h("b", {}, h("bdi", {}, this.viewer.data.site.name)), at ? ` ${t("{at} of {of}", { at, of })}` : ""),
        step(t("Next site"), "N", 1, "after", after.length),
      ),
    );
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
    const goOn = h("input", {
      type: "checkbox",
      "data-go-on": "",
      checked: this.goesOn,
      onchange: () => {
        this.goesOn = goOn.checked;
        remember("goesOn", this.goesOn);
      },
    });
    const bar = h("div", { class: "bar states", role: "toolbar", "aria-label": t("State of the target") });
    const then = h("label", { class: "go-on", title: t("After a state go on to the next picture you have said nothing of, then to the next site") }, goOn, t("then go on"));
    if (!viewer.data.read_only) bar.append(h("div", { class: "group" }, ...this.states), confidence, this.note, then);
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
    this.#showFindings();
  }

  // what follows, as Python worked it out; while a state is on its way there, what stands here is of before it
  #showFindings() {
    const { findings } = this.viewer.data;
    const waits = this.viewer.log.pending.some((operation) => operation.kind === "observe");
    this.findings.dataset.finding = findings.lines.length ? "some" : "none";
    this.findings.setAttribute("aria-busy", String(waits));
    const lines = findings.lines.map(({ subject, words, tags }) =>
      h("div", {}, h("bdi", {}, subject), " ", h("b", {}, words), ...tags.map((tag) => h("span", { class: "tag" }, tag))),
    );
    const notes = findings.notes.map((note) => h("div", { class: note.serious ? "note-line serious" : "note-line" }, note.serious ? "⚠ " : "", note.text));
    fill(this.findings, ...(lines.length ? lines : [h("div", {}, findings.none)]), ...notes, h("span", { class: "waits" }, waits ? t("being worked out…") : ""));
  }

  say(line) {
    this.line.textContent = line;
  }

  showNote(text) {
    this.note.value = text;
  }
}
