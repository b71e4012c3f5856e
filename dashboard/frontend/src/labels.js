// What stands in the corner of each picture: which one it is, its date and what the date rests on, how it lies, state,
// credit.
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { stateOf } from "./words.js";

export const paneName = (pane) => (pane === 0 ? t("left") : pane === 1 ? t("right") : String(pane + 1));

// true north; the pictures lie on the grid, whose north differs by the convergence of its meridians
export function northArrow(deg) {
  const title = t("True north; the grid's north differs by {degrees}°", { degrees: Math.abs(deg).toFixed(1) });
  return h("div", { class: "north", role: "img", title, "aria-label": title, "data-deg": deg.toFixed(3), style: `rotate: ${deg}deg` }, icon("north", true), "N");
}

// a bar of round length, at most a third of a picture that is so many metres wide
export function scaleBar(width) {
  const tens = 10 ** Math.floor(Math.log10(width / 3));
  const metres = [5, 2, 1].map((digit) => digit * tens).find((length) => length <= width / 3);
  return h("div", { class: "scale", style: `width: ${(100 * metres) / width}%` }, metres >= 1000 ? `${metres / 1000} km` : `${metres} m`);
}

export class Labels {
  constructor(root, viewer) {
    this.root = root;
    this.viewer = viewer;
    this.frames = [];
  }

  // one frame a pane on the screen; where two pictures lie on each other they share it, left and right
  show() {
    const { viewer } = this;
    this.root.hidden = viewer.mode === "all";
    if (this.root.hidden) return;
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
    const instead = h("div", { class: "instead", hidden: true });
    const detail = h("div", { class: "detail" });
    const badges = h("div", { class: "badges" });
    const label = h("div", { class: "label", onpointerdown: () => this.viewer.activate(pane) }, select, badges, instead, detail);
    const credit = h("div", { class: "credit" });
    const root = h("div", { class: "frame", "data-pane": pane }, label, credit);
    this.root.append(root);
    return { root, label, select, detail, badges, credit, instead };
  }

  // the list of dates, written anew where a date or its state changed
  #choices(select) {
    const { captures } = this.viewer.data;
    const texts = captures.map((each) => optionText(each, this.viewer));
    if (select.texts?.join("\n") === texts.join("\n")) return;
    select.texts = texts;
    fill(select, ...captures.map((each, at) => h("option", { value: each.id }, texts[at])));
  }

  #fill({ label, select, detail, badges, credit, instead }, pane) {
    const { viewer } = this;
    const capture = viewer.capture(pane);
    const seen = viewer.seen(pane);
    label.classList.toggle("active", viewer.active === pane);
    label.classList.toggle("peeking", seen !== capture);
    select.setAttribute("aria-label", t("Picture: {pane}", { pane: paneName(pane) }));
    this.#choices(select);
    select.value = capture?.id ?? "";
    select.hidden = seen !== capture;
    instead.hidden = seen === capture;
    instead.textContent = seen === capture ? "" : t("Space: {date}", { date: seen.label });
    fill(badges, seen?.synthetic && h("span", { class: "badge synthetic" }, "SYNTHETIC"), stateBadge(viewer.stateIn(seen?.id)), ...viewer.parts.flatMap((part) => part.badges?.(pane) ?? []));
    fill(detail, ...(seen ? details(viewer.frames.told(seen)) : [t("no picture")]));
    fill(credit, seen?.credit ?? "");
    credit.title = seen?.credit ?? "";
  }
}

function details(capture) {
  const aligned = h("span", { class: capture.is_aligned ? "aligned" : "aligned not", title: capture.aligned_why }, capture.aligned);
  return [h("span", { class: "basis", title: capture.basis }, capture.basis), aligned, capture.detail ? h("span", { class: "more", title: capture.detail }, capture.detail) : null];
}

function optionText(capture, viewer) {
  const state = stateOf(viewer.stateIn(capture.id));
  return `${state ? state.glyph : "·"} ${capture.label}`;
}

function stateBadge(id) {
  const state = stateOf(id);
  return state ? h("span", { class: `badge ${state.id}`, title: t(state.name) }, `${state.glyph} `, h("span", { class: "word" }, t(state.name))) : null;
}
