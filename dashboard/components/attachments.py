"""Files kept beside a picture: listed, offered for download, never shown; and the place to attach another."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from dashboard import routes, state
from dashboard.components import deeds
from dashboard.language import t, tn
from dashboard.safetext import safe
from workflow import actions
from workflow.model import Attachment, Capture, Stamp

__all__ = ["show"]

LARGEST_MB = 64


def show(capture: Capture) -> None:
    """What is attached, and the form."""
    count = len(capture.attachments)
    label = t("Attached files")
    words = f"{label}: {tn(count, '{n} file', '{n} files')}" if count else label
    with st.expander(words, icon=":material/attach_file:"):
        for one in capture.attachments:
            _line(capture, one)
        if not count:
            st.caption(
                t(
                    "The page it stood on, a screenshot of that page, or a proof of its time can be kept with it."
                )
            )
        if state.may_write():
            _form(capture)


def _line(capture: Capture, one: Attachment) -> None:
    parts = "".join(f"<li>{safe(part)}</li>" for part in _stamp(one.stamp)) if one.stamp else ""
    st.html(
        f"<div style='font-size:.9rem;overflow-wrap:anywhere' data-attachment='{safe(one.kind.value)}'>"
        f"<b>{safe(t(one.kind.value))}</b> · <a href='{routes.attachment_url(capture.id, one.sha256)}' download>"
        f"<bdi>{safe(one.name)}</bdi></a> <span style='opacity:.8'>"
        f"{safe(_size(one.size_bytes))} · SHA-256 {safe(one.sha256[:16])}… {safe(one.note)}</span>"
        f"<ul style='margin:.2rem 0 .2rem 1.2rem'>{parts}</ul></div>"
    )


def _size(size_bytes: int) -> str:
    if size_bytes < 10_000:
        return f"{size_bytes:,} B"
    return f"{size_bytes / 1000:,.0f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1e6:,.1f} MB"


def _stamp(stamp: Stamp) -> Iterator[str]:
    """What a proof of time says, and what of it was not checked."""
    of = t("the original") if stamp.of == "original" else stamp.of
    yield t("It holds the {algorithm} hash of {of}.", algorithm=stamp.hash_name, of=of)
    if stamp.at is not None:
        when = stamp.at.isoformat().replace("+00:00", "Z")
        yield t(
            "Stamped {when} by {who}, policy {policy}.", when=when, who=stamp.authority, policy=stamp.policy
        )
        yield t("Its signature: {signature}.", signature=t(stamp.signature))
        yield t("Whether the authority can be trusted is not judged.")
    for block, root in zip(stamp.blocks, stamp.roots, strict=True):
        yield t("Bitcoin block {block}, Merkle root {root}: not looked up.", block=block, root=root or "?")
    if stamp.at is None and not stamp.blocks:
        yield t("Pending: it leads to no block yet.")
    for where in stamp.pending:
        yield t("Calendar: {where}", where=where)


def _form(capture: Capture) -> None:
    number = st.session_state.setdefault("attach.number", 0)
    with st.form(f"attach.{capture.id}.{number}", border=False):
        dropped = st.file_uploader(
            t("Attach a file"),
            key=f"attach.file.{capture.id}.{number}",
            max_upload_size=LARGEST_MB,
            help="HTML, MHTML, PNG, JPEG, WebP, PDF, .tsr, .tst, .ots",
        )
        note = st.text_input(t("Note"), max_chars=500, key=f"attach.note.{capture.id}.{number}")
        if st.form_submit_button(t("Attach")) and dropped is not None:
            st.session_state["attach.number"] += 1
            deeds.do(
                t("It is attached."), actions.attach, capture.id, dropped.name, dropped.getvalue(), note=note
            )
