"""Sentences on a page: what was refused, what is synthetic, what to do first. All text passes the encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from dashboard.language import t
from dashboard.safetext import safe
from dashboard.told import told
from workflow.errors import BuildMissing, WorkflowError

__all__ = [
    "SYNTHETIC",
    "empty",
    "heading",
    "no_sites",
    "page_style",
    "refusals",
    "register",
    "say",
    "synthetic_banner",
]

SYNTHETIC = "<b style='color:var(--wrong)'>SYNTHETIC</b> "
"""What stands beside each picture that was rendered (HTML)."""

_AT_ONCE = 3
_COLOURS = {"done": "37,150,74", "note": "47,111,219", "warning": "199,106,0"}

# imagery needs the room that Streamlit leaves at the edges; its grey of captions and its blue on blue of a chosen
# part are too pale to read
_STYLE = """<style>
.stMainBlockContainer { padding: 3.6rem 1.6rem 2rem !important; }
.stApp { word-break: keep-all; }  /* Korean breaks between words */
.stMainBlockContainer .stVerticalBlock { gap: .65rem; }
.st-key-page_language { position: absolute; }  /* it has nothing to show, and takes no gap */
[data-testid="stPageLink"] a { background: transparent !important; padding: 0 .3rem; }
[data-testid="stPageLink"] a p { font-weight: 400; text-decoration: underline; text-underline-offset: .2em; }
[data-testid="stCaptionContainer"] { color: inherit !important; opacity: .8; }
button[data-selected="true"] { color: inherit !important; }
[data-testid="stSliderThumbValue"], [data-testid="stSliderThumbValue"] * { color: var(--sure) !important; }
[data-testid="stButtonGroup"] [data-testid="stWidgetLabel"] { margin-bottom: .28rem; }  /* as select boxes */
[data-testid="stDateInput"] [role="spinbutton"] { display: inline-block; min-width: 24px; line-height: 24px; }
</style>"""
# colours of words, dark enough on light paper and light enough on dark paper to be read (4.5:1 and more)
_INKS = {
    "light": "--wrong: #b3261e; --warning: #7a3e00; --sure: #1b5fc0; --assumed: #0b6b57;",
    "dark": "--wrong: #ff8f86; --warning: #f2a65a; --sure: #85b4ff; --assumed: #55c9ae;",
}


@contextmanager
def refusals() -> Iterator[None]:
    """Show an error of the program as its sentence instead of a page that breaks."""
    try:
        yield
    except BuildMissing as error:
        st.error(safe(told(error)), icon=":material/build:")
    except WorkflowError as error:
        st.error(safe(told(error)), icon=":material/error:")


def page_style() -> None:
    """Our few style rules, the same on every page."""
    inks = _INKS["dark" if st.context.theme.type == "dark" else "light"]
    st.html(f"{_STYLE}<style>:root {{ {inks} }}</style>")


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


def register(warnings: Sequence[str]) -> None:
    """What of the register file was not taken, or differs from the record; the first few at once."""
    first, more = warnings[:_AT_ONCE], warnings[_AT_ONCE:]
    for sentence in first:
        say("warning", told(sentence))
    if more:
        with st.expander(t("{n} more", n=len(more))):
            for sentence in more:
                say("warning", told(sentence))


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
        st.code(step, language=None)  # the colours of a language are too pale


def no_sites() -> None:
    """What to do first where there is no site yet."""
    st.info(
        safe(t("No sites yet. Add the first one on the map, or bring a register in.")), icon=":material/info:"
    )
    st.page_link("views/site.py", label=t("Add a site on the map"), icon=":material/add_location_alt:")
    st.code("sitetrack sites import FILE.geojson", language=None)
