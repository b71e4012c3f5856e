// What can be taken back and done again, in the tab's memory: a reload keeps it. An undo is a new operation of its own.
import { remember, remembered } from "./keep.js";

const MOST = 200;

export class UndoStack {
  constructor(key) {
    this.key = `undo.${key}`;
    const kept = remembered(this.key);
    this.done = kept?.done ?? []; // { ids, undo: [operations], redo: [operations] }, the newest last
    this.undone = kept?.undone ?? [];
  }

  push(entry) {
    this.done = [...this.done, entry].slice(-MOST);
    this.undone = [];
    this.#keep();
  }

  // moves the newest entry over; what is to be said for it, null where there is none
  take(isRedo) {
    const from = isRedo ? "undone" : "done";
    const entry = this[from].at(-1);
    if (!entry) return null;
    this[from] = this[from].slice(0, -1);
    const to = isRedo ? "done" : "undone";
    this[to] = [...this[to], entry];
    this.#keep();
    return entry;
  }

  // the entry's operations have been said under new ids
  named(entry, ids) {
    entry.ids = ids;
    this.#keep();
  }

  // what was refused did not happen: there is nothing to take back
  forget(id) {
    const without = (entries) => entries.filter((entry) => !entry.ids.includes(id));
    this.done = without(this.done);
    this.undone = without(this.undone);
    this.#keep();
  }

  #keep() {
    remember(this.key, { done: this.done, undone: this.undone });
  }
}
