// How pictures are shown (key Q): bands and limits, which the server renders, and brightness, contrast and gamma,
// which the browser does. Every choice belongs to one capture; what is shown otherwise than stored says so.
import { fill, h } from "./dom.js";
import { histogram } from "./histogram.js";
import { icon } from "./icons.js";
import { remember, remembered } from "./keep.js";
import { t } from "./language.js";
import { paneName } from "./labels.js";
import { AS_IT_IS, changed, readLook, settingsOf, writeLook } from "./looks.js";

const SLIDERS = [
  { id: "brightness", name: "Brightness" },
  { id: "contrast", name: "Contrast" },
  { id: "gamma", name: "Gamma" },
];
// what the program calls the bands of a file
const ROLES = { red: "red", green: "green", blue: "blue", nir: "near-infrared", pan: "panchromatic", coastal: "coastal", "red edge": "red edge", yellow: "yellow", swir: "shortwave infrared" };
const SVG = "http://www.w3.org/2000/svg";
const ADDRESS = "look";

export class Display {
  constructor(viewer) {
    this.viewer = viewer;
    this.data = viewer.data;
    this.known = new Map(); // capture -> histograms of its bands
    const kept = remembered(`look.${this.data.site.id}`) ?? "";
    this.looks = { ...readLook(kept), ...readLook(new URLSearchParams(location.search).get(ADDRESS) ?? "") };
    viewer.stage.display = (capture) => this.#query(capture);
    this.keys = { q: () => this.toggle() };
    this.button = h("button", { type: "button", title: `${t("Display")} (Q)`, "aria-label": t("Display"), "aria-pressed": "false", "data-tool": "display", onclick: () => this.toggle() }, icon("display"), h("kbd", {}, "Q"));
    this.tools = [this.button];
    this.help = [["Q", "bands, limits, brightness and contrast of the picture"]];
    this.filters = document.createElementNS(SVG, "svg");
    this.filters.setAttribute("class", "filters");
    this.filters.setAttribute("aria-hidden", "true");
    this.panel = this.#panel();
    this.layers = [this.filters, this.panel.root];
  }

  update(data) {
    this.data = data;
  }

  redraw() {
    for (const pane of this.viewer.stage.panes) pane.element.style.setProperty("--look", this.#filter(this.viewer.seen(pane.index)?.id));
    this.viewer.stage.panes[0].element.style.setProperty("--look-over", this.#filter(this.viewer.seen(1)?.id));
    this.#show();
  }

  // -- choices

  look(capture) {
    return this.looks[capture] ?? AS_IT_IS;
  }

  optics(capture) {
    return this.data.optics[capture];
  }

  get capture() {
    return this.viewer.capture(this.viewer.active);
  }

  // to the picture that keys act on, or to all that have such bands
  #choose(change) {
    const ids = this.panel.all.checked ? this.data.captures.map((each) => each.id) : [this.capture?.id].filter(Boolean);
    this.#set(ids.map((id) => [id, { ...this.look(id), ...change }]));
  }

  #set(pairs) {
    const fits = pairs.filter(([id, look]) => settingsOf(this.optics(id), look) !== null);
    for (const [id, look] of fits) {
      if (changed(look)) this.looks[id] = look;
      else delete this.looks[id];
    }
    this.panel.left.textContent = fits.length < pairs.length ? t("left as they are, without such bands: {n}", { n: pairs.length - fits.length }) : "";
    remember(`look.${this.data.site.id}`, writeLook(this.looks));
    const { stage } = this.viewer;
    stage.panes.forEach((pane) => pane.capture && stage.show(pane.index, pane.capture));
    this.viewer.redraw();
  }

  // the limits and bands that this picture shows now become those of all others, as numbers
  copyToAll() {
    const look = this.look(this.capture.id);
    const { limits } = settingsOf(this.optics(this.capture.id), look);
    const same = limits.every((one) => String(one) === String(limits[0]));
    const written = (same ? limits.slice(0, 1) : limits).map(([low, high]) => `${number(low)}..${number(high)}`).join(",");
    this.#set(this.data.captures.map(({ id }) => [id, { ...look, limits: written }]));
  }

  resetAll() {
    this.#set(Object.keys(this.looks).map((id) => [id, AS_IT_IS]));
  }

