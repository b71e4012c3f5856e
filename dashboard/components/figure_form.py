"""What a figure shows and how: the choices of the page Figures, filled from its address once and written into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.components import figure_address
from dashboard.language import t
from workflow.figure.spec import DPI_LIMITS, SIZE_LIMITS_MM
from workflow.model import MOST_PANELS, Allowance, CoordinateForm, FigureOptions, Layout, Site
from workflow.publish.styles import style_names
from workflow.readmodels.pages import CaptureCard

__all__ = ["fill", "forget_words", "is_filled", "keep", "options", "take_address"]

_WORDS = "figures.words"
"""What was written in place of the record's words, by field: `caption`, `alt`, and `allow`, reasons by code."""
_FILLED = "figures.captures"


def is_filled() -> bool:
    """Whether the choices are there: they are dropped when the page is left."""
    return _FILLED in st.session_state


def take_address() -> FigureOptions:
    """What the page's address asks for."""
    query = {name: st.query_params.get_all(name) for name in figure_address.NAMES}
    return figure_address.options_of(query, style_names())


def fill(chosen: FigureOptions) -> None:
    """Set every choice, before its widget is drawn."""
    values: dict[str, Any] = {
        "target": chosen.target.split(",") if chosen.target else [],
        "captures": list(chosen.captures),
        "layout": chosen.layout.value,
        "style": chosen.style,
        "coordinates": chosen.coordinates.value,
        "extent": chosen.extent_m,
        "width": float(chosen.width_mm),
        "dpi": chosen.dpi,
        "number": chosen.number,
        "credit": chosen.credit,
        "by": chosen.annotated_by,
        "provider": chosen.name_provider,
        "inset": chosen.inset,
        "marks": chosen.marks,
        "stretch": chosen.one_stretch,
        "drawn": chosen.draw_caption,
    }
    for name, value in values.items():
        st.session_state[f"figures.{name}"] = value
    st.session_state[_WORDS] = {
        "caption": chosen.caption,
        "alt": chosen.alt,
        "allow": {one.code: one.reason for one in chosen.allow},
    }


def forget_words() -> None:
    """Go back to the record's words, with nothing let pass."""
    st.session_state[_WORDS] = {"caption": None, "alt": "", "allow": {}}


def keep(name: str, value: Any) -> None:
    """Keep words in place of the record's: `name` is ``caption``, ``alt``, or ``allow`` with reasons by code."""
    st.session_state[_WORDS] = {**st.session_state[_WORDS], name: value}


def options(site: Site, cards: Sequence[CaptureCard]) -> FigureOptions:
    """Draw the choices; what they say now."""
    targets = {one.id: one.name or one.id for one in site.targets}
    pictures = {
        key: _called(card, code)
        for card in cards
        for key, code in zip(card.keys, card.frames or ("",), strict=True)
    }
    _only("target", targets)
    _only("captures", pictures)
    chosen_targets = st.multiselect(
        t("Target"),
        list(targets),
        format_func=lambda one: targets[one],
        key="figures.target",
        placeholder=t("the one whose date is bounded best") if targets else t("this site has none"),
        disabled=not targets,
    )
    captures = st.multiselect(
        t("Pictures, in this order"),
        list(pictures),
        format_func=lambda one: pictures[one],
        key="figures.captures",
        max_selections=MOST_PANELS,
        placeholder=t("those between which it appeared"),
        help=t("One to eight; without a choice the record says which."),
    )
    left, right = st.columns(2)
    layout = left.selectbox(
        t("Layout"), [one.value for one in Layout], format_func=_layout, key="figures.layout"
    )
    style = right.selectbox(t("House style"), list(style_names()), key="figures.style")
    form = left.selectbox(
        t("Coordinates"),
        [one.value for one in CoordinateForm],
        format_func=_coordinates,
        key="figures.coordinates",
    )
    number = right.text_input(t("Number of the figure"), key="figures.number", max_chars=40)
    with st.container(horizontal=True):
        marks = st.checkbox(t("Marks"), key="figures.marks")
        inset = st.checkbox(t("Small map"), key="figures.inset")
        drawn = st.checkbox(t("Caption in the picture"), key="figures.drawn")
        stretch = st.checkbox(t("One brightness for all"), key="figures.stretch")
    with st.expander(t("Size, extent and credit")):
        size = _size()
        credit = st.text_input(t("Credit of pictures without one"), key="figures.credit", max_chars=200)
        by = st.text_input(
            t("Annotation by"), key="figures.by", max_chars=200, placeholder=t("the authors of the marks")
        )
        provider = st.checkbox(t("Say in the sentence whose picture it is"), key="figures.provider")
    words = st.session_state[_WORDS]
    return FigureOptions(
        target=",".join(chosen_targets) or None,
        captures=tuple(captures),
        layout=Layout(layout),
        style=style,
        coordinates=CoordinateForm(form),
        number=figure_address.said(number).removesuffix(".").strip(),
        marks=marks,
        inset=inset,
        one_stretch=stretch,
        draw_caption=drawn,
        credit=figure_address.said(credit),
        annotated_by=figure_address.said(by),
        name_provider=provider,
        caption=words["caption"],
        alt=words["alt"],
        allow=tuple(Allowance(code, reason) for code, reason in words["allow"].items()),
        **size,
    )


def _size() -> dict[str, Any]:
    one, two, three = st.columns(3)
    width = one.number_input(t("Width (mm)"), *SIZE_LIMITS_MM, step=5.0, format="%g", key="figures.width")
    dpi = two.number_input(t("Pixels an inch"), *DPI_LIMITS, step=50, key="figures.dpi")
    extent = three.number_input(
        t("Extent (m)"),
        1.0,
        figure_address.MOST_EXTENT_M,
        value=None,
        step=50.0,
        format="%g",
        key="figures.extent",
        placeholder=t("the whole place"),
    )
    return {"width_mm": width, "dpi": int(dpi), "extent_m": extent}


def _only(name: str, known: Mapping[str, str]) -> None:
    """Leave out of a choice what there is not: another site, a picture that was withdrawn."""
    key = f"figures.{name}"
    st.session_state[key] = [one for one in st.session_state[key] if one in known]


def _called(card: CaptureCard, code: str) -> str:
    """What a picture is called, of a clip with the time code of its frame."""
    return " · ".join(part for part in (card.label, card.basis.rpartition(": ")[2], card.file, code) if part)


def _layout(one: str) -> str:
    return {
        Layout.AUTO: t("as many as there are"),
        Layout.ROW: t("in a row"),
        Layout.GRID: t("in a grid"),
        Layout.BEFORE_AFTER: t("before and after"),
        Layout.FILMSTRIP: t("film strip over time"),
    }[Layout(one)]


def _coordinates(one: str) -> str:
    return {
        CoordinateForm.DMS: t("degrees, minutes, seconds"),
        CoordinateForm.DECIMAL: t("decimal degrees"),
        CoordinateForm.MGRS: "MGRS",
        CoordinateForm.NONE: t("not printed"),
    }[CoordinateForm(one)]
