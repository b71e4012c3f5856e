// Fetches what is likely to be looked at next, when nothing else is to be done: a few addresses at a time, given up as
// soon as something else is looked at.
import { isKept, keep } from "./tiles.js";

const AT_ONCE = 2;
const CALM_MS = 120; // somebody who steps faster wants nothing but what is stepped to: the server draws what was asked for
const MOST = 48;
export const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));

export class Prefetch {
  plan(addresses) {
    this.cancel();
    const wanted = (this.wanted = [...new Set(addresses)].filter((address) => !isKept(address)).slice(0, MOST));
    if (!wanted.length) return;
    this.timer = setTimeout(() => {
      whenIdle(() => {
        for (let lane = 0; lane < AT_ONCE; lane += 1) this.#work(wanted);
      });
    }, CALM_MS);
  }

  async #work(wanted) {
    try {
      while (wanted.length) await keep(wanted.shift());
    } catch {
      // the server refuses or is away: who looks at the picture is told
    }
  }

  cancel() {
    clearTimeout(this.timer);
    if (this.wanted) this.wanted.length = 0;
  }
}
