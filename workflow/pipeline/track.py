"""Tracking: cut every site's chips, lay them on a reference, score neighbouring pairs; only what is not done
yet.

Each site is a little plan that asks for calls on pixels, which workers run, and gets their results back. Sites
that lie together go side by side, and what they ask of one capture is one job, so that a capture is opened once
for many of them and its tiles are decoded once. Only the caller's thread reads and writes the record. A site's
results are stored as soon as they are complete, with a fingerprint of all they follow from; a site whose
fingerprint has not changed is left alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflow import chipcache, chips, compare, plugins, rasters
from workflow.actions.permissions import Deed, require
from workflow.errors import StaleWrite, WorkflowError
from workflow.executors import OpenExecutor, open_executor
from workflow.model import Author, Site
from workflow.pipeline import alignment
from workflow.pipeline.siteplan import (
    Call,
    Failed,
    Result,
    SiteReport,
    Steps,
    site_steps,
    state_name,
    state_text,
)
from workflow.scoring.base import AnyScorer

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Progress", "SiteReport", "TrackReport", "track"]

Progress = Callable[[str, int, int], None]

# so many pictures without georeference are named one by one
_NAMED = 5


@dataclass(frozen=True, slots=True)
class TrackReport:
    """What a run did in all; `unchanged` counts sites.

    `skipped` are sentences on what was left out as it should be (not located, not georeferenced), `failed` on what
    could not be done.
    """

    chips: int
    aligned: int
    scored: int
    unchanged: int
    skipped: tuple[str, ...]
    failed: tuple[str, ...]
    sites: tuple[SiteReport, ...] = ()


def track(
    project: Project,
    author: Author,
    sites: Sequence[str] | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
) -> TrackReport:
    """Bring chips, offsets and scores of `sites` (ids; None: all) up to date.

    `executor` is ``serial``, ``threads[:N]``, ``processes[:N]`` or ``dask:ADDRESS``; None uses a thread for every
    core. An interrupt leaves the sites that were finished.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when there is no site of an id.
    InputRefused
        when `executor` or the bound of the cache is not known.
    """
    require(author, Deed.ALIGN)
    cache, limit = project.state_dir / chips.CHIP_DIR, chipcache.limit_bytes()
    chosen = project.sites() if sites is None else tuple(project.site(one) for one in dict.fromkeys(sites))
    skipped = [*_not_located(chosen), *_not_georeferenced(project, None if sites is None else chosen)]
    located = [site for site in chosen if site.position is not None]
    scorers = _scorers()
    done: dict[str, SiteReport] = {}
    failed: list[str] = []
    with open_executor(executor) as pool:

        def results(some: Sequence[Site]) -> Iterator[Result]:
            """Of these sites, with what all offsets say of captures until now."""
            told = alignment.told(project.offsets())
            for group in _near_each_other(some):
                with chipcache.in_use(cache):
                    yield from _drive(pool, (site_steps(project, site, scorers, told) for site in group))
                chipcache.make_room(cache, limit)

        for result in results(located):
            done[result.site] = _store(project, author, result, failed)
            if progress is not None:
                progress("Sites", len(done), len(located))
        # only now do the sites say all they can of captures that could not be laid on the reference at others
        for result in results([site for site in located if _is_told(project, site)]):
            done[result.site] = _both(done[result.site], _store(project, author, result, failed))
    return _summed([done[site.id] for site in located], skipped, list(dict.fromkeys(failed)))


def _is_told(project: Project, site: Site) -> bool:
    """Whether an offset of the site rests on what other sites say, or might."""
    return any(
        one.method == compare.MEDIAN_METHOD or (one.method == compare.METHOD and not one.applied)
        for one in project.offsets(site=site.id)
    )


def _both(first: SiteReport, second: SiteReport) -> SiteReport:
    return SiteReport(
        first.site,
        first.chips + second.chips,
        first.aligned + second.aligned,
        first.scored + second.scored,
        first.unchanged and second.unchanged,
    )


def _summed(done: Sequence[SiteReport], skipped: Sequence[str], failed: Sequence[str]) -> TrackReport:
    return TrackReport(
        sum(one.chips for one in done),
        sum(one.aligned for one in done),
        sum(one.scored for one in done),
        sum(one.unchanged for one in done),
        tuple(skipped),
        tuple(failed),
        tuple(done),
    )


def _scorers() -> tuple[AnyScorer, ...]:
    found: dict[str, AnyScorer] = dict(plugins.load("workflow.scoring"))
    return tuple(sorted(found.values(), key=lambda one: one.name))


def _not_located(sites: Iterable[Site]) -> list[str]:
    return [
        f"Site {site.id} is not located: give it a position in sites.geojson."
        for site in sites
        if site.position is None
    ]


def _not_georeferenced(project: Project, sites: Sequence[Site] | None) -> list[str]:
    """Sentences on pictures without georeference, all or those tied to `sites`: one each, of many one for all."""
    wanted = None if sites is None else {site.id for site in sites}
    found = [
        capture
        for capture in project.captures()
        if not capture.is_georeferenced and (wanted is None or capture.site in wanted)
    ]
    if len(found) > _NAMED:
        return [
            f"{len(found)} pictures without georeference were left out, {found[0].file} first; "
            "'sitetrack captures list' shows no crs for them."
        ]
    return [
        f"{capture.file} ({capture.id}) has no georeference and was left out"
        + (f"; it can be looked at under site {capture.site}." if capture.site else ".")
        for capture in found
    ]


# -- running plans -------------------------------------------------------------------------------------------

# sites under way at a time, and calls in a job: enough that opening a capture and sending a job cost nothing beside
_SITES_AT_ONCE = 48
_CALLS_IN_A_JOB = 24
# one strip of the Earth after the other: about a kilometre
_STRIP_DEG = 0.01


class _Job:
    """A plan under way: the calls that it waits for, and their results."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.calls: list[Call] = []
        self.results: list[Any] = []
        self.result: Result | None = None

    def advance(self, results: list[Any] | None) -> None:
        """Give the plan its results; it then waits for the next calls, or has its result."""
        try:
            calls = next(self.steps) if results is None else self.steps.send(results)
            while not calls:
                calls = self.steps.send([])
        except StopIteration as end:
            self.result = end.value
            return
        self.calls, self.results = calls, [None] * len(calls)


