// What the analyst did and the server has not yet confirmed.
// The whole list goes out as component state, so that nothing is lost when several changes fall into one rerun; the
// server applies an operation once, whatever its number of arrivals, and names it in `acked`. The list also lies in
// the tab's session storage: a reload in the middle sends it again.

function restore(key) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return []; // storage switched off or foreign content
  }
}

function keep(key, operations) {
  try {
    sessionStorage.setItem(key, JSON.stringify(operations));
  } catch {
    // storage switched off: only the copy against reloads is lost
  }
}

export class OperationLog {
  constructor(key, send) {
    this.key = `sitetrack.operations.${key}`;
    this.send = send;
    this.pending = restore(this.key);
    this.seq = this.pending.reduce((highest, operation) => Math.max(highest, operation.seq), 0);
    if (this.pending.length) this.send(this.pending);
  }

  add(operation) {
    this.seq += 1;
    const stamped = { id: crypto.randomUUID?.() ?? randomId(), seq: this.seq, ...operation };
    this.pending = [...this.pending, stamped];
    keep(this.key, this.pending);
    this.send(this.pending);
    return stamped;
  }

  prune(acked) {
    const done = new Set(acked);
    const left = this.pending.filter((operation) => !done.has(operation.id));
    if (left.length === this.pending.length) return;
    this.pending = left;
    keep(this.key, left);
  }
}

// crypto.randomUUID exists in secure contexts only; a dashboard reached over plain http from another desk is none
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
