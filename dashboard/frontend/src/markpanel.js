// The small panel beside the chosen mark: label, target, note, use. What is changed there is saved on leaving the field.
import { fill, h } from "./dom.js";
import { t } from "./language.js";

const GAP_PX = 12;

export class MarkPanel {
  // actions: { change(mark, fields), remove(), copy(), close() }
  constructor(data, actions) {
    this.actions = actions;
    this.seen = null; // the mark as it was when a field got the focus
    this.title = h("div", { class: "title" });
    this.label = this.#field("label", h("input", { type: "text", maxlength: "200", "data-field": "label" }));
    this.target = this.#field("target", h("select", { "data-field": "target" }, h("option", { value: "" }, t("no target")), ...data.targets.map((one) => h("option", { value: one.id }, one.name))));
    this.note = this.#field("note", h("textarea", { rows: "2", maxlength: "4000", "data-field": "note" }));
    this.evidence = this.#field("evidence", h("input", { type: "checkbox", "data-field": "evidence" }));
    this.fields = h(
      "div",
      { class: "fields" },
      h("label", {}, t("Label"), this.label),
      h("label", {}, t("Target"), this.target),
      h("label", {}, t("Note"), this.note),
      h("label", { class: "check" }, this.evidence, t("evidence: states something")),
    );
    this.sealed = h("p", { class: "sealed", hidden: true }, t("Approved: a lead reopens it before it is changed."));
    this.copied = h("p", { class: "copied", hidden: true });
    this.remove = this.#button(t("Delete"), actions.remove, "delete");
    this.copy = this.#button(t("Copy to other dates"), actions.copy, "copy");
    const buttons = h("div", { class: "buttons" }, this.copy, this.remove);
    const close = h("button", { type: "button", class: "close", "aria-label": t("Close"), title: `${t("Close")} (Esc)`, "data-panel": "close", onclick: () => actions.close() }, "×");
    this.root = h("div", { class: "markpanel", role: "group", "aria-label": t("Chosen mark"), hidden: true }, close, this.title, this.fields, this.sealed, this.copied, buttons);
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && this.#forget(event.target));
  }

  #button(name, action, id) {
    return h("button", { type: "button", "data-panel": id, onclick: () => action() }, name);
  }

  #field(name, input) {
    input.addEventListener("focus", () => (this.seen = this.mark));
    input.addEventListener("change", () => this.#changed(name));
    return input;
  }

  get values() {
    return { label: this.label.value.trim(), target: this.target.value || null, note: this.note.value.trim(), evidence: this.evidence.checked };
  }

  #changed(name) {
    const mark = this.seen ?? this.mark;
    if (mark && this.values[name] !== mark[name]) this.actions.change(mark, { [name]: this.values[name] });
  }

  // Esc in a field: what was typed is dropped
  #forget(input) {
    if (this.seen && "field" in input.dataset) this.#write(this.seen, null);
  }

  get hasFocus() {
    return this.root.contains(this.root.getRootNode().activeElement);
  }

  focus() {
    this.label.focus();
    this.label.select();
  }

  // the chosen marks; one has fields
  show(marks, captureLabel) {
    this.root.hidden = marks.length === 0;
    if (this.root.hidden) {
      this.mark = null;
      return;
    }
    const mark = marks.length === 1 ? marks[0] : null;
    const isOther = mark?.id !== this.mark?.id;
    this.mark = mark;
    if (isOther) this.seen = null;
    this.fields.hidden = !mark;
    const isSealed = marks.some((one) => one.sealed);
    for (const input of [this.label, this.target, this.note, this.evidence]) input.disabled = isSealed;
    this.sealed.hidden = !isSealed;
    this.remove.disabled = isSealed;
    this.copied.hidden = !mark?.copied_from;
    this.copied.textContent = mark?.copied_from ? t("copied from another date") : "";
    const who = mark ? [t(mark.shape), mark.author, mark.pending ? t("saving…") : t("version {n}", { n: mark.version })] : [t("{n} marks", { n: marks.length })];
    fill(this.title, h("b", {}, who.filter(Boolean).join(" · ")), h("span", {}, captureLabel));
    this.root.dataset.mark = mark?.id ?? "";
    if (mark) this.#write(mark, isOther ? null : this.root.getRootNode().activeElement);
  }

  // a field that somebody writes in keeps what is written
  #write(mark, focused) {
    const write = (input, name, value) => {
      if (input !== focused) input[name] = value;
    };
    write(this.label, "value", mark.label ?? "");
    write(this.target, "value", mark.target ?? "");
    write(this.note, "value", mark.note ?? "");
    write(this.evidence, "checked", mark.evidence);
  }

  // beside a rectangle of the stage, within it: right of it where there is room, else left
  place([left, top, right], { width, height }) {
    const own = this.root.getBoundingClientRect();
    const beside = right + GAP_PX + own.width < width ? right + GAP_PX : left - GAP_PX - own.width;
    const clamp = (value, most) => Math.max(6, Math.min(value, most));
    this.root.style.left = `${clamp(beside, width - own.width - 6)}px`;
    this.root.style.top = `${clamp(top, height - own.height - 6)}px`;
  }
}
