"""Imagery: taking pictures in, all that there are, and one of them with its date and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import assets, cache, notices, routes, state
from dashboard.components import capture_panel, dates, georeferencer, intake, listing, still_aligner
from dashboard.language import language, t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow.actions.stills import pair_of_stills
from workflow.georef import control_words
from workflow.model import Capture, Georeference
from workflow.pipeline.georeference import points_text
from workflow.readmodels.georeference import site_of
from workflow.readmodels.imagery import CaptureRow, ImageryPage, fitting
from workflow.readmodels.stills import others
from workflow.stills import stills_of, view_words

TABLE_PX = 340
_ANY = ""


def show() -> None:
    """The page."""
    assets.require()
    page = cache.imagery()
    if _georeferencing(page) or _aligning(page):
        return
    used = sum(row.capture.withdrawn is None for row in page.rows)
    gone = len(page.rows) - used
    counts = tn(used, "{n} picture", "{n} pictures")
    if gone:
        counts += ", " + tn(gone, "{n} withdrawn", "{n} withdrawn")
    notices.heading(t("Imagery"), counts)
    intake.drop(_choose, is_open=not page.rows)
    intake.next_step(page.waiting)
    if not page.rows:
        empty = (
            t("No pictures yet. Drop files above, or take whole folders in with the command.")
            if state.may_write()
            else t("No pictures yet.")
        )
        notices.empty(empty, "sitetrack ingest PATH")
        return
    rows = _filtered(page)
    _table(rows)
    _chosen(page, rows)


# -- georeference by hand ----------------------------------------------------------------------------------------


def _georeferencing(page: ImageryPage) -> bool:
    """Where the address asks for it, the picture beside the map in place of the list."""
    named = st.query_params.get("georeference")
    found = next((row for row in page.rows if row.capture.id == named), None)
    if found is None:
        return False
    words = control_words(found.capture.control, language())
    notices.heading(
        t("Georeference by hand"), " · ".join(part for part in (found.capture.file, words) if part)
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        _links(found)
    with notices.refusals():
        project = current_project()
        capture = project.in_use(found.capture)
        site = site_of(project, capture)
        if site.position is None:
            notices.say(
                "note",
                t(
                    "Its site is not located, so nobody knows its grid. Give it a position on the page Site first."
                ),
            )
        else:
            georeferencer.show(capture, site)
    return True


# -- a still laid on another ---------------------------------------------------------------------------------------


def _aligning(page: ImageryPage) -> bool:
    """Where the address asks for it, the still beside another one in place of the list."""
    named = st.query_params.get("align")
    key = str(named or "").partition("@")[0]
    found = next((row for row in page.rows if row.capture.id == key), None)
    if found is None:
        return False
    frames = {one.key: one.code for one in stills_of([found.capture])}
    if named not in frames:
        named = found.capture.id
    top = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _links(found)
    with notices.refusals():
        project = current_project()
        project.in_use(found.capture)
        left, right = st.columns([1, 4]) if len(frames) > 1 else (st.container(), st.container())
        if len(frames) > 1:
            with left:
                named = state.select(t("Frame"), "align", frames, key=f"align.frame.{found.capture.id}")
        still = project.still(named)
        with top:
            words = (found.capture.file, still.code, view_words(still.view, language()))
            notices.heading(t("Align with another still"), " · ".join(part for part in words if part))
        stills = {one.key: one for one in others(project, still)}
        if not stills:
            notices.say("note", t("There is no other still of its site."))
            return True
        names = {key: still_aligner.label(one) for key, one in stills.items()}
        to = next(iter(names))
        if len(names) > 1:
            with right:
                to = state.select(t("Laid on"), "to", names, key=f"align.to.{still.key}")
        still_aligner.show(*pair_of_stills(project, still.key, to))
    return True


def _links(row: CaptureRow) -> None:
    capture = row.capture
    st.button(
        t("All pictures"),
        key="georeference.leave",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=lambda: st.query_params.from_dict({"capture": capture.id}),
    )
    if capture.site is not None:
        site = safe(cache.site_titles().get(capture.site, capture.site))
        st.page_link(
            "views/compare.py",
            label=t("Compare: {site}", site=site),
            icon=":material/compare:",
            query_params={"site": capture.site, "right": capture.id}
            | ({} if capture.is_georeferenced else {"pictures": "stills"}),
        )
    st.page_link(
        "views/history.py",
        label=t("Versions"),
        icon=":material/history:",
        query_params={"kind": "capture", "id": capture.id},
    )
    if capture.control is not None:
        st.download_button(
            t("Points for QGIS"),
            points_text(capture.control),
            f"{capture.file}.points",
            "text/plain",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
        )


def _choose(capture: str) -> None:
    st.query_params["capture"] = capture


# -- the list ------------------------------------------------------------------------------------------------


def _filtered(page: ImageryPage) -> Sequence[CaptureRow]:
    """The rows that fit the filters, which stand in the address."""
    text_column, provider_column, kind_column = st.columns([3, 2, 1.3])
    text = _typed(text_column, t("Search in names, places, providers and dates"), "q")
    captures = [row.capture for row in page.rows]
    providers = {_ANY: t("all providers")} | {
        one: one for one in sorted({capture.provider for capture in captures}) if one
    }
    kinds = {_ANY: t("all kinds")} | {
        one: t(one) for one in sorted({capture.kind.value for capture in captures})
    }
    with provider_column:
        provider = state.select(t("Provider"), "provider", providers, key="imagery.provider")
    with kind_column:
        kind = state.select(t("Kind"), "kind", kinds, key="imagery.kind")
    return fitting(page.rows, text=text, provider=provider, kind=kind)


def _typed(column: Any, label: str, name: str) -> str:
    """Text that stands in the address as `name`."""
    key = f"imagery.{name}"
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(name, "")
    text = str(column.text_input(label, key=key, type="search", placeholder="", max_chars=200, live=True))
    if text:
        state.choose(name, text)
    elif name in st.query_params:
        del st.query_params[name]
    return text


def _table(rows: Sequence[CaptureRow]) -> None:
    if not rows:
        st.caption(t("Nothing fits these filters."))
        return
    ids = [row.capture.id for row in rows]
    chosen = st.query_params.get("capture")
    key = f"imagery.table.{hash(tuple(ids))}"
    selected: Any = {"selection": {"rows": [ids.index(chosen)] if chosen in ids else []}}
    listing.table(
        [_cells(row) for row in rows],
        {
            "picture": st.column_config.ImageColumn(t("Picture"), width=58),
            "date": st.column_config.TextColumn(t("Date"), width=150),
            "basis": st.column_config.TextColumn(t("It rests on"), width=105),
            "provider": st.column_config.TextColumn(t("Provider")),  # as wide as its texts
            "synthetic": st.column_config.TextColumn(t("Rendered"), width=86),
            "gsd": st.column_config.NumberColumn(t("GSD (m)"), format="%.3g", width=66),
            "size": st.column_config.TextColumn(t("Size (px)"), width=98),
            "place": st.column_config.TextColumn(t("Coordinates"), width=84),
            "sites": st.column_config.NumberColumn(t("Sites"), width=50),
            "aligned": st.column_config.TextColumn(t("Alignment"), width=72),
            "kind": st.column_config.TextColumn(t("Kind"), width=76),
            "file": st.column_config.TextColumn(t("File"), width=190),
            "warnings": st.column_config.TextColumn(t("Warnings"), width=160),
            "withdrawn": st.column_config.TextColumn(t("Withdrawn"), width=110),
        },
        key=key,
        tall_px=TABLE_PX,
        on_select=lambda: _picked(key, ids),
        selection_mode="single-row",
        selection_default=selected,
        column_order=_columns(rows),
    )


def _columns(rows: Sequence[CaptureRow]) -> list[str]:
    """Columns in their order; what no row has anything for is left out."""
    shown = [
        "picture",
        "date",
        "basis",
        "provider",
        "gsd",
        "size",
        "place",
        "sites",
        "aligned",
        "kind",
        "file",
    ]
    if any(row.capture.synthetic for row in rows):
        shown.insert(4, "synthetic")
    if any(row.capture.warnings for row in rows):
        shown.append("warnings")
    if any(row.capture.withdrawn for row in rows):
        shown.append("withdrawn")
    return shown


def _cells(row: CaptureRow) -> Mapping[str, object]:
    capture = row.capture
    return {
        "picture": routes.chip_url(row.sites[0], capture.id) if row.sites and not capture.withdrawn else None,
        "date": dates.days(capture.acquired),
        "basis": t(capture.acquired.basis.value),
        "provider": capture.provider,
        "synthetic": "SYNTHETIC" if capture.synthetic else "",
        "gsd": capture.gsd_m,
        "size": f"{capture.width_px} × {capture.height_px}",
        "place": _place(capture),
        "sites": len(row.sites),
        "aligned": _alignment(row),
        "kind": t(capture.kind.value),
        "file": capture.file,
        "warnings": " ".join(map(told, capture.warnings)),
        "withdrawn": capture.withdrawn.reason if capture.withdrawn else "",
    }


def _place(capture: Capture) -> str:
    if capture.georeference is Georeference.CONTROL_POINTS:
        return t("by points")
    if capture.georeference is Georeference.MATCHED:
        return t("by matching")
    return t("yes") if capture.is_georeferenced else t("none")


def _alignment(row: CaptureRow) -> str:
    if not row.capture.is_georeferenced or not row.sites or row.capture.withdrawn:
        return "–"
    if not row.cut:
        return t("waits")
    return t("{aligned} of {sites}", aligned=row.aligned, sites=len(row.sites))


def _picked(key: str, ids: Sequence[str]) -> None:
    """Put the row that was chosen into the address."""
    rows = st.session_state[key].selection.rows
    if rows and rows[0] < len(ids):
        _choose(ids[rows[0]])
    elif "capture" in st.query_params:
        del st.query_params["capture"]


def _chosen(page: ImageryPage, rows: Sequence[CaptureRow]) -> None:
    named = st.query_params.get("capture")
    if not named:
        if rows:
            st.caption(t("Choose a row for the picture, its date and what is known of it."))
        return
    found = next((row for row in page.rows if row.capture.id == named), None)
    if found is None:
        # a file name or the start of an id, as commands take it, or nothing that is there
        _choose(current_project().capture(named, withdrawn=True).id)
        st.rerun()
    capture_panel.show(found, [row.capture for row in page.rows])


show()
