"""Forms on a site: add one, change its fields, move it, add and change its targets.

A form belongs to the version of the site that it was opened with. What others changed since is brought together with
what was changed here; where both changed the same, both are shown and one is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard import notices, state
from dashboard.components import conflict
from dashboard.language import t
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.codec import decode
from workflow.coords import distance_m, format_decimal, format_dms, format_mgrs, parse_position
from workflow.errors import EditConflict, InputRefused, WorkflowError
from workflow.model import Direction, LonLat, Site, Target, TargetClass
from workflow.readmodels import history, sitepage

__all__ = ["NEXT", "Draft", "close", "draft_of", "open_form", "said", "show"]

ADD, CHANGE, MOVE, TARGET = "add", "change", "move", "target"
NEXT = "site.next"
"""Where the site stands that is shown in the next run."""

_DRAFT, _SAID, _NUMBER = "site.draft", "site.said", "site.number"
_NO_DIRECTION = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An open form. `site` is empty for a new one; `place` is a position as text, `target` the id of the one changed.

    `number` is new with each opening, so that no field keeps what another form held. `changes` and `refused` are what
    was to be saved last, and why it was not.
    """

    kind: str
    site: str
    base: int
    number: int
    place: str = ""
    target: str = ""
    changes: Mapping[str, Any] | None = None
    reason: str = ""
    refused: EditConflict | None = None

    @property
    def key(self) -> str:
        """What the keys of its fields begin with."""
        return f"site.form.{self.number}"


def draft_of(site: str) -> Draft | None:
    """The form that is open for this site, or for a new one."""
    found: Draft | None = st.session_state.get(_DRAFT)
    return found if found is not None and found.site in ("", site) else None


def open_form(kind: str, site: str = "", *, place: str = "", target: str = "") -> None:
    """Open a form on the site as it is now."""
    number = st.session_state[_NUMBER] = int(st.session_state.get(_NUMBER, 0)) + 1
    base = sitepage.version_of(current_project(), site) if site else 0
    st.session_state[_DRAFT] = Draft(kind, site, base, number, place, target)


def close() -> None:
    """Close the form and forget what was clicked on the map."""
    st.session_state.pop(_DRAFT, None)
    st.session_state.pop("site.mark", None)


def said() -> None:
    """What came of the last form, once."""
    kind, sentence = st.session_state.pop(_SAID, ("", ""))
    if kind:
        notices.say(kind, sentence)


def show(draft: Draft, site: Site | None, categories: Sequence[str]) -> None:
    """The form, or the choice where somebody else changed the same."""
    with st.container(border=True, key="site.panel"):
        if draft.refused is not None:
            _conflict(draft, draft.refused)
            return
        if draft.site:
            _moved_on(draft)
        if draft.kind == ADD:
            _add(draft, categories)
        elif site is None:
            close()
        elif draft.kind == MOVE:
            _move(draft, site)
        elif draft.kind == TARGET:
            _target(draft, site)
        else:
            _change(draft, site, categories)


def _moved_on(draft: Draft) -> None:
    now = sitepage.version_of(current_project(), draft.site)
    if now > draft.base:
        since = history.meanwhile(current_project(), "site", draft.site, draft.base, now)
        told = "; ".join(f"{one.author}: {one.text}" for one in since)
        notices.say("note", t("While this form is open, it was changed: {told}", told=told))


# -- forms ---------------------------------------------------------------------------------------------------


def _add(draft: Draft, categories: Sequence[str]) -> None:
    st.html(f"<b>{safe(t('A new site'))}</b>")
    stated = _names(draft, None, categories)
    stated["position"], can_be_read = _position(draft, draft.place)
    kind = st.selectbox(
        t("First target"),
        [one.value for one in TargetClass],
        index=None,
        format_func=t,
        placeholder=t("follows from the category"),
        key=f"{draft.key}.first",
    )
    if kind:
        stated["targets"] = [{"id": kind, "kind": kind}]
    if not stated["name"]:
        st.caption(t("Give it a name."))
    if _buttons(draft, t("Add this site"), can_be_read and bool(stated["name"])):
        _do_add({name: value for name, value in stated.items() if value}, draft)


