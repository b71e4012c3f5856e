// Everything of the viewer that is not a picture: toolbar, labels, handle, film strip, state bar, help.
import { fill, h } from "./dom.js";
import { DRAWING, HELP, MODES, STATES, stateOf } from "./words.js";

const SIDES = ["left", "right"];

export class Controls {
  constructor(host, viewer) {
    this.viewer = viewer;
    this.host = host;
    this.panes = { main: h("div", { class: "pane main" }), second: h("div", { class: "pane second" }) };
    this.handle = this.#handle();
    this.fader = this.#fader();
    this.labels = { left: this.#label("left"), right: this.#label("right") };
    this.credits = { left: h("div", { class: "credit left" }), right: h("div", { class: "credit right" }) };
    this.strip = h("div", { class: "strip", role: "listbox", "aria-label": "Pictures by date" });
    this.message = h("div", { class: "message", role: "alert", hidden: true });
    this.help = this.#help();
    this.stage = h(
      "div",
      { class: "stage", tabindex: "0", "aria-label": "Comparison of two pictures; press ? for the keys" },
      this.panes.main,
      this.panes.second,
      this.handle,
      this.fader,
      this.labels.left.root,
      this.labels.right.root,
      this.credits.left,
      this.credits.right,
      this.message,
      this.help,
    );
    host.append(this.#toolbar(), this.stage, this.strip, this.#said(), this.#stateBar());
    host.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("pointerdown", (event) => {
      if (!event.target.closest?.("select,button,input,.help")) this.stage.focus({ preventScroll: true });
    });
  }

  // single keys act unless somebody writes or chooses
  #key(event) {
    const at = event.composedPath()[0];
    if (at.matches?.("input,select,textarea")) {
      if (event.key === "Escape" || (event.key === "Enter" && at.matches("input"))) this.stage.focus();
      return;
    }
    if (at.matches?.("[role=slider]") && /^(Arrow|Home|End)/.test(event.key)) return;
    this.viewer.key(event);
  }

  // -- parts

  #toolbar() {
    const viewer = this.viewer;
    const button = (name, key, action, extra = {}) =>
      h("button", { type: "button", title: `${name} (${key.toUpperCase()})`, onclick: action, ...extra }, name, h("kbd", {}, key.toUpperCase()));
    this.modes = MODES.map((mode) => button(mode.name, mode.key, () => viewer.setMode(mode.id), { "data-mode": mode.id, "aria-pressed": "false" }));
    this.tools = {
      box: button("Box", "d", () => viewer.draw("box"), { "data-tool": "box", "aria-pressed": "false" }),
      point: button("Point", "m", () => viewer.draw("point"), { "data-tool": "point", "aria-pressed": "false" }),
    };
    this.remove = button("Delete", "del", () => viewer.deleteChosen(), { disabled: true, "data-tool": "delete" });
    this.hide = button("Marks", "h", () => viewer.toggleMarks(), { "aria-pressed": "true" });
    this.pending = h("span", { class: "pending", role: "status" });
    this.drawing = h("span", { class: "pending", role: "status" });
    const readOnly = viewer.data.read_only;
    return h(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Compare and draw" },
      h("div", { class: "group" }, ...this.modes),
      readOnly ? null : h("div", { class: "group" }, this.tools.box, this.tools.point, this.remove),
      h("div", { class: "group" }, this.hide, button("Exchange", "x", () => viewer.exchange())),
      this.drawing,
      this.pending,
      h("span", { class: "space" }),
      h("div", { class: "group" }, button("Keys", "?", () => this.toggleHelp())),
    );
  }

