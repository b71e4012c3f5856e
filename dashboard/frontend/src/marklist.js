// The marks of a site as they are once everything that waits has been recorded, and how a change of them is said.

export const FIELDS = ["label", "note", "target", "evidence", "geometry"];

export function marksNow(saved, pending) {
  const marks = new Map(saved.map((mark) => [mark.id, mark]));
  for (const operation of pending) {
    const id = operation.annotation ?? operation.id;
    const mark = marks.get(id);
    if (operation.kind === "annotate" && !mark) marks.set(id, { note: "", evidence: true, ...operation, id, pending: true });
    if (operation.kind === "edit" && mark) marks.set(id, { ...mark, ...fieldsOf(operation), pending: true });
    if (operation.kind === "delete") marks.delete(id);
    if (operation.kind === "restore" && !mark) marks.set(id, { ...operation.mark, pending: true });
  }
  return [...marks.values()];
}

export function fieldsOf(source) {
  return Object.fromEntries(FIELDS.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]));
}

export function isSame(one, other) {
  if (typeof one === "number" && typeof other === "number") return Math.abs(one - other) < 1e-3; // a millimetre
  if (one && other && typeof one === "object" && typeof other === "object") {
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]));
  }
  return one === other;
}

// Fields in which an operation that was refused and the mark as it is now do not fit.
export function conflictsOf(operation, mark) {
  if (operation.kind !== "edit") return [];
  return Object.keys(fieldsOf(operation)).filter(
    (name) => !isSame(operation.was?.[name], mark[name]) && !isSame(operation[name], mark[name]),
  );
}

// -- changes, each with what takes it back

const about = (mark) => ({ site: mark.site, capture: mark.capture, number: mark.number, annotation: mark.id, base_version: mark.version });

export function addition(mark) {
  const { id, ...fields } = mark;
  return {
    redo: { kind: "annotate", annotation: id, ...fields },
    undo: { kind: "delete", site: mark.site, capture: mark.capture, number: mark.number, annotation: id, was: fieldsOf(mark) },
    again: { kind: "restore", site: mark.site, capture: mark.capture, number: mark.number, annotation: id, was: fieldsOf(mark), mark },
  };
}

export function change(mark, fields) {
  const was = Object.fromEntries(Object.keys(fields).map((name) => [name, mark[name]]));
  return {
    redo: { kind: "edit", ...about(mark), ...fields, was },
    undo: { kind: "edit", ...about(mark), ...was, was: fields },
  };
}

export function deletion(mark) {
  const was = fieldsOf(mark);
  return { redo: { kind: "delete", ...about(mark), was }, undo: { kind: "restore", ...about(mark), was, mark } };
}

export function statement(operation, before) {
  return {
    redo: { kind: "observe", ...operation, seen: before?.state ?? "" },
    undo: {
      kind: "observe",
      ...operation,
      state: before?.state ?? null,
      confidence: before?.confidence ?? "moderate",
      note: before?.note ?? "",
      seen: operation.state,
    },
  };
}
