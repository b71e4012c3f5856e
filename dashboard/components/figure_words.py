"""The words of a figure and what the linter says of them: shown, changed, let pass with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import streamlit as st

from dashboard.components import figure_address, figure_form
from dashboard.language import t, tn
from dashboard.safetext import safe
from dashboard.told import told
from workflow.figure.lint import Lint
from workflow.publish import Figure

__all__ = ["findings", "words"]

_SMALL = "font-size:.88rem;opacity:.8"


def words(figure: Figure) -> None:
    """Caption and alternative text, which can be written anew; empty ones are the record's again."""
    st.session_state["figures.caption"] = figure.caption
    st.session_state["figures.alt"] = figure.alt_text
    st.text_area(
        t("Caption"), key="figures.caption", height=170, max_chars=2000, on_change=_take, args=("caption",)
    )
    own = figure.options.caption is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        said = t("written by hand") if own else t("as the record gives it; write over it")
        st.html(f"<span data-caption='{'own' if own else 'record'}' style='{_SMALL}'>{safe(said)}</span>")
        if own:
            st.button(
                t("Take the record's caption"),
                key="figures.again",
                on_click=figure_form.keep,
                args=("caption", None),
            )
    st.text_area(
        t("Alternative text"), key="figures.alt", height=130, max_chars=2000, on_change=_take, args=("alt",)
    )


def _take(name: str) -> None:
    text = figure_address.said(st.session_state[f"figures.{name}"], figure_address.LONGEST[name])
    figure_form.keep(name, text or (None if name == "caption" else ""))


def findings(found: Sequence[Lint], allowed: Mapping[str, str]) -> None:
    """What an editor would send the figure back for, and what was let pass; `allowed` are reasons by code."""
    blocking = sum(one.blocks for one in found)
    if not found and not allowed:
        st.html(f"<div role='status' data-findings='0'>✓ {safe(t('Nothing to object to.'))}</div>")
        return
    head = (
        tn(blocking, "1 finding blocks this figure", "{n} findings block this figure")
        if blocking
        else t("Nothing blocks this figure")
    )
    st.html(
        f"<h2 style='font-size:1.05rem;margin:0;padding:0' data-findings='{len(found)}'>{safe(head)}</h2>"
    )
    blocking_first = sorted(found, key=lambda one: not one.blocks)
    for code, some in groupby(blocking_first, key=lambda one: one.code):
        _one(code, list(some), allowed)
    for code, reason in allowed.items():
        _passed(code, reason, allowed)


def _one(code: str, found: Sequence[Lint], allowed: Mapping[str, str]) -> None:
    blocks = found[0].blocks
    sign, word, ink = ("▲", t("blocks"), "wrong") if blocks else ("●", t("to look at"), "warning")
    title, remedy = _told(code)
    what = "<br>".join(f"<bdi>{safe(told(one.what))}</bdi>" for one in found)
    text, side = st.columns([5, 2], vertical_alignment="center")
    text.html(
        f"<div data-finding='{safe(code)}' style='line-height:1.4;overflow-wrap:anywhere'>"
        f"<b><span style='color:var(--{ink})'>{sign} {safe(word)}</span> {safe(title)}</b>"
        f"<div style='{_SMALL}'>{what}</div><div style='font-size:.95rem'>{safe(remedy)}</div></div>"
    )
    with (
        side.popover(t("Let it pass"), width="stretch"),
        st.form(f"figures.allow.{code}", border=False),
    ):
        st.text_input(
            t("Reason"), key=f"figures.reason.{code}", max_chars=200, help=t("It stands in the sidecar.")
        )
        st.form_submit_button(
            t("Let it pass"), key=f"figures.pass.{code}", on_click=_allow, args=(code, dict(allowed))
        )


def _allow(code: str, allowed: dict[str, str]) -> None:
    reason = figure_address.said(st.session_state[f"figures.reason.{code}"])
    if reason:
        figure_form.keep("allow", {**allowed, code: reason})
    else:
        st.session_state["figures.said"] = ("warning", t("Say why it may pass."))


def _passed(code: str, reason: str, allowed: Mapping[str, str]) -> None:
    text, side = st.columns([5, 2], vertical_alignment="center")
    said = t("let pass: {reason}", reason=reason)
    text.html(
        f"<div data-allowed='{safe(code)}' style='line-height:1.4;overflow-wrap:anywhere'>"
        f"✓ <b>{safe(_told(code)[0])}</b>"
        f"<div style='{_SMALL}'><bdi>{safe(said)}</bdi></div></div>"
    )
    side.button(
        t("Take back"),
        key=f"figures.back.{code}",
        width="stretch",
        on_click=figure_form.keep,
        args=("allow", {one: why for one, why in allowed.items() if one != code}),
    )


def _told(code: str) -> tuple[str, str]:
    """What a finding is called, and what to do on these pages."""
    return {
        "no-date": (t("No date"), t("Date the picture on the page Imagery.")),
        "copyright-year": (
            t("A copyright year is the only date"),
            t("Date the picture on the page Imagery, or leave it out."),
        ),
        "over-precise-date": (
            t("A date finer than its picture"),
            t("Write the date as fine as its source has it."),
        ),
        "date-unconfirmed": (
            t("A date that nobody confirmed"),
            t("Confirm it on the page Imagery, or state another."),
        ),
        "date-not-in-evidence": (
            t("A day that no picture has"),
            t("See that another source has it, or change the caption."),
        ),
        "no-credit": (t("No credit"), t("Give one under Size, extent and credit.")),
        "credit-unfinished": (t("The credit is not filled in"), t("Fill it in on the page Imagery.")),
        "credit-without-owner": (t("The credit names no owner"), t("Name the owner as the terms ask.")),
        "licence-forbids": (t("The licence forbids it"), t("Choose another picture, or ask the owner.")),
        "licence-terms": (t("The licence has terms"), t("See that they allow the use.")),
        "stretch-differs": (t("Brightness differs undeclared"), t("Let it be declared in the picture.")),
        "extent-differs": (t("Extents differ undeclared"), t("Let it be declared in the picture.")),
        "contradiction": (t("Statements contradict each other"), t("Have them reviewed first.")),
        "disputed": (t("Statements differ"), t("Have the statements reviewed first.")),
        "unreviewed": (t("Not reviewed"), t("Have the statements reviewed first.")),
        "likelihood-with-confidence": (
            t("Likelihood and confidence in one sentence"),
            t("Say the two in two sentences."),
        ),
        "mixed-likelihoods": (t("Mixed words of likelihood"), t("Keep to one of them.")),
        "confirmed": (
            t("Confirmed by fewer than two sources"),
            t("Write what is seen, or show a second source."),
        ),
        "one-panel": (t("One picture alone"), t("Choose a second picture, or take this one on purpose.")),
        "left-out": (t("Marks are left out"), t("Draw them anew on this picture.")),
        "no-glyph": (t("A character cannot be drawn"), t("Write it otherwise.")),
        "not-public": (t("The position is left out"), t("Leave it so: the site is not public.")),
    }.get(code, (code, ""))
