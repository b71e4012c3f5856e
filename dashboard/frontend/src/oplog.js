// What somebody did and the server has not yet confirmed, and what it refused and nobody has looked at yet.
// Operations go out together as component state, so that nothing is lost when several fall into one rerun; the server
// applies each once, whatever its number of arrivals, and names it in `acked`. Each also lies in the browser's local
// storage under project, author and its id: a page that is opened after a reload, a crash or a lost connection, of
// whatever site, sends it again.

const PREFIX = "sitetrack.operation";
const KINDS = new Set(["annotate", "edit", "delete", "restore", "observe"]);
const AT_ONCE = 200; // operations in one message
const TOGETHER_MS = 120; // what is done meanwhile goes out together
const AGAIN_MS = 3000;
const PATIENCE_MS = 10_000;

export class OperationLog {
  // send(message), changed()
  constructor({ project, who, probe, send, changed }) {
    this.prefix = `${PREFIX}|${project}|${who}|`;
    this.probe = probe;
    this.send = send;
    this.changed = changed;
    this.pending = []; // in the order in which they were done
    this.refused = []; // the same, each with `refused`, a sentence
    this.seq = 0;
    this.isStored = true;
    this.isOffline = false;
    this.adopt();
    this.onfocus = () => this.adopt();
    window.addEventListener("focus", this.onfocus);
    window.addEventListener("online", this.onfocus);
  }

  // what lies in the storage and is not known here: of an earlier page, or of another tab that may be gone
  adopt() {
    const known = new Set([...this.pending, ...this.refused].map((operation) => operation.id));
    for (const operation of this.#kept()) {
      if (known.has(operation.id)) continue;
      (operation.refused ? this.refused : this.pending).push(operation);
      this.seq = Math.max(this.seq, operation.seq);
    }
    const inOrder = (one, other) => one.seq - other.seq;
    this.pending.sort(inOrder);
    this.refused.sort(inOrder);
    if (this.pending.length) this.#soon();
  }

  add(operation) {
    this.seq = Math.max(this.seq + 1, Date.now() * 1000); // later than what any tab did before
    const stamped = { ...operation, id: newId(), seq: this.seq };
    this.pending = [...this.pending, stamped];
    this.#keep(stamped);
    this.#soon();
    this.changed();
    return stamped;
  }

  // takes what the server is done with; gives the operations that it refused
  settle(acked, refusals) {
    const done = new Set(acked);
    const ended = this.pending.filter((operation) => done.has(operation.id));
    if (!ended.length) return [];
    const sentences = new Map(refusals.map((refusal) => [refusal.id, refusal.sentence]));
    this.pending = this.pending.filter((operation) => !done.has(operation.id));
    this.isOffline = false;
    this.waiting = this.pending.length ? Date.now() : null;
    const refused = ended.filter((operation) => sentences.has(operation.id)).map((operation) => ({ ...operation, refused: sentences.get(operation.id) }));
    for (const operation of ended) this.#drop(operation.id);
    for (const operation of refused) this.#keep(operation);
    this.refused = [...this.refused, ...refused];
    if (this.pending.length) this.#soon();
    else clearTimeout(this.again);
    return refused;
  }

  // somebody has looked at a refusal
  dismiss(id) {
    this.refused = this.refused.filter((operation) => operation.id !== id);
    this.#drop(id);
  }

  #soon() {
    this.waiting ??= Date.now();
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.#flush();
    }, Math.max(0, TOGETHER_MS - (Date.now() - (this.sent ?? 0))));
  }

  #flush() {
    if (!this.pending.length) return;
    this.sent = Date.now();
    // `turn` makes each message another one: a session that was lost and begun again looks at it
    this.send({ turn: this.sent, operations: this.pending.slice(0, AT_ONCE).map(({ mark, ...operation }) => operation) });
    clearTimeout(this.again);
    this.again = setTimeout(() => this.#retry(), AGAIN_MS);
  }

  async #retry() {
    const answers = await fetch(this.probe, { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false);
    if (!this.pending.length || this.isOver) return;
    this.isOffline = !answers || Date.now() - this.waiting > PATIENCE_MS;
    this.changed();
    if (answers) this.#flush();
    else this.again = setTimeout(() => this.#retry(), AGAIN_MS / 2);
  }

  destroy() {
    this.isOver = true;
    clearTimeout(this.timer);
    clearTimeout(this.again);
    window.removeEventListener("focus", this.onfocus);
    window.removeEventListener("online", this.onfocus);
  }

  // -- storage

  #kept() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix)).map((key) => this.#read(key)).filter(Boolean);
    } catch {
      this.isStored = false; // switched off
      return [];
    }
  }

  #read(key) {
    try {
      const operation = JSON.parse(localStorage.getItem(key));
      if (KINDS.has(operation.kind) && key === this.prefix + operation.id && Number.isFinite(operation.seq)) return operation;
    } catch {
      // spoilt
    }
    localStorage.removeItem(key);
    return null;
  }

  #keep(operation) {
    try {
      localStorage.setItem(this.prefix + operation.id, JSON.stringify(operation));
      this.isStored = true;
    } catch {
      this.isStored = false; // full or switched off: it is sent all the same, and the toolbar says so
    }
  }

  #drop(id) {
    try {
      localStorage.removeItem(this.prefix + id);
    } catch {
      // switched off
    }
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

export const newId = () => crypto.randomUUID?.() ?? randomId();
