// Fetches what is likely to be looked at next: a few addresses at a time, given up as soon as something else is looked at.
import { isKept, keep } from "./tiles.js";

const AT_ONCE = 2;
const MOST = 48;
export const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));

export class Prefetch {
  constructor() {
    this.wanted = [];
    this.lanes = 0;
  }

  plan(addresses) {
    this.wanted = [...new Set(addresses)].filter((address) => !isKept(address)).slice(0, MOST);
    while (this.lanes < Math.min(AT_ONCE, this.wanted.length)) this.#work();
  }

  async #work() {
    this.lanes += 1;
    try {
      while (this.wanted.length) await keep(this.wanted.shift());
    } catch {
      this.cancel(); // the server refuses or is away: who looks at the picture is told
    }
    this.lanes -= 1;
  }

  cancel() {
    this.wanted = [];
  }
}
