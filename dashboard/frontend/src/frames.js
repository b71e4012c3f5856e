// The frames of a clip: which one a picture shows. Each has marks of its own and lies where it was laid itself.
import { h } from "./dom.js";
import { paneName } from "./labels.js";
import { t } from "./language.js";

export class Frames {
  constructor(viewer) {
    this.viewer = viewer;
    this.chosen = new Map(); // capture -> number of its frame, where that is not the first
    this.selects = new Map(); // pane -> its list, kept so that it keeps the focus
    for (const part of (new URLSearchParams(location.search).get("frames") ?? "").split(",")) {
      const [capture, number] = part.split(":");
      if (viewer.data.captures.find((one) => one.id === capture)?.frames[number]) this.chosen.set(capture, Number(number));
    }
    const { display } = viewer.stage;
    viewer.stage.display = (capture) => display(capture) + (this.of(capture) ? `&n=${this.of(capture)}` : "");
  }

  of(capture) {
    return this.chosen.get(capture) ?? 0;
  }

  // what the page's address has: those on the screen
  get text() {
    return this.viewer.shown.filter((id, at, all) => this.of(id) && all.indexOf(id) === at).map((id) => `${id}:${this.of(id)}`).join(",");
  }

  // a picture as it is told of while that frame is shown
  told(capture) {
    return { ...capture, ...capture.laid?.[this.of(capture.id)] };
  }

  // whether a mark is on what is shown of its picture
  has(mark) {
    return (mark.number ?? 0) === this.of(mark.capture);
  }

  choose(capture, number) {
    if (this.of(capture) === number) return;
    this.chosen.set(capture, number);
    const { stage } = this.viewer;
    stage.panes.forEach((pane) => pane.capture && stage.show(pane.index, pane.capture));
    this.viewer.redraw();
  }

  badges(pane) {
    const capture = this.viewer.seen(pane);
    if (!capture?.frames?.length) return [];
    let known = this.selects.get(pane);
    if (known?.of !== capture.id) {
      const select = h("select", { class: "frame-of", "data-frame": pane, "aria-label": t("Frame of the clip: {pane}", { pane: paneName(pane) }), onchange: () => this.choose(capture.id, Number(select.value)) }, ...capture.frames.map((code, at) => h("option", { value: at }, code)));
      known = { of: capture.id, select };
      this.selects.set(pane, known);
    }
    known.select.value = String(this.of(capture.id));
    return [known.select];
  }
}