def _near_each_other(sites: Sequence[Site]) -> Iterator[tuple[Site, ...]]:
    """Groups of located sites, those in a group near each other, in an order that goes from tile to tile."""
    places = [(site.position.lonlat, site) for site in sites if site.position is not None]
    ordered = [
        site for _, site in sorted(places, key=lambda one: (round(one[0].lat / _STRIP_DEG), one[0].lon))
    ]
    for start in range(0, len(ordered), _SITES_AT_ONCE):
        yield tuple(ordered[start : start + _SITES_AT_ONCE])


def _drive(pool: OpenExecutor, plans: Iterator[Steps]) -> Iterator[Result]:
    """Run plans side by side, round by round, and give their results as they end."""
    active = [_Job(steps) for steps in plans]
    for job in active:
        job.advance(None)
    while active:
        yield from (job.result for job in active if job.result is not None)
        active = [job for job in active if job.result is None]
        _run_round(pool, active)
        for job in active:
            job.advance(job.results)


def _run_round(pool: OpenExecutor, active: Sequence[_Job]) -> None:
    """Run the calls of all plans, those on one capture together, and put the results where they belong."""
    asked: dict[str, list[tuple[_Job, int]]] = {}
    for job in active:
        for number, call in enumerate(job.calls):
            asked.setdefault(_capture_of(call), []).append((job, number))
    count = sum(map(len, asked.values()))
    most = min(_CALLS_IN_A_JOB, max(1, count // (2 * pool.workers)))
    sent: list[tuple[Future[list[Any]], list[tuple[_Job, int]]]] = []
    for some in asked.values():
        for start in range(0, len(some), most):
            part = some[start : start + most]
            sent.append((pool.pool.submit(_run, [job.calls[number] for job, number in part]), part))
    for future, part in sent:
        for (job, number), made in zip(part, future.result(), strict=True):
            job.results[number] = made


def _capture_of(call: Call) -> str:
    """The capture that a call reads: that of its last cut."""
    cuts = [one for one in call[1] if isinstance(one, chips.Cut)]
    return cuts[-1].working if cuts else ""


def _run(calls: Sequence[Call]) -> list[Any]:
    """The results of calls, in a worker; a capture is opened once for all of them."""
    with rasters.kept_open():
        return [_guarded(function, arguments) for function, arguments in calls]


def _guarded(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """The call's result; what can go wrong with a file becomes a value, so that the other captures go on."""
    try:
        return function(*arguments)
    except (WorkflowError, OSError) as error:
        return Failed(str(error))


# -- storing -------------------------------------------------------------------------------------------------


def _store(project: Project, author: Author, result: Result, failed: list[str]) -> SiteReport:
    """Put a site's results into the record, the fingerprint last, and drop chips that nothing names any more."""
    report = result.report or SiteReport(result.site)
    failed.extend(dict.fromkeys(result.problems))
    if report.unchanged and not result.fingerprint and not result.problems:
        return report
    record = project.record
    try:
        if result.changed:
            with record.write(
                author, f"aligned {len(result.changed)} captures at site {result.site}"
            ) as transaction:
                for offset, version in result.changed:
                    transaction.put(offset, base_version=version)
    except StaleWrite as error:
        failed.append(f"Site {result.site} was changed meanwhile ({error}) Run track again.")
        return SiteReport(result.site)
    record.save_chip(*result.chips)
    record.save_scores(result.scores)
    record.set_meta(state_name(result.site), state_text(result))
    _drop_unused(project, result)
    return report


def _drop_unused(project: Project, result: Result) -> None:
    kept = {chips.key_of(name) for name in result.keep}
    for path in (project.state_dir / chips.CHIP_DIR / result.site).glob("*.npz"):
        if chips.key_of(path.name) not in kept:
            with contextlib.suppress(OSError):  # still open somewhere (Windows): the next run drops it
                path.unlink()
