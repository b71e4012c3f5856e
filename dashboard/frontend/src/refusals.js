// What was refused: the sentence, and where two people changed the same, both versions to choose from.
import { fill, h } from "./dom.js";
import { t } from "./language.js";
import { conflictsOf } from "./marklist.js";

const NAMES = { label: "Label", note: "Note", target: "Target", evidence: "Use", geometry: "Outline" };

export class Refusals {
  // actions: { marks() -> Map, targetName(id), mine(operation, mark, fields), remove(operation, mark), dismiss(operation), look(operation) }
  constructor(actions) {
    this.actions = actions;
    this.root = h("div", { class: "message", role: "alert", hidden: true });
  }

  show(refused) {
    this.root.hidden = refused.length === 0;
    const shown = JSON.stringify(refused.map((operation) => [operation.id, this.#mark(operation)]));
    if (shown === this.shown) return; // buttons keep the focus
    this.shown = shown;
    fill(this.root, ...refused.slice(0, 3).map((operation) => this.#one(operation)), refused.length > 3 && h("p", {}, t("{n} more", { n: refused.length - 3 })));
  }

  #mark(operation) {
    return this.actions.marks().get(operation.annotation) ?? null;
  }

  #one(operation) {
    const mark = this.#mark(operation);
    const fields = mark ? conflictsOf(operation, mark) : [];
    const button = (name, id, action) => h("button", { type: "button", "data-refused": id, onclick: action }, name);
    const dismiss = () => this.actions.dismiss(operation);
    if (fields.length) {
      return h(
        "div",
        { class: "refusal", "data-conflict": operation.annotation },
        h("p", {}, h("b", {}, t("Somebody else changed the same. Yours is not saved: choose."))),
        h(
          "table",
          {},
          h("tr", {}, h("th", {}), h("th", {}, t("was")), h("th", {}, t("theirs, version {n}", { n: mark.version })), h("th", {}, t("yours"))),
          ...fields.map((name) => h("tr", {}, h("th", {}, t(NAMES[name])), ...[operation.was?.[name], mark[name], operation[name]].map((value, at) => h("td", {}, this.#value(name, value, at))))),
        ),
        h(
          "div",
          { class: "buttons" },
          button(t("Keep theirs"), "theirs", dismiss),
          button(t("Use mine"), "mine", () => this.actions.mine(operation, mark, Object.fromEntries(fields.map((name) => [name, operation[name]])))),
          button(t("Show in the picture"), "look", () => this.actions.look(mark)),
        ),
      );
    }
    const deletes = operation.kind === "delete" && mark && operation.was;
    return h(
      "div",
      { class: "refusal", "data-refusal": operation.id },
      h("p", {}, operation.refused),
      deletes && h("p", {}, t("It is now “{label}”, version {n}; you saw “{was}”.", { label: mark.label, n: mark.version, was: operation.was.label })),
      h(
        "div",
        { class: "buttons" },
        deletes && button(t("Delete all the same"), "mine", () => this.actions.remove(operation, mark)),
        button(deletes ? t("Keep it") : t("Close"), "theirs", dismiss),
      ),
    );
  }

  #value(name, value, at) {
    if (name === "geometry") return [t("not drawn"), t("solid line"), t("dashed pink line")][at];
    if (name === "evidence") return value ? t("evidence") : t("graphic");
    if (name === "target") return value ? this.actions.targetName(value) : t("none");
    return value || t("empty");
  }
}
