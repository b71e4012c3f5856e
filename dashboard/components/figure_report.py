"""One report of all approved sites, made here and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from dashboard import cache, notices
from dashboard.language import t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow.exporters.reports import SUFFIXES
from workflow.model import Author, FigureOptions
from workflow.publish.report import Made, check_report, write_report
from workflow.publish.styles import style_names
from workflow.readmodels.reporting import contents

__all__ = ["show"]

_MADE = "figures.report.made"


def show(me: Author) -> None:
    """The form, and the file once it is made."""
    if cache.blind_sites(me.name):
        notices.say("note", t("You read pictures a second time: a report of all sites waits until you have."))
        return
    st.caption(
        t("Contents, map, growth, timeline, a figure for each site, methods, credits. Public sites alone.")
    )
    with st.form("figures.report", border=False):
        title = st.text_input(t("Title"), key="figures.report.title", max_chars=120)
        left, right = st.columns(2)
        suffix = left.selectbox(
            t("Format"), SUFFIXES, format_func=lambda one: one[1:].upper(), key="figures.report.format"
        )
        styles = list(style_names())
        usual = styles.index(FigureOptions().style)
        style = right.selectbox(t("House style"), styles, usual, key="figures.report.style")
        why = st.text_input(t("What it is for"), key="figures.report.why", max_chars=200)
        unreviewed = st.checkbox(t("Also what nobody has approved"), key="figures.report.unreviewed")
        asked = st.form_submit_button(t("Make the report"), key="figures.report.make", type="primary")
    if asked:
        st.session_state.pop(_MADE, None)
        with notices.refusals():
            st.session_state[_MADE] = _make(me, title, suffix, style, why, unreviewed=unreviewed)
    if _MADE in st.session_state:
        _take_away(*st.session_state[_MADE])


def _make(
    me: Author, title: str, suffix: str, style: str, why: str, *, unreviewed: bool
) -> tuple[str, bytes, bytes, tuple[str, ...], int]:
    """Name, file, sidecar, a line for each site without a figure, and how many have one."""
    project = current_project()
    bar = st.progress(0.0, t("Reading the record"))
    try:
        content = contents(project, title=title, unreviewed=unreviewed)
        with TemporaryDirectory(prefix="sitetrack-") as folder:
            out = Path(folder) / f"report{suffix}"
            check_report(project, out, content)

            def progress(_: str, done: int, total: int) -> None:
                bar.progress(done / total, t("Figure {done} of {total}", done=done, total=total))

            made = write_report(
                project, me, content, out, FigureOptions(style=style), why=why, progress=progress
            )
            sidecar = out.with_name(f"{out.name}.json").read_bytes()
            return out.name, out.read_bytes(), sidecar, _refused(made), _drawn(made)
    finally:
        bar.empty()


def _refused(made: Made) -> tuple[str, ...]:
    return tuple(f"{row['site']}: {told(row['refused'])}" for row in made.rows if row["refused"])


def _drawn(made: Made) -> int:
    return sum(not row["refused"] for row in made.rows)


def _take_away(name: str, file: bytes, sidecar: bytes, refused: Sequence[str], figures: int) -> None:
    done = tn(figures, "The report is made, with {n} figure.", "The report is made, with {n} figures.")
    st.html(f"<div data-report='{figures}'>{safe(done)}</div>")
    with st.container(horizontal=True):
        st.download_button(
            t("Download the report"),
            file,
            name,
            key="figures.report.file",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            t("What it rests on (JSON)"),
            sidecar,
            f"{name}.json",
            "application/json",
            key="figures.report.json",
            on_click="ignore",
        )
    if refused:
        notices.say("note", tn(len(refused), "{n} site has no figure:", "{n} sites have no figure:"))
        st.html("<ul>" + "".join(f"<li><bdi>{safe(line)}</bdi></li>" for line in refused) + "</ul>")
