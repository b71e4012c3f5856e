// Copies of marks on other dates that nobody has confirmed yet. They live in this tab, also over a reload; one becomes
// a mark only when somebody has seen it in its picture. One step asks for all copies of a target in a picture.
import { fill, h } from "./dom.js";
import { remember, remembered } from "./keep.js";
import { t } from "./language.js";
import { newId } from "./oplog.js";
import { STATES } from "./words.js";

export class Proposals {
  // actions: { captures(), label(capture id), frame(capture id), begin(), show(step), decide(step, state), changed(), focus() }
  constructor(key, actions) {
    this.key = `proposals.${key}`;
    this.actions = actions;
    this.waiting = remembered(this.key) ?? []; // marks with `copied_from`, in the order in which they are asked for
    this.gone = new Set(); // ids of copies in the present step that were unticked
    this.chooser = h("div", { class: "message chooser", role: "dialog", "aria-label": t("Copy to other dates"), hidden: true });
    this.question = h("div", { class: "message question", role: "status", hidden: true });
  }

  get step() {
    const [first] = this.waiting;
    if (!first) return null;
    return { capture: first.capture, target: first.target, marks: this.waiting.filter((one) => one.capture === first.capture && one.target === first.target) };
  }

  // those of them that are still there, as far as the question has been answered
  get kept() {
    return (this.step?.marks ?? []).filter((mark) => !this.gone.has(mark.id));
  }

  // which dates?
  choose(marks) {
    const captures = this.actions.captures();
    const at = Math.max(...marks.map((mark) => captures.findIndex((one) => one.id === mark.capture)));
    const own = new Set(marks.map((mark) => mark.capture));
    const rows = captures
      .map((capture, index) => [capture, index])
      .filter(([capture]) => !own.has(capture.id))
      .map(([capture, index]) => h("label", {}, h("input", { type: "checkbox", value: capture.id, checked: index > at }), capture.label));
    const close = () => this.closeChooser();
    const go = () => {
      const ids = [...this.chooser.querySelectorAll("input:checked")].map((input) => input.value);
      this.#propose(marks, ids);
    };
    fill(
      this.chooser,
      h("p", {}, h("b", {}, t("Copy to which dates? Each is asked: still there?"))),
      h("div", { class: "dates" }, ...(rows.length ? rows : [t("There is no other picture.")])),
      h("div", { class: "buttons" }, h("button", { type: "button", "data-copy": "go", disabled: !rows.length, onclick: go }, t("Copy")), h("button", { type: "button", onclick: close }, t("Close"))),
    );
    this.chooser.hidden = false;
    this.chooser.querySelector("input, button").focus();
  }

  closeChooser() {
    const wasOpen = !this.chooser.hidden;
    this.chooser.hidden = true;
    if (wasOpen) this.actions.focus();
    return wasOpen;
  }

  #propose(marks, captures) {
    this.closeChooser();
    this.actions.begin();
    const copy = (mark, capture) => ({ ...mark, id: newId(), capture, number: this.actions.frame(capture), copied_from: mark.id, version: 0, pending: false, sealed: false });
    this.waiting = [...this.waiting, ...captures.flatMap((capture) => marks.map((mark) => copy(mark, capture)))];
    this.#keep();
    this.ask();
  }

  // show the step's picture and ask
  ask() {
    const { step } = this;
    if (step) this.actions.show(step);
    this.actions.changed();
    this.actions.focus();
  }

  decide(state) {
    const { step, kept } = this;
    if (!step) return;
    this.gone.clear();
    const done = new Set(step.marks.map((mark) => mark.id));
    this.waiting = this.waiting.filter((mark) => !done.has(mark.id));
    this.#keep();
    if (state) this.actions.decide({ ...step, marks: kept }, state);
    this.ask();
  }

  drop() {
    const had = this.waiting.length > 0;
    this.waiting = [];
    this.#keep();
    this.actions.changed();
    if (had) this.actions.focus();
    return had;
  }

  #tick(id) {
    if (!this.gone.delete(id)) this.gone.add(id);
    this.actions.changed();
  }

  #keep() {
    remember(this.key, this.waiting);
  }

  show() {
    const { step } = this;
    this.question.hidden = !step;
    this.question.dataset.left = String(this.waiting.length);
    if (!step) return;
    const shown = JSON.stringify([step, this.waiting.length]);
    if (shown === this.shown) return;
    this.shown = shown;
    const name = (mark) => h("bdi", {}, mark.label || t(mark.shape));
    const tick = (mark) => h("label", {}, h("input", { type: "checkbox", checked: !this.gone.has(mark.id), "data-copy": mark.id, onchange: () => this.#tick(mark.id) }), name(mark));
    const isOne = step.marks.length === 1;
    const button = (name, key, action, id) => h("button", { type: "button", "data-still": id, onclick: action }, name, h("kbd", {}, key));
    fill(
      this.question,
      h("p", {}, h("b", {}, t("Still there?")), " ", isOne && name(step.marks[0]), ` · ${this.actions.label(step.capture)} · ${t("{n} left", { n: this.waiting.length })}`),
      !isOne && h("fieldset", {}, h("legend", {}, t("Untick what is gone; present keeps the others")), ...step.marks.map(tick)),
      h(
        "div",
        { class: "buttons" },
        ...STATES.map((state) => button(t(state.name), state.key.toUpperCase(), () => this.decide(state.id), state.id)),
        button(t("Skip"), "K", () => this.decide(null), "skip"),
        button(t("Stop"), "Esc", () => this.drop(), "stop"),
      ),
    );
  }
}
