// The way through the sites: what is known of the neighbours already, and which site the page is to show. It outlives
// the viewer of one site. A step shows what Python has sent ahead at once; Python follows and names the step in `went`.
import { OperationLog } from "./oplog.js";

export class Journey {
  constructor(component) {
    this.component = component;
    this.step = 0; // the last step to another site; grows, also over remounts
    this.left = new Map(); // site -> its data when it was left, until Python sends it anew
    this.line = ""; // what happened, for the next viewer to say
    this.isFresh = true; // until the first viewer is made: only then does the address say what to show
    const { project, who, script } = component.data;
    this.log = new OperationLog({
      project,
      who,
      probe: new URL(script, document.baseURI).href,
      send: (message) => this.component.setStateValue("ops", message),
      changed: () => this.changed?.(), // set by the viewer that is shown
    });
  }

  // whether Python's data are of a site that was left meanwhile
  isBehind(data) {
    return data.went < this.step;
  }

  take(component) {
    this.component = component;
    if (this.isBehind(component.data)) return;
    for (const site of Object.keys(component.data.near)) this.left.delete(site);
    this.near = component.data.near;
  }

  // what is known of a site, for a viewer to show at once; null where Python must be waited for
  known(site) {
    const data = this.left.get(site) ?? this.near?.[site];
    return data ? { ...this.component.data, ...data } : null;
  }

  // go to another site: Python follows
  go(site, leaving) {
    this.step = Math.max(Date.now(), this.step + 1);
    this.left.set(leaving.site.id, leaving);
    this.component.setStateValue("go", { site, step: this.step });
  }
}