  #label(side) {
    const select = h("select", {
      "aria-label": side === "left" ? "Left picture" : "Right picture",
      "data-side": side,
      onchange: () => this.viewer.show(side, select.value),
    });
    const detail = h("div", { class: "detail" });
    const badges = h("div", { class: "badges" });
    const root = h("div", { class: `label ${side}`, onpointerdown: () => this.viewer.activate(side) }, select, badges, detail);
    return { root, select, detail, badges };
  }

  #handle() {
    const handle = h(
      "div",
      { class: "handle", role: "slider", tabindex: "0", "aria-label": "Swipe line", "aria-valuemin": "0", "aria-valuemax": "100", "aria-orientation": "horizontal" },
      h("span", { class: "grip", "aria-hidden": "true" }, "◂ ▸"),
    );
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      event.preventDefault();
      handle.focus({ preventScroll: true });
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = this.stage.getBoundingClientRect();
      this.viewer.slideTo((event.clientX - box.left) / box.width);
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowUp: 0.02 }[event.key];
      if (step) this.viewer.slide(step);
      else if (event.key === "Home") this.viewer.slideTo(0);
      else if (event.key === "End") this.viewer.slideTo(1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return handle;
  }

  #fader() {
    const input = h("input", { type: "range", min: "0", max: "100", "aria-label": "Share of the right picture", oninput: () => this.viewer.slideTo(input.value / 100) });
    return h("label", { class: "fader" }, "left", input, "right");
  }

  // what a state would be said of, and by whom
  #said() {
    this.subject = h("div", { class: "subject" });
    this.author = h("div", { class: "author" });
    return h("div", { class: "said" }, this.subject, this.author);
  }

  #stateBar() {
    const viewer = this.viewer;
    this.states = STATES.map((state) =>
      h(
        "button",
        { type: "button", class: `state ${state.id}`, "data-state": state.id, "aria-pressed": "false", title: `${state.name} (${state.key.toUpperCase()})`, onclick: () => viewer.observe(state.id) },
        h("span", { class: "glyph", "aria-hidden": "true" }, state.glyph),
        state.name,
        h("kbd", {}, state.key.toUpperCase()),
      ),
    );
    this.noteInput = h("input", { type: "text", class: "note", maxlength: "500", placeholder: "Note or reason, used by the next state or mark (N)", "aria-label": "Note or reason", oninput: () => (viewer.note = this.noteInput.value) });
    const confidence = h(
      "select",
      { "aria-label": "Confidence", "data-confidence": "", onchange: () => (viewer.confidence = confidence.value) },
      ...["low", "moderate", "high"].map((level) => h("option", { value: level, selected: level === viewer.confidence }, `${level} confidence`)),
    );
    const bar = h("div", { class: "bar states", role: "toolbar", "aria-label": "State of the target" });
    if (!viewer.data.read_only) bar.append(h("div", { class: "group" }, ...this.states), confidence, this.noteInput);
    return bar;
  }

  #help() {
    const rows = HELP.flatMap(([keys, what]) => [h("dt", {}, keys), h("dd", {}, what)]);
    return h("div", { class: "help", hidden: true, role: "dialog", "aria-label": "Keys" }, h("dl", {}, ...rows));
  }

  // -- what is shown

  showMode(mode) {
    for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.showSlider();
  }

  showSlider() {
    const { stage } = this.viewer;
    const percent = Math.round(stage.fraction * 1000) / 10;
    this.handle.style.left = `${percent}%`;
    this.handle.setAttribute("aria-valuenow", String(Math.round(percent)));
    this.fader.querySelector("input").value = String(Math.round(stage.opacity * 100));
  }

  showBlink(side) {
    this.host.dataset.blink = side;
  }

  showSides() {
    const { viewer } = this;
    for (const side of SIDES) {
      const capture = viewer.capture(side);
      const { root, select, detail, badges } = this.labels[side];
      root.classList.toggle("active", viewer.active === side);
      fill(select, ...viewer.data.captures.map((each) => h("option", { value: each.id, selected: each.id === capture?.id }, optionText(each, viewer))));
      fill(badges, capture?.synthetic && h("span", { class: "badge synthetic" }, "SYNTHETIC"), stateBadge(viewer.stateIn(capture?.id)));
      fill(detail, ...(capture ? [capture.basis, capture.detail, capture.aligned].filter(Boolean).map((text) => h("span", {}, text)) : ["no picture"]));
      fill(this.credits[side], capture?.credit ?? "");
    }
    this.#showStrip();
    this.#showStates();
  }

  #showStrip() {
    const { viewer } = this;
    const cell = (capture) => {
      const sides = SIDES.filter((side) => viewer.shown[side] === capture.id);
      const state = stateOf(viewer.stateIn(capture.id));
      return h(
        "button",
        {
          type: "button",
          role: "option",
          class: `cell ${sides.join(" ")}`,
          "data-capture": capture.id,
          "aria-selected": String(sides.length > 0),
          title: `${capture.label}; ${capture.basis}${state ? `; ${state.name.toLowerCase()}` : "; no state yet"}`,
          onclick: () => viewer.show(viewer.active, capture.id),
        },
        h("img", { src: viewer.thumbnail(capture.id), alt: "", loading: "lazy", draggable: "false" }),
        h("span", { class: "when" }, h("span", { class: `glyph ${state?.id ?? "none"}`, "aria-hidden": "true" }, state?.glyph ?? "·"), capture.label),
        ...sides.map((side) => h("span", { class: "mark" }, side === "left" ? "L" : "R")),
      );
    };
    fill(this.strip, ...viewer.data.captures.map(cell));
  }

  #showStates() {
    const { viewer } = this;
    const capture = viewer.capture(viewer.active);
    const current = viewer.stateIn(capture?.id);
    for (const button of this.states) button.setAttribute("aria-pressed", String(button.dataset.state === current));
    this.author.textContent = viewer.data.author ? `recording as ${viewer.data.author}` : "no name given: nothing can be recorded";
    fill(this.subject, h("b", {}, h("bdi", {}, viewer.data.target.name)), ` on ${capture?.label ?? "no picture"} (${viewer.active})`);
  }

  showNote(text) {
    this.noteInput.value = text;
  }

  focusNote() {
    this.noteInput.focus();
  }

  showDrawing(shape) {
    for (const [name, button] of Object.entries(this.tools)) button.setAttribute("aria-pressed", String(name === shape));
    this.host.classList.toggle("drawing", Boolean(shape));
    this.drawing.textContent = DRAWING[shape] ?? "";
  }

  showPicked(ids) {
    this.remove.disabled = ids.length === 0;
  }

  showMarksHidden(hidden) {
    this.hide.setAttribute("aria-pressed", String(!hidden));
  }

  showPending(count) {
    this.host.dataset.pending = String(count);
    this.pending.textContent = count ? "saving…" : "";
  }

  showRefusals(refusals) {
    this.message.hidden = refusals.length === 0 || refusals.every((refusal) => this.dismissed?.has(refusal.id));
    if (this.message.hidden) return;
    const dismiss = () => {
      this.dismissed = new Set([...(this.dismissed ?? []), ...refusals.map((refusal) => refusal.id)]);
      this.message.hidden = true;
    };
    const shown = refusals.filter((refusal) => !this.dismissed?.has(refusal.id));
    fill(this.message, h("div", {}, ...shown.map((refusal) => h("p", {}, refusal.sentence))), h("button", { type: "button", onclick: dismiss }, "Close"));
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
  }

  get helpShown() {
    return !this.help.hidden;
  }
}

function optionText(capture, viewer) {
  const state = stateOf(viewer.stateIn(capture.id));
  return `${state ? state.glyph : "·"} ${capture.label}`;
}

function stateBadge(id) {
  const state = stateOf(id);
  return state ? h("span", { class: `badge ${state.id}` }, `${state.glyph} ${state.name}`) : null;
}