  #query(capture) {
    const { bands, limits } = this.look(capture);
    return (bands ? `&b=${bands}` : "") + (limits ? `&s=${limits}` : "");
  }

  // what of it the page's address has: the pictures on the screen
  address() {
    return writeLook(Object.fromEntries(Object.entries(this.looks).filter(([id]) => this.viewer.shown.includes(id))));
  }

  // -- in the browser

  #filter(capture) {
    const { brightness, contrast, gamma } = this.look(capture);
    const parts = [brightness === 1 ? "" : `brightness(${brightness})`, contrast === 1 ? "" : `contrast(${contrast})`, gamma === 1 ? "" : `url(#${this.#gamma(gamma)})`];
    return parts.join(" ").trim() || "none";
  }

  #gamma(gamma) {
    const id = `gamma-${Math.round(gamma * 100)}`;
    if (!this.filters.querySelector(`#${id}`)) {
      const filter = document.createElementNS(SVG, "filter");
      filter.setAttribute("id", id);
      filter.setAttribute("color-interpolation-filters", "sRGB");
      const transfer = document.createElementNS(SVG, "feComponentTransfer");
      for (const channel of ["feFuncR", "feFuncG", "feFuncB"]) {
        const curve = document.createElementNS(SVG, channel);
        curve.setAttribute("type", "gamma");
        curve.setAttribute("exponent", String(1 / gamma));
        transfer.append(curve);
      }
      filter.append(transfer);
      this.filters.append(filter);
    }
    return id;
  }

  // -- what a picture says

  badges(pane) {
    const id = this.viewer.seen(pane)?.id;
    if (!this.optics(id)) return [];
    const look = this.look(id);
    const { brightness, contrast, gamma } = look;
    const said = [
      [look.bands && shownBands(look.bands, this.optics(id)), t("bands other than the stored ones")],
      [look.limits && t("limits changed"), look.limits],
      [(brightness !== 1 || contrast !== 1 || gamma !== 1) && t("enhanced"), t("brightness {brightness}, contrast {contrast}, gamma {gamma}", { brightness, contrast, gamma })],
      [this.#differs(), t("the pictures on the screen are not shown with the same limits and adjustments")],
    ];
    return said.filter(([text]) => text).map(([text, title]) => h("span", { class: "badge shown-as", title }, text));
  }

  // how the pictures on the screen differ, empty where they are shown alike
  #differs() {
    const ids = [...new Set(this.viewer.panes.map((pane) => this.viewer.seen(pane)?.id).filter((id) => this.optics(id)))];
    const unlike = (what) => new Set(ids.map((id) => JSON.stringify(what(id)))).size > 1;
    if (unlike((id) => settingsOf(this.optics(id), this.look(id))?.limits)) return t("stretch differs");
    return unlike((id) => this.look(id)) ? t("display differs") : "";
  }

  // -- the panel

  toggle() {
    this.panel.root.hidden = !this.panel.root.hidden;
    this.redraw();
    if (!this.panel.root.hidden) this.panel.bands.focus();
  }

  escape() {
    if (this.panel.root.hidden) return false;
    this.panel.root.hidden = true;
    this.#show();
    return true;
  }

  #panel() {
    const title = h("b", {});
    const bands = h("select", { "aria-label": t("Bands"), onchange: () => this.#choose({ bands: bands.value, limits: "" }) });
    const assumed = h("p", { class: "quiet" });
    const end = (name) => h("input", { type: "number", step: "any", "aria-label": name, onchange: () => this.#limits() });
    const [low, high] = [end(t("Lower limit: black")), end(t("Upper limit: white"))];
    const bars = h("div", { class: "bars" });
    const limits = h("div", { class: "row" }, low, h("span", { "aria-hidden": "true" }, "–"), high);
    const stretches = h(
      "div",
      { class: "bar" },
      h("button", { type: "button", "data-limits": "site", onclick: () => this.#fromSite() }, t("2–98 % of this site")),
      h("button", { type: "button", "data-limits": "stored", onclick: () => this.#choose({ limits: "" }) }, t("stored limits")),
    );
    const sliders = SLIDERS.map(({ id, name }) => {
      const input = h("input", { type: "range", min: "0.4", max: "2.5", step: "0.05", "data-look": id, "aria-label": t(name), oninput: () => this.#choose({ [id]: Number(input.value) }) });
      const value = h("span", { class: "value" });
      return { id, input, value, row: h("label", { class: "row" }, h("span", { class: "name" }, t(name)), input, value) };
    });
    const all = h("input", { type: "checkbox", "data-all": "" });
    const left = h("p", { class: "quiet", role: "status" });
    const close = h("button", { type: "button", "aria-label": t("Close"), title: `${t("Close")} (Esc)`, onclick: () => this.toggle() }, "×");
    const root = h(
      "div",
      { class: "panel display", role: "group", "aria-label": t("Display"), hidden: true },
      h("div", { class: "bar" }, title, h("span", { class: "space" }), close),
      h("label", { class: "row" }, h("span", { class: "name" }, t("Bands")), bands),
      assumed,
      bars,
      limits,
      stretches,
      ...sliders.map(({ row }) => row),
      h("label", { class: "row" }, all, t("change all dates at once")),
      h(
        "div",
        { class: "bar" },
        h("button", { type: "button", "data-copy": "", onclick: () => this.copyToAll() }, t("Same for all dates")),
        h("button", { type: "button", "data-reset": "", onclick: () => this.#choose(AS_IT_IS) }, t("Reset")),
        h("button", { type: "button", "data-reset-all": "", onclick: () => this.resetAll() }, t("Reset all")),
      ),
      left,
    );
    return { root, title, bands, assumed, low, high, bars, sliders, all, left };
  }

  #show() {
    const { root, title, bands, assumed, low, high, bars, sliders } = this.panel;
    const { capture } = this;
    this.button.setAttribute("aria-pressed", String(!root.hidden));
    const optics = this.optics(capture?.id);
    if (root.hidden || !optics) return;
    const look = this.look(capture.id);
    const { picks, limits } = settingsOf(optics, look);
    title.textContent = `${capture.label} (${paneName(this.viewer.active)})`;
    fill(bands, ...bandChoices(optics).map((id) => h("option", { value: id, selected: id === look.bands }, bandName(id, optics))));
    assumed.textContent = optics.assumed && optics.roles.length > 1 ? t("band order assumed: the file names no colours") : "";
    const same = limits.every((one) => String(one) === String(limits[0]));
    low.value = number(limits[0][0]);
    high.value = number(limits[0][1]);
    const title3 = same ? "" : t("limits of red; green and blue have their own until you change them");
    low.title = high.title = title3;
    for (const { id, input, value } of sliders) {
      input.value = String(look[id]);
      value.textContent = look[id].toFixed(2);
    }
    this.#bars(capture.id, bars, [...new Set(picks)], limits);
  }

  async #bars(id, element, picks, limits) {
    const known = this.known.get(id);
    if (known) fill(element, histogram(known, picks, limits));
    else {
      element.replaceChildren();
      await this.#histograms(id);
      if (this.known.get(id) && this.capture?.id === id) this.#show();
    }
  }

  async #histograms(id) {
    if (!this.known.has(id)) {
      this.known.set(id, null); // on its way
      const answer = await fetch(`${this.data.histogram.replace("{capture}", id)}?k=${this.data.token}`).catch(() => null);
      if (answer?.ok) this.known.set(id, await answer.json());
      else this.known.delete(id);
    }
    return this.known.get(id);
  }

  #limits() {
    const [low, high] = [this.panel.low, this.panel.high].map((input) => Number(input.value));
    if (!(low < high)) {
      this.panel.left.textContent = t("the lower limit must be below the upper one");
      return;
    }
    this.#choose({ limits: `${number(low)}..${number(high)}` });
  }

  // percentiles of the bands shown, of each picture its own: it says so
  async #fromSite() {
    const ids = this.panel.all.checked ? this.data.captures.map((each) => each.id) : [this.capture.id];
    const pairs = [];
    for (const id of ids) {
      const known = await this.#histograms(id);
      const settings = settingsOf(this.optics(id), this.look(id));
      const ends = settings && known ? settings.picks.map((at) => [known[at].p2, known[at].p98]) : [];
      if (!ends.length || ends.some(([low, high]) => !(low < high))) continue;
      const written = (new Set(settings.picks).size === 1 ? ends.slice(0, 1) : ends).map(([low, high]) => `${number(low)}..${number(high)}`);
      pairs.push([id, { ...this.look(id), limits: written.join(",") }]);
    }
    this.#set(pairs);
  }
}

const number = (value) => String(Number(value.toFixed(Math.abs(value) < 100 ? 4 : 1)));

function bandChoices({ roles, natural, infrared }) {
  const single = roles.length > 1 ? roles.map((_, at) => String(at + 1)) : [];
  return ["", ...(natural ? ["natural"] : []), ...(infrared ? ["infrared"] : []), ...single];
}

function shownBands(id, optics) {
  const name = bandName(id, optics);
  const guessed = optics.assumed && (id === "natural" || id === "infrared");
  return guessed ? t("{bands}, order assumed", { bands: name }) : name;
}

function bandName(id, { roles }) {
  if (id === "natural") return t("natural colour");
  if (id === "infrared") return t("near-infrared");
  if (id === "") return roles.length < 3 ? t("as stored: first band") : t("as stored: bands 1, 2, 3");
  const role = roles[Number(id) - 1];
  return role ? t("band {n}: {role}", { n: id, role: t(ROLES[role] ?? role) }) : t("band {n}", { n: id });
}