def _change(draft: Draft, site: Site, categories: Sequence[str]) -> None:
    stated = _names(draft, site, categories)
    first, second = st.columns(2)
    stated["road"] = first.text_input(t("Road"), site.road, max_chars=1000, key=f"{draft.key}.road")
    stated["source"] = second.text_input(t("Source"), site.source, max_chars=1000, key=f"{draft.key}.source")
    stated["note"] = st.text_area(t("Note"), site.note, max_chars=4000, height=76, key=f"{draft.key}.note")
    there = site.position.text or format_decimal(site.position.lonlat) if site.position else ""
    stated["position"], can_be_read = _position(draft, there)
    if _buttons(draft, t("Save"), can_be_read):
        _save(draft, _changed(draft, stated, there))


def _names(draft: Draft, site: Site | None, categories: Sequence[str]) -> dict[str, Any]:
    """Names, category and radius of a site."""
    name, local, aliases = st.columns([3, 2, 3])
    category, radius = st.columns([3, 2])
    known = list(dict.fromkeys([*([site.category] if site else []), *categories]))
    return {
        "name": name.text_input(
            t("Name"), site.name if site else "", max_chars=1000, key=f"{draft.key}.name"
        ).strip(),
        "name_local": local.text_input(
            t("Local name"), site.name_local if site else "", max_chars=1000, key=f"{draft.key}.local"
        ).strip(),
        "aliases": aliases.text_input(
            t("Other names, with semicolons between"),
            "; ".join(site.aliases) if site else "",
            max_chars=4000,
            key=f"{draft.key}.aliases",
        ),
        "category": category.selectbox(
            t("Category"),
            known,
            index=0 if site else None,
            accept_new_options=True,
            placeholder=t("choose or type one"),
            key=f"{draft.key}.category",
        ),
        "radius_m": radius.number_input(
            t("Watch radius (m)"),
            1.0,
            20_000.0,
            site.radius_m if site else 150.0,
            10.0,
            key=f"{draft.key}.radius",
        ),
    }


def _position(draft: Draft, text: str) -> tuple[str, bool]:
    """The position as text, with what was understood of it below; whether it can be taken."""
    typed = st.text_input(
        t("Position"),
        text,
        max_chars=200,
        key=f"{draft.key}.position",
        placeholder=t("empty: not located"),
        help=t(
            "Decimal degrees, degrees with minutes and seconds, UTM, MGRS or a Plus Code. Precision follows the text."
        ),
    ).strip()
    if not typed:
        return "", True
    try:
        st.html(
            f"<div data-understood='yes' role='status' style='font-size:.9rem'>{safe(_understood(typed))}</div>"
        )
    except InputRefused as error:
        notices.say("warning", told(error))
        return typed, False
    return typed, True


def _understood(text: str) -> str:
    found = parse_position(text)
    place = found.lonlat
    forms = (format_dms(place), format_decimal(place), format_mgrs(place))
    precise = t("precise to {metres} m", metres=f"{found.precision_m or 0:,.4g}")
    return f"{t('Understood:')} {' · '.join((*forms, precise))}"


def _move(draft: Draft, site: Site) -> None:
    st.html(f"<b>{safe(t('Move this site'))}</b>")
    text, can_be_read = _position(draft, draft.place)
    if can_be_read and text and site.position:
        metres = distance_m(site.position.lonlat, parse_position(text).lonlat)
        st.caption(
            t(
                "From {before}, {metres} m away. Its pictures are cut anew when they are aligned next.",
                before=format_decimal(site.position.lonlat),
                metres=f"{metres:,.0f}",
            )
        )
    if _buttons(draft, t("Move it here"), can_be_read and bool(text)):
        _save(draft, {"position": text})


def _target(draft: Draft, site: Site) -> None:
    there = next((one for one in site.targets if one.id == draft.target), None)
    title = t("Change the target {id}", id=there.id) if there else t("A new target")
    st.html(f"<b>{safe(title)}</b>")
    was = there or Target("new")
    name, key = st.columns([3, 2])
    kind, direction = st.columns(2)
    stated: dict[str, Any] = {
        "name": name.text_input(t("Name"), was.name, max_chars=1000, key=f"{draft.key}.name").strip(),
        "kind": kind.selectbox(
            t("Class"),
            [one.value for one in TargetClass],
            index=list(TargetClass).index(was.kind),
            format_func=t,
            key=f"{draft.key}.kind",
        ),
        "direction": direction.selectbox(
            t("Over which traffic"),
            [_NO_DIRECTION, *(one.value for one in Direction)],
            index=[None, *Direction].index(was.direction),
            format_func=lambda one: t(one) if one else t("not said"),
            key=f"{draft.key}.direction",
        ),
        "note": st.text_input(t("Note"), was.note, max_chars=4000, key=f"{draft.key}.note").strip(),
    }
    if there is None:
        stated["id"] = key.text_input(
            t("Id"), max_chars=100, key=f"{draft.key}.id", placeholder=t("follows from the name")
        ).strip()
    else:
        stated = {"id": there.id} | {
            field: value for field, value in stated.items() if value != _of_target(there)[field]
        }
    ready = there is not None or bool(stated["name"] or stated["id"])
    if _buttons(draft, t("Save") if there else t("Add this target"), ready):
        _save(draft, {"targets": [stated]} if there is None or len(stated) > 1 else {})


