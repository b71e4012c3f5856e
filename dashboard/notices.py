"""Sentences on a page: what was refused, what is synthetic, what to do first. All text passes the encoder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.safetext import safe
from workflow.errors import BuildMissing, WorkflowError

__all__ = ["SYNTHETIC", "empty", "heading", "page_style", "refusals", "say", "synthetic_banner"]

SYNTHETIC = "<b style='color:#b3261e'>SYNTHETIC</b> "
"""What stands beside each picture that was rendered (HTML)."""

_COLOURS = {"done": "37,150,74", "note": "47,111,219", "warning": "199,106,0"}

# imagery needs the room that Streamlit leaves at the edges
_STYLE = """<style>
.stMainBlockContainer { padding: 3.6rem 1.6rem 2rem !important; }
.stApp { word-break: keep-all; }  /* Korean breaks between words */
.stMainBlockContainer .stVerticalBlock { gap: .65rem; }
[data-testid="stPageLink"] a { background: transparent !important; padding: 0 .3rem; }
[data-testid="stPageLink"] a p { font-weight: 400; text-decoration: underline; text-underline-offset: .2em; }
</style>"""


@contextmanager
def refusals() -> Iterator[None]:
    """Show an error of the program as its sentence instead of a page that breaks."""
    try:
        yield
    except BuildMissing as error:
        st.error(safe(error), icon=":material/build:")
    except WorkflowError as error:
        st.error(safe(error), icon=":material/error:")


def page_style() -> None:
    """Our few style rules, the same on every page."""
    st.html(_STYLE)


def heading(text: str, detail: str = "") -> None:
    """A page's heading in one line, with something quieter behind it."""
    st.html(
        "<div style='display:flex;gap:.8rem;align-items:baseline;flex-wrap:wrap;margin:0'>"
        f"<h1 style='font-size:1.45rem;margin:0;padding:0'>{safe(text)}</h1>"
        f"<span style='opacity:.75'>{safe(detail)}</span></div>"
    )


def say(kind: str, sentence: str) -> None:
    """A sentence in a quiet box: `kind` is ``done``, ``note`` or ``warning``.

    What people wrote stands here as text; Streamlit's own boxes read Markdown and make links of addresses in it.
    """
    colour = _COLOURS[kind]
    st.html(
        f"<div role='status' data-said='{kind}' style='border-left:4px solid rgb({colour});"
        f"padding:.35rem .8rem;background:rgba({colour},.09);overflow-wrap:anywhere'>{safe(sentence)}</div>"
    )


def synthetic_banner(subject: str) -> None:
    """Say that what follows rests on rendered scenes."""
    st.html(
        "<div role='note' style='border-left:4px solid #b3261e;padding:.35rem .8rem;"
        "background:rgba(179,38,30,.08)'>"
        f"<b>SYNTHETIC</b> {safe(subject)}</div>"
    )


def empty(title: str, *steps: str) -> None:
    """What to do first where there is nothing yet; `steps` are commands."""
    st.info(safe(title), icon=":material/info:")
    for step in steps:
        st.code(step, language="bash")
