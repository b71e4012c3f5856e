"""Which captures a figure shows, and what was said of the target in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow.chips import chip, covering, share
from workflow.errors import InputRefused, UnknownName
from workflow.findings import joint_state, target_findings
from workflow.model import (
    MOST_PANELS,
    Capture,
    Event,
    FigureOptions,
    Finding,
    Layout,
    Observation,
    Review,
    Site,
    State,
    Target,
    Witness,
)
from workflow.stills import Still

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Choice", "choose"]

# a default picks captures that show most of the place before those that only touch it
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Choice:
    """What a figure is about: one to eight pictures, in order; of a clip each is a frame.

    `finding` is the appeared interval of the first of the `targets`, `states` what was said of each target by capture
    id, `asked` whether the captures were named.
    """

    site: Site
    targets: tuple[Target, ...]
    pictures: tuple[Still, ...]
    states: Mapping[str, Mapping[str, str]]
    finding: Finding | None = None
    asked: bool = False

    @property
    def captures(self) -> tuple[Capture, ...]:
        """The captures of the pictures, in their order."""
        return tuple(one.capture for one in self.pictures)

    def said(self, capture: Capture) -> tuple[tuple[Target, str], ...]:
        """What was said of each target in a capture, "" where nobody said."""
        return tuple((one, self.states[one.id].get(capture.id, "")) for one in self.targets)


def choose(project: Project, site_id: str, options: FigureOptions) -> Choice:
    """The captures asked for, else the witnesses of the target's appearance, else earliest and latest.

    Raises
    ------
    UnknownName, AmbiguousName
        when a site, target or capture is not known.
    InputRefused
        when a capture does not show the site or was withdrawn, one is asked for twice, the layout needs another
        number of them, or nothing shows the site.
    """
    site = project.site(site_id)
    observations = project.statements(site=site.id)
    captures = {capture.id: capture for capture in project.all_captures()}
    targets = _targets(site, options.target, observations, captures)
    finding = _appeared(site, targets[0] if targets else None, observations, captures)
    mapped = covering(project, site)
    in_use = {key: one for key, one in captures.items() if one.withdrawn is None}
    stills = tuple(one for one in in_use.values() if one.site == site.id and not one.is_georeferenced)
    states = {one.id: _states(one, observations) for one in targets}
    said = states[targets[0].id] if targets else {}
    chosen = _asked(project, site, options, (*mapped, *stills))
    if not chosen:
        wanted = _witnesses(finding, said, in_use)
        if options.layout in (Layout.GRID, Layout.FILMSTRIP) and options.before is options.after is None:
            chosen = _as_stills(_series(project, site, mapped, stills, wanted))
        else:
            pair = tuple(project.still(name) if name else None for name in (options.before, options.after))
            for still in pair:
                _check_shows(site, still, (*mapped, *stills))
            chosen = _fill(project, site, pair, wanted, mapped, stills)
    if options.layout is Layout.FILMSTRIP:
        chosen = tuple(sorted(chosen, key=lambda one: (one.capture.date_order, one.number)))
    if options.layout is Layout.BEFORE_AFTER and len(chosen) != 2:
        raise InputRefused(
            "Figure", f"before and after are two pictures, not {len(chosen)}", "choose another --layout"
        )
    named = options.captures or options.before or options.after
    return Choice(site, targets, chosen, states, finding, bool(named))


def _as_stills(captures: Iterable[Capture]) -> tuple[Still, ...]:
    return tuple(Still(one) for one in captures)


def _asked(
    project: Project, site: Site, options: FigureOptions, shows: Sequence[Capture]
) -> tuple[Still, ...]:
    """The pictures that were named as panels, in their order; none where there are no such."""
    if options.captures and (options.before or options.after):
        raise InputRefused("Figure", "captures are named twice", "give --captures, or --before and --after")
    chosen = tuple(project.still(name) for name in options.captures)
    if len(chosen) > MOST_PANELS:
        raise InputRefused(
            "Figure", f"{len(chosen)} captures are asked for", f"choose {MOST_PANELS} of them at most"
        )
    for number, still in enumerate(chosen):
        _check_shows(site, still, shows)
        if still in chosen[:number]:
            raise InputRefused(f"Capture {still.name}", "is asked for twice", "give it once")
    return chosen


def _series(
    project: Project,
    site: Site,
    mapped: Sequence[Capture],
    stills: Sequence[Capture],
    wanted: tuple[Capture | None, Capture | None],
) -> tuple[Capture, ...]:
    """Up to eight captures that show most of the place, from first to last: witnesses, ends, and evenly between."""
    good = [one for one in mapped if one.is_dated and share(chip(project, site, one)) >= _MOST]
    pool = sorted(good or [*mapped, *stills], key=lambda one: one.date_order)
    if not pool:
        raise _nothing(site)
    kept = {pool[0].id, pool[-1].id, *(one.id for one in wanted if one in pool)}
    others = [one for one in pool if one.id not in kept]
    room = MOST_PANELS - len(kept)
    if len(others) > room:
        others = [others[round((at + 0.5) * len(others) / room - 0.5)] for at in range(room)]
    kept |= {one.id for one in others}
    return tuple(one for one in pool if one.id in kept)


def _targets(
    site: Site, asked: str | None, observations: Sequence[Observation], captures: dict[str, Capture]
) -> tuple[Target, ...]:
    """The targets asked for; else the first of those whose appearance is bounded best."""
    if asked is None:
        best = _target(site, None, observations, captures)
        return () if best is None else (best,)
    names = dict.fromkeys(name.strip() for name in asked.split(",") if name.strip())
    found = [_target(site, name, observations, captures) for name in names]
    return tuple(one for one in found if one is not None)


def _target(
    site: Site, target_id: str | None, observations: Sequence[Observation], captures: dict[str, Capture]
) -> Target | None:
    """The target asked for; else the first of those whose appearance is bounded best."""
    if target_id is not None:
        for target in site.targets:
            if target.id == target_id:
                return target
        raise UnknownName(f"target of {site.id}", target_id, [target.id for target in site.targets])
    if not site.targets:
        return None
    return max(site.targets, key=lambda one: _bounds(_appeared(site, one, observations, captures)))


def _bounds(finding: Finding | None) -> int:
    """How much a finding says: 2 with both bounds, 1 with a presence alone, else 0."""
    if finding is None or finding.by is None:
        return 0
    return 1 if finding.after is None else 2


def _appeared(
    site: Site, target: Target | None, observations: Iterable[Observation], captures: dict[str, Capture]
) -> Finding | None:
    """The appeared interval of a target that rests on imagery."""
    if target is None:
        return None
    witnesses = [
        Witness(
            one.state,
            captures[one.capture].acquired,
            one.capture,
            one.author,
            one.review is Review.APPROVED,
            captures[one.capture].synthetic,
        )
        for one in observations
        if one.target == target.id and one.state.decisive and one.capture in captures
    ]
    found = target_findings(site.id, target.id, witnesses)
    return next((one for one in found if one.event is Event.APPEARED and one.source == "imagery"), None)


def _states(target: Target | None, observations: Iterable[Observation]) -> dict[str, str]:
    """What was said of the target by capture: see `joint_state`."""
    said: dict[str, set[State]] = {}
    for one in observations:
        if target is not None and one.target == target.id:
            said.setdefault(one.capture, set()).add(one.state)
    return {capture: joint_state(states) for capture, states in said.items()}


def _witnesses(
    finding: Finding | None, said: dict[str, str], captures: dict[str, Capture]
) -> tuple[Capture | None, Capture | None]:
    """The last of the `captures` without the target and the first with it, as far as there are such."""
    known = (
        sorted(
            (captures[one] for one in finding.witnesses if one in captures),
            key=lambda one: one.date_order,
        )
        if finding
        else []
    )
    absent = [one for one in known if said.get(one.id) == State.ABSENT]
    present = [one for one in known if said.get(one.id) == State.PRESENT]
    return absent[-1] if absent else None, present[0] if present else None


def _check_shows(site: Site, still: Still | None, shows: Sequence[Capture]) -> None:
    if still is None or any(still.capture.id == one.id for one in shows):
        return
    known = ", ".join(one.file for one in shows[:5]) or "none yet"
    remedy = f"choose one that does ({known}{', …' if len(shows) > 5 else ''})"
    raise InputRefused(f"Capture {still.capture.file}", f"does not show site {site.id}", remedy)


def _fill(
    project: Project,
    site: Site,
    asked: tuple[Still | None, ...],
    wanted: tuple[Capture | None, Capture | None],
    mapped: Sequence[Capture],
    stills: Sequence[Capture],
) -> tuple[Still, ...]:
    """What was asked for, the rest from the witnesses, else from both ends of the captures."""
    before, after = asked
    if before is not None and after is not None:
        _check_order(before, after)
        return before, after
    if before is not None:
        last = _other(before.capture, wanted[1]) or _end(
            project, site, _alike(before, mapped, stills)[::-1], before.capture
        )
        return (before, *_as_stills([last] if last else []))
    if after is not None:
        first = _other(after.capture, wanted[0]) or _end(
            project, site, _alike(after, mapped, stills), after.capture
        )
        return (*_as_stills([first] if first else []), after)
    return _as_stills(_by_default(project, site, wanted, mapped, stills))


def _alike(given: Still, mapped: Sequence[Capture], stills: Sequence[Capture]) -> Sequence[Capture]:
    """What goes with a picture that was given: those on the map, or stills."""
    return mapped if given.capture.is_georeferenced else stills


def _check_order(before: Still, after: Still) -> None:
    if before.key == after.key:
        raise InputRefused(
            f"Capture {before.name}",
            "is asked for before and after",
            "choose another one, or give it once",
        )
    one, other = before.capture, after.capture
    if one.is_dated and other.is_dated and one.date_order > other.date_order:
        raise InputRefused(
            f"Capture {before.name}",
            f"is asked for before {after.name} but was taken after it",
            "exchange the two",
        )


def _by_default(
    project: Project,
    site: Site,
    wanted: tuple[Capture | None, Capture | None],
    mapped: Sequence[Capture],
    stills: Sequence[Capture],
) -> tuple[Capture, ...]:
    """The witnesses; where one is missing, an end of the captures of its sort, in the order of dates."""
    witness = wanted[1] or wanted[0]
    pool = mapped or stills
    if witness is not None:
        pool = mapped if witness.is_georeferenced else stills
    first = wanted[0] or _end(project, site, pool, wanted[1])
    if first and witness and witness is wanted[1] and first.date_order > witness.date_order:
        first = _end(
            project, site, pool[::-1], witness
        )  # nothing is earlier: rather the latest than the next
    last = wanted[1] or _end(project, site, pool[::-1], first)
    chosen = sorted((one for one in (first, last) if one is not None), key=lambda one: one.date_order)
    if not chosen:
        raise _nothing(site)
    return tuple(chosen)


def _other(given: Capture, witness: Capture | None) -> Capture | None:
    """A witness that goes with the capture that was given."""
    fits = (
        witness is not None and witness.id != given.id and witness.is_georeferenced == given.is_georeferenced
    )
    return witness if fits else None


def _end(project: Project, site: Site, pool: Sequence[Capture], beside: Capture | None) -> Capture | None:
    """The first of `pool` that shows most of the place, else any of it; undated ones come last."""
    others = [one for one in pool if beside is None or one.id != beside.id]
    ordered = sorted(others, key=lambda one: not one.is_dated)
    touching = None
    for capture in ordered:
        shown = 1.0 if not capture.is_georeferenced else share(chip(project, site, capture))
        if shown >= _MOST:
            return capture
        touching = touching or (capture if shown > 0 else None)
    return touching


def _nothing(site: Site) -> InputRefused:
    if site.position is None:
        return InputRefused(
            f"Site {site.id}",
            "is not located and has no picture of its own",
            f"give it a position in sites.geojson, or take in a picture with 'ingest FILE --site {site.id}'",
        )
    return InputRefused(
        f"Site {site.id}", "is not covered by any capture", "take one in with 'sitetrack ingest'"
    )
