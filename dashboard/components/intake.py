"""Dropping files on the Imagery page: what is said of them, taking them in, what became of each, what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import streamlit as st

from dashboard import cache, notices, state
from dashboard.components import dates, listing
from dashboard.language import t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow.errors import WorkflowError
from workflow.model import CaptureKind, Origin
from workflow.origins import stated_origin
from workflow.pipeline.track import track
from workflow.pipeline.uploads import Became, IntakeOptions, Taken, clip_of, take_uploads
from workflow.providers.profiles import PROFILES

__all__ = ["drop", "next_step"]

LARGEST_MB = 1024
_NUMBER, _KEPT, _TAKEN, _SAID = "intake.number", "intake.kept", "intake.taken", "intake.said"
_ENDINGS = "GeoTIFF, JPEG 2000, JPEG, PNG, NITF, ENVI"

Files = list[tuple[str, BinaryIO]]
Clip = tuple[str, tuple[str, ...]]


def drop(choose: Callable[[str], None], *, is_open: bool) -> None:
    """The place for files and what is said of them; `choose` opens a capture."""
    if state.may_write():
        with st.expander(t("Take pictures in"), expanded=is_open or _busy(), icon=":material/upload:"):
            _form()
    _results(choose)


def _busy() -> bool:
    return bool(st.session_state.get(_KEPT))


def _form() -> None:
    number = st.session_state.setdefault(_NUMBER, 0)
    dropped = st.file_uploader(
        t("Pictures, and the metadata files that belong to them"),
        accept_multiple_files=True,
        key=f"intake.files.{number}",
        max_upload_size=LARGEST_MB,
        help=t("{formats}. Larger files: sitetrack ingest PATH.", formats=_ENDINGS),
    )
    kept: Files = st.session_state.get(_KEPT, [])
    if kept:
        _say_kept(kept)
    options = _options()
    files: Files = [*kept, *((one.name, one) for one in dropped or ())]
    clip, is_sound = _clip([name for name, _ in files], options)
    if st.button(
        tn(len(files), "Take in {n} file", "Take in {n} files") if files else t("Take in"),
        type="primary",
        disabled=not files or options is None or not is_sound,
        key="intake.take",
    ):
        _take(files, options or IntakeOptions(), clip)


def _clip(names: list[str], options: IntakeOptions | None) -> tuple[Clip | None, bool]:
    """Name and time codes of the clip that the files are stills of, None for no clip, and whether all is said."""
    if not st.checkbox(
        t("They are stills of one clip"),
        key="intake.clip",
        help=t("One picture with several frames: one date, one credit and one state hold for all of them."),
    ):
        return None, True
    if not names:
        st.caption(t("Drop the stills above: each then has a line here for its time in the clip."))
        return None, False
    example = t("KCTV, 10 October 2023")
    name = st.text_input(t("Name of the clip"), key="intake.clip.name", max_chars=200, placeholder=example)
    codes = []
    columns = st.columns(min(4, len(names)))
    for number, one in enumerate(names):
        label = t("{file}: time in the clip", file=one)
        key = f"intake.clip.{number}.{one}"
        field = columns[number % len(columns)]
        codes.append(field.text_input(label, key=key, placeholder="00:01:12", max_chars=20))
    problem = _why_no_clip(name, names, codes, options)
    if problem:
        notices.say("note", problem)
    return (name, tuple(codes)), not problem


def _why_no_clip(name: str, names: list[str], codes: list[str], options: IntakeOptions | None) -> str:
    """What is still to be said, or cannot be taken; empty where all is well."""
    if not name.strip():
        return t("Give the clip a name.")
    if not all(code.strip() for code in codes):
        return t("Give each still its time in the clip, as 00:01:12 or 72.")
    if options is not None and (options.kind is None or options.site is None):
        return t("Choose the kind and the site that the clip is of.")
    try:
        clip_of(name, [Path(one) for one in names], codes)
    except WorkflowError as error:
        return told(error)
    return ""


def _say_kept(kept: Files) -> None:
    names = ", ".join(name for name, _ in kept)
    with st.container(horizontal=True, vertical_alignment="center"):
        notices.say("note", t("Kept to be tried again, with a date for instance: {names}", names=names))
        st.button(t("Forget them"), key="intake.forget", on_click=lambda: st.session_state.pop(_KEPT, None))


# -- what is said of them ------------------------------------------------------------------------------------


def _options() -> IntakeOptions | None:
    """What is said of all files; None where it cannot be taken."""
    provider_column, kind_column, site_column = st.columns([2, 1.3, 2])
    provider = provider_column.selectbox(
        t("Provider"),
        [profile.provider for profile in PROFILES],
        index=None,
        accept_new_options=True,
        placeholder=t("from the files"),
        key="intake.provider",
        help=t("A known one brings credit, terms and what its dates rest on. Any other can be typed."),
    )
    kind = kind_column.selectbox(
        t("Kind"),
        [one.value for one in CaptureKind],
        index=None,
        placeholder=t("as usual for it"),
        format_func=t,
        key="intake.kind",
    )
    titles = cache.site_titles()
    site = site_column.selectbox(
        t("Site, for pictures without coordinates"),
        list(titles),
        index=None,
        placeholder=t("none"),
        format_func=lambda one: titles.get(one, one),
        key="intake.site",
        help=t("With a kind: pictures without coordinates are kept for this site."),
    )
    said = dates.fields("intake.date", optional=True)
    origin, is_sound = _origin()
    if said is None or not is_sound:
        return None
    return IntakeOptions(
        acquired=said.text or None,
        provider=provider or "",
        kind=CaptureKind(kind) if kind else None,
        site=site if kind else None,
        basis=said.basis,
        retrieved=said.retrieved or None,
        published=said.published or None,
        origin=origin,
    )


def _origin() -> tuple[Origin | None, bool]:
    """How screenshots came about, and whether it can be taken."""
    with st.expander(t("Screenshots: where and when they were made"), icon=":material/screenshot_monitor:"):
        left, right = st.columns(2)
        url = left.text_input(t("Source URL (kept, never opened)"), key="intake.url", max_chars=2000)
        viewer = right.text_input(t("Viewer it was shown in"), key="intake.viewer", max_chars=200)
        at = left.text_input(t("Screenshot made on"), key="intake.at", max_chars=60)
        by = right.text_input(t("Made by"), key="intake.by", max_chars=200)
        how = left.text_input(t("How it was made"), key="intake.how", max_chars=500)
        try:
            return stated_origin(url=url, viewer=viewer, at=at, by=by, how=how), True
        except WorkflowError as error:
            notices.say("warning", told(error))
            return None, False


# -- taking them in ------------------------------------------------------------------------------------------


def _take(files: Files, options: IntakeOptions, clip: Clip | None) -> None:
    author = state.author()
    if author is None:
        return
    taken: tuple[Taken, ...] = ()
    with st.status(tn(len(files), "Taking in {n} file", "Taking in {n} files"), expanded=True) as status:
        bar = st.progress(0.0)

        def progress(_: str, done: int, total: int) -> None:
            bar.progress(done / total if total else 1.0, t("{done} of {total}", done=done, total=total))

        def taken_one(one: Taken) -> None:
            st.html(f"<div style='overflow-wrap:anywhere'>{_line(one)}</div>")

        try:
            taken = take_uploads(current_project(), author, files, options, progress, taken_one, clip)
        except WorkflowError as error:
            status.update(label=t("Nothing was taken in"), state="error")
            st.session_state[_SAID] = told(error)
        else:
            st.session_state[_SAID] = ""
            status.update(label=t("Done"), state="complete")
    if taken:
        st.session_state[_TAKEN] = taken
        st.session_state[_KEPT] = _to_try_again(files, taken)
        st.session_state[_NUMBER] += 1
        st.rerun()


def _to_try_again(files: Files, taken: Sequence[Taken]) -> Files:
    """Files that were refused, with the metadata that came with them."""
    refused = [file for file, one in zip(files, taken, strict=True) if one.became is Became.REFUSED]
    texts = [file for file, one in zip(files, taken, strict=True) if one.became is Became.METADATA]
    return [*refused, *texts] if refused else []


def _line(one: Taken) -> str:
    """What became of a file, as HTML."""
    if one.became is Became.REFUSED:
        return f"✕ {safe(told(one.sentence))}"
    mark = {Became.NEW: "✓", Became.KNOWN: "=", Became.METADATA: "·"}[one.became]
    return f"{mark} <bdi>{safe(one.name)}</bdi>: {safe(_words(one))}"


def _words(one: Taken) -> str:
    if one.became is Became.REFUSED:
        return told(one.sentence)
    if one.became is Became.NEW:
        return t("taken in")
    if one.became is Became.KNOWN:
        return t("there already, kept as it was")
    if not one.captures:
        return t("nothing was read from it")
    names = ", ".join(capture.file for capture in one.captures)
    return t("metadata of {names}", names=names)


# -- what became of them -------------------------------------------------------------------------------------


def _results(choose: Callable[[str], None]) -> None:
    if st.session_state.get(_SAID):
        notices.say("warning", st.session_state[_SAID])
    taken: tuple[Taken, ...] = st.session_state.get(_TAKEN, ())
    if not taken:
        return
    _summary(taken)
    for sentence in dict.fromkeys(told(one.sentence) for one in taken if one.became is Became.REFUSED):
        notices.say("warning", sentence)
    shown = [one for one in taken if one.became is not Became.REFUSED]
    if not shown:
        return
    rows = [
        {
            "file": one.name,
            "became": _words(one),
            "date": dates.of_capture(one.captures[0]) if one.captures else "",
        }
        for one in shown
    ]
    listing.table(
        rows,
        {
            "file": t("File"),
            "became": t("What became of it"),
            "date": t("Date and what it rests on"),
        },
        key=f"intake.results.{st.session_state.get(_NUMBER, 0)}",
        on_select=lambda: _picked(shown, choose),
        selection_mode="single-row",
    )


def _picked(shown: Sequence[Taken], choose: Callable[[str], None]) -> None:
    """Open the capture whose row was chosen."""
    event: Any = st.session_state[f"intake.results.{st.session_state.get(_NUMBER, 0)}"]
    rows = event.selection.rows
    if rows and rows[0] < len(shown) and shown[rows[0]].captures:
        choose(shown[rows[0]].captures[0].id)


def _summary(taken: Sequence[Taken]) -> None:
    # the stills of a clip are one picture
    whole = {(one.became, one.captures[0].id if one.captures else number) for number, one in enumerate(taken)}
    counts = {became: sum(one is became for one, _ in whole) for became in Became}
    parts = [tn(counts[Became.NEW], "{n} picture taken in", "{n} pictures taken in")]
    if counts[Became.KNOWN]:
        parts.append(tn(counts[Became.KNOWN], "{n} there already", "{n} there already"))
    if counts[Became.REFUSED]:
        parts.append(tn(counts[Became.REFUSED], "{n} refused", "{n} refused"))
    with st.container(horizontal=True, vertical_alignment="center"):
        notices.say("note" if counts[Became.REFUSED] else "done", ", ".join(parts) + ".")
        st.button(
            t("Close"), key="intake.close", on_click=lambda: st.session_state.update({_TAKEN: (), _SAID: ""})
        )


# -- what comes next -----------------------------------------------------------------------------------------


def next_step(waiting: Sequence[str]) -> None:
    """Aligning what was taken in, where sites wait for it."""
    for kind, sentence in st.session_state.pop("intake.tracked", ()):
        notices.say(kind, sentence)
    if not waiting:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        notices.say(
            "note",
            tn(
                len(waiting),
                "{n} site has pictures that are not laid on each other yet.",
                "{n} sites have pictures that are not laid on each other yet.",
            ),
        )
        if state.may_write() and st.button(
            t("Align them now"), key="intake.track", icon=":material/layers:", help="sitetrack track"
        ):
            _track(waiting)


def _track(sites: Sequence[str]) -> None:
    author = state.author()
    if author is None:
        return
    with st.status(t("Aligning pictures")) as status:
        bar = st.progress(0.0)

        def progress(_: str, done: int, total: int) -> None:
            bar.progress(done / total if total else 1.0, t("{done} of {total} sites", done=done, total=total))

        report = track(current_project(), author, sites, None, progress)
        status.update(label=t("Done"), state="complete")
    summary = t(
        "{aligned} pictures aligned, {scored} pairs compared at {sites} sites.",
        aligned=report.aligned,
        scored=report.scored,
        sites=len(report.sites),
    )
    st.session_state["intake.tracked"] = [
        ("done", summary),
        *(("warning", told(one)) for one in report.failed),
    ]
    st.rerun()
