// The frames of a clip: which one a picture shows. Marks and alignment are of the first; another one says so.
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

  // a picture as it is told of while another frame than the first is shown
  told(capture) {
    const code = capture && this.of(capture.id) ? capture.frames[this.of(capture.id)] : null;
    if (!code) return capture;
    return { ...capture, is_aligned: false, aligned: t("not aligned: another frame"), aligned_why: t("Marks and alignment are of the first frame; this one is laid as that one is.") };
  }

  choose(capture, number) {
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