def _of_target(target: Target) -> dict[str, str]:
    return {
        "name": target.name,
        "kind": target.kind.value,
        "direction": target.direction.value if target.direction else _NO_DIRECTION,
        "note": target.note,
    }


def _buttons(draft: Draft, label: str, ready: bool) -> bool:
    st.text_input(
        t("Reason"), max_chars=500, key=f"{draft.key}.reason", placeholder=t("why; stands in the history")
    )
    with st.container(horizontal=True):
        pressed = st.button(label, type="primary", disabled=not ready, key=f"{draft.key}.save")
        st.button(t("Close"), key=f"{draft.key}.close", on_click=close)
    return pressed


def _changed(draft: Draft, stated: Mapping[str, Any], position: str) -> dict[str, Any]:
    """Fields that were changed against the version that the form was opened with."""
    was = current_project().record.at(Site, draft.site, draft.base)
    if was is None:
        return dict(stated)
    before = {name: getattr(was, name) for name in stated if name not in ("aliases", "position")}
    before |= {"aliases": "; ".join(was.aliases), "position": position}
    return {name: value or "" for name, value in stated.items() if (value or "") != (before[name] or "")}


# -- saving --------------------------------------------------------------------------------------------------


def _do_add(stated: Mapping[str, Any], draft: Draft) -> None:
    author = state.author()
    if author is None:
        return
    try:
        made = actions.add_site(
            current_project(), author, stated, reason=_reason(draft) or "added on the Site page"
        )
    except WorkflowError as error:
        _say("warning", told(error))
    else:
        close()
        st.session_state[NEXT] = made.id
        _say("done", t("{name} is added.", name=made.name))
    st.rerun()


def _reason(draft: Draft) -> str:
    return str(st.session_state.get(f"{draft.key}.reason", "")).strip() or draft.reason


def _save(draft: Draft, changes: Mapping[str, Any]) -> None:
    author = state.author()
    if author is None:
        return
    if not changes:
        close()
        _say("note", t("Nothing was changed."))
        st.rerun()
    why = _reason(draft)
    try:
        actions.edit_site(
            current_project(),
            author,
            draft.site,
            changes,
            base_version=draft.base,
            reason=why or "changed on the Site page",
        )
    except EditConflict as error:
        st.session_state[_DRAFT] = replace(draft, changes=dict(changes), reason=why, refused=error)
    except WorkflowError as error:
        _say("warning", told(error))
    else:
        close()
        _say("done", t("Saved. Its history can put it back as it was."))
    st.rerun()


def _say(kind: str, sentence: str) -> None:
    st.session_state[_SAID] = (kind, sentence)


# -- conflicts -----------------------------------------------------------------------------------------------


def _conflict(draft: Draft, refused: EditConflict) -> None:
    picks = conflict.ask(refused, _words, _field, draft.key)
    with st.container(horizontal=True):
        pressed = st.button(
            t("Save"), type="primary", disabled=None in picks.values(), key=f"{draft.key}.decide"
        )
        st.button(t("Close without saving"), key=f"{draft.key}.close", on_click=close)
    if pressed:
        kept = conflict.mine_of(draft.changes or {}, picks)
        _save(replace(draft, base=refused.current_version, refused=None), kept)


def _field(name: str) -> str:
    titles = {
        "name": t("Name"),
        "name_local": t("Local name"),
        "aliases": t("Other names"),
        "category": t("Category"),
        "radius_m": t("Watch radius (m)"),
        "position": t("Position"),
        "road": t("Road"),
        "source": t("Source"),
        "note": t("Note"),
    }
    return titles.get(name, name)


def _words(_: str, value: object) -> str:
    """A value of a field as it stands in the record, for people."""
    if isinstance(value, Mapping) and "lonlat" in value:
        place = decode(LonLat, value["lonlat"])
        return f"{format_dms(place)} · {format_mgrs(place)}"
    if isinstance(value, Mapping):
        return ", ".join(str(inner) for inner in value.values() if inner)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)
