"""Tracking: cut every site's chips, lay them on a reference, score neighbouring pairs; only what is not done
yet.

Each site is a little plan that asks for calls on pixels, which workers run, and gets their results back. Only
the caller's thread reads and writes the record. A site's results are stored as soon as they are complete,
with a fingerprint of all they follow from; a site whose fingerprint has not changed is left alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflow import chips, compare, plugins
from workflow.actions.permissions import Deed, require
from workflow.errors import StaleWrite, WorkflowError
from workflow.executors import OpenExecutor, open_executor
from workflow.model import Author, Site
from workflow.pipeline import alignment
from workflow.pipeline.siteplan import Failed, Result, SiteReport, Steps, site_steps, state_name, state_text
from workflow.scoring.base import AnyScorer

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Progress", "SiteReport", "TrackReport", "track"]

Progress = Callable[[str, int, int], None]


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

    `executor` is ``serial``, ``threads[:N]`` or ``processes[:N]``; None uses a thread for every core. An
    interrupt leaves the sites that were finished.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when there is no site of an id.
    InputRefused
        when `executor` is not known.
    """
    require(author, Deed.ALIGN)
    chosen = project.sites() if sites is None else tuple(project.site(one) for one in dict.fromkeys(sites))
    skipped = [*_not_located(chosen), *_not_georeferenced(project, None if sites is None else chosen)]
    located = [site for site in chosen if site.position is not None]
    scorers = _scorers()
    done: dict[str, SiteReport] = {}
    failed: list[str] = []
    with open_executor(executor) as pool:
        told = alignment.told(project.offsets())
        for result in _drive(pool, (site_steps(project, site, scorers, told) for site in located)):
            done[result.site] = _store(project, author, result, failed)
            if progress is not None:
                progress("Sites", len(done), len(located))
        # only now do the sites say all they can of captures that could not be laid on the reference at others
        told = alignment.told(project.offsets())
        again = [site for site in located if _is_told(project, site)]
        for result in _drive(pool, (site_steps(project, site, scorers, told) for site in again)):
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
    """Sentences on the pictures without georeference: all, or those tied to `sites`."""
    wanted = None if sites is None else {site.id for site in sites}
    return [
        f"{capture.file} ({capture.id}) has no georeference and was left out"
        + (f"; it can be looked at under site {capture.site}." if capture.site else ".")
        for capture in project.captures()
        if not capture.is_georeferenced and (wanted is None or capture.site in wanted)
    ]


# -- running plans -------------------------------------------------------------------------------------------


class _Job:
    """A plan under way: the calls it waits for."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.futures: list[Future[Any]] = []


def _drive(pool: OpenExecutor, plans: Iterator[Steps]) -> Iterator[Result]:
    """Run plans side by side, a few more than there are workers, and give each result when it is complete."""
    window = pool.workers + 1 if pool.workers > 1 else 1
    active: list[_Job] = []
    while True:
        while len(active) < window and (steps := next(plans, None)) is not None:
            job = _Job(steps)
            result = _advance(pool, job, None)
            if result is not None:
                yield result
            else:
                active.append(job)
        if not active:
            return
        wait([one for job in active for one in job.futures if not one.done()], return_when=FIRST_COMPLETED)
        for job in [one for one in active if all(future.done() for future in one.futures)]:
            result = _advance(pool, job, [future.result() for future in job.futures])
            if result is not None:
                active.remove(job)
                yield result


def _advance(pool: OpenExecutor, job: _Job, results: list[Any] | None) -> Result | None:
    """Give a plan its results and submit what it asks for next; its result when it has come to its end."""
    try:
        calls = next(job.steps) if results is None else job.steps.send(results)
        while not calls:
            calls = job.steps.send([])
    except StopIteration as end:
        result: Result = end.value
        return result
    job.futures = [pool.pool.submit(_guarded, function, arguments) for function, arguments in calls]
    return None


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
    kept = {name.rpartition("/")[2] for name in result.keep}
    for path in (project.state_dir / chips.CHIP_DIR / result.site).glob("*.npz"):
        if path.name not in kept:
            with contextlib.suppress(OSError):  # still open somewhere (Windows): the next run drops it
                path.unlink()
