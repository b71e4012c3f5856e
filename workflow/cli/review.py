"""``sitetrack review``: submit, approve and return work, second readings, agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.cli.options import author_options, declared_author, open_project, print_rows, project_options

if TYPE_CHECKING:
    from workflow.model import Author, ReviewEntry
    from workflow.project import Project

__all__ = ["command"]

Row = dict[str, Any]
STATES = ("present", "absent", "uncertain", "obscured", "insufficient")

_version = click.option(
    "--version",
    "version",
    type=click.IntRange(min=1),
    help="Version that you saw (default: the current one).",
)


def _comment(required: bool = False) -> Callable[..., Any]:
    words = "What is said with it."
    if required:  # a default, even None, counts as given
        return click.option("--comment", required=True, help=words)
    return click.option("--comment", default="", help=words)


@click.group("review")
def command() -> None:
    """Submit work, approve or return it, have it read again.

    ID is the id of an observation or annotation, or the start of one (six characters or more).
    """


@command.command("list")
@click.option("--site", "site_id", metavar="ID", help="Only this site.")
@click.option(
    "--state",
    "review",
    type=click.Choice(["draft", "submitted", "returned"]),
    help="Only work that stands so.",
)
@project_options
def list_(site_id: str | None, review: str | None, project_dir: Path | None, as_json: bool) -> None:
    """List work that is not decided: what waits for a lead, what was returned, drafts."""
    from workflow.model import Review
    from workflow.readmodels import reviews

    wanted = reviews.OPEN_WORK if review is None else (Review(review),)
    with open_project(project_dir) as project:
        rows = reviews.review_queue(project, site_id, wanted)
    shown = (
        "id",
        "version",
        "site",
        "target",
        "file",
        "date",
        "basis",
        "what",
        "author",
        "review",
        "comment",
    )
    print_rows(rows if as_json else _some(rows, shown), as_json, empty="Nothing waits.")


@command.command("submit")
@click.argument("object_id", metavar="[ID]", required=False)
@click.option("--site", "site_id", metavar="ID", help="All your own drafts at this site.")
@_version
@_comment()
@author_options
@project_options
def submit(
    object_id: str | None,
    site_id: str | None,
    version: int | None,
    comment: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Hand in your own work: one draft by its ID, or all at a site."""
    from workflow import actions

    if (object_id is None) == (site_id is None):
        raise click.UsageError("give the ID of one draft, or --site")
    author = declared_author(author_name, role)
    if object_id is not None:
        _step(actions.submit, object_id, version, comment, author, project_dir, as_json)
        return
    if version is not None or comment:
        raise click.UsageError("--version and --comment go with one ID, not with --site")
    with open_project(project_dir) as project:
        done = actions.submit_site(project, author, str(site_id))
        rows = [_last_step(project, key) for key in done]
    print_rows(rows, as_json, empty="No draft of yours there.")


def _judging(name: str, action: str, text: str, *, comment_needed: bool = False) -> None:
    """Add the command of a step that a lead takes on one piece of work."""

    @command.command(name, help=text)
    @click.argument("object_id", metavar="ID")
    @_version
    @_comment(required=comment_needed)
    @author_options
    @project_options
    def judge(
        object_id: str,
        version: int | None,
        comment: str,
        author_name: str | None,
        role: str,
        project_dir: Path | None,
        as_json: bool,
    ) -> None:
        from workflow import actions

        author = declared_author(author_name, role)
        _step(getattr(actions, action), object_id, version, comment, author, project_dir, as_json)


_judging("approve", "approve", "Approve submitted work of somebody else (leads).")
_judging("return", "return_work", "Give submitted work back with a comment (leads).", comment_needed=True)
_judging(
    "reopen",
    "reopen",
    "Make approved or superseded work a draft again; the comment says why (leads).",
    comment_needed=True,
)


@command.command("log")
@click.argument("object_id", metavar="ID")
@project_options
def log(object_id: str, project_dir: Path | None, as_json: bool) -> None:
    """Show what was done to one piece of work in review, the first step first."""
    from workflow.readmodels import reviews

    with open_project(project_dir) as project:
        kind, key, _ = reviews.reviewable(project, object_id)
        rows = reviews.review_log(project, kind, key)
    shown = ("at", "author", "role", "verdict", "version", "comment")
    print_rows(rows if as_json else _some(rows, shown), as_json)


# -- two readings --------------------------------------------------------------------------------------------


@command.command("second-reading")
@click.argument("object_id", metavar="ID")
@_comment()
@author_options
@project_options
def second_reading(
    object_id: str,
    comment: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Ask for a second, blind reading of an observation (leads)."""
    from workflow import actions

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        key = _observation(project, object_id)
        print_rows([_entry_row(actions.ask_second_reading(project, author, key, comment))], as_json)


@command.command("read")
@click.argument("site")
@click.argument("capture")
@click.argument("state", type=click.Choice(STATES))
@click.option("--target", help="Target's id (may be left out where the site has one).")
@click.option(
    "--confidence", type=click.Choice(["low", "moderate", "high"]), default="moderate", show_default=True
)
@click.option("--note", default="", help="What the statement rests on.")
@author_options
@project_options
def read(
    site: str,
    capture: str,
    state: str,
    target: str | None,
    confidence: str,
    note: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Give a second reading that was asked for, without having seen the first."""
    from workflow import actions
    from workflow.readmodels import reviews

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        targets = [one.id for one in project.site(site).targets]
        if target is None and len(targets) != 1:
            raise click.UsageError(f"name the target with --target ({', '.join(targets) or 'there is none'})")
        said = actions.second_read(
            project,
            author,
            site=site,
            target=target or targets[0],
            capture=capture,
            state=state,
            confidence=confidence,
            note=note,
        )
        rows = [
            row
            for row in reviews.second_readings(project, author.name)
            if row["second"] and row["second"]["id"] == said.id
        ]
    print_rows(rows if as_json else [_readings_line(row) for row in rows], as_json)


@command.command("readings")
@click.option("--open", "only_open", is_flag=True, help="Only those that are still to be given.")
@author_options
@project_options
def readings(
    only_open: bool, author_name: str | None, role: str, project_dir: Path | None, as_json: bool
) -> None:
    """List second readings that were asked for; what you may still read yourself keeps its states hidden."""
    from workflow.readmodels import reviews

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        rows = [row for row in reviews.second_readings(project, author.name) if row["open"] or not only_open]
    print_rows(
        rows if as_json else [_readings_line(row) for row in rows], as_json, empty="None was asked for."
    )


@command.command("disagreements")
@project_options
def disagreements(project_dir: Path | None, as_json: bool) -> None:
    """List where readers differ and nobody has decided."""
    from workflow.readmodels import reviews

    with open_project(project_dir) as project:
        rows = reviews.disagreements(project)
    shown = [{**row, "readings": "; ".join(map(_reading_words, row["readings"]))} for row in rows]
    print_rows(rows if as_json else shown, as_json, empty="No readings differ.")


@command.command("adjudicate")
@click.argument("object_id", metavar="ID")
@click.option(
    "--version",
    "versions",
    multiple=True,
    metavar="ID=N",
    help="Version that you saw of a reading; repeat it for each (default: the current ones).",
)
@_comment(required=True)
@author_options
@project_options
def adjudicate(
    object_id: str,
    versions: tuple[str, ...],
    comment: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Decide between the readings of one target in one capture: ID is the one that is right (leads)."""
    from workflow import actions

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        key = _observation(project, object_id)
        seen = _versions_there(project, key) | dict(_stated_version(project, one) for one in versions)
        entries = actions.adjudicate(project, author, key, seen, comment)
    print_rows([_entry_row(one) for one in entries], as_json)


@command.command("agreement")
@project_options
def agreement(project_dir: Path | None, as_json: bool) -> None:
    """Show how far two readers agree: percent and Cohen's kappa, blind readings apart from the others."""
    from workflow.readmodels import reviews

    with open_project(project_dir) as project:
        rows = reviews.agreement(project)
    shown = (
        "blind",
        "targets",
        "question",
        "n",
        "percent",
        "kappa",
        "standard_error",
        "low",
        "high",
        "reason",
    )
    print_rows(rows if as_json else _some(rows, shown), as_json)


# -- shared --------------------------------------------------------------------------------------------------


def _step(
    action: Callable[..., ReviewEntry],
    reference: str,
    version: int | None,
    comment: str,
    author: Author,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Take one step at the version that was given, else at the current one, and print what was done."""
    from workflow.readmodels import reviews

    with open_project(project_dir) as project:
        kind, key, current = reviews.reviewable(project, reference)
        entry = action(project, author, kind, key, current if version is None else version, comment)
    print_rows([_entry_row(entry)], as_json)


def _entry_row(entry: ReviewEntry) -> Row:
    return {
        "kind": entry.kind,
        "id": entry.subject,
        "version": entry.subject_version,
        "verdict": entry.verdict.value,
        "comment": entry.comment,
    }


def _last_step(project: Project, key: str) -> Row:
    from workflow.readmodels import reviews

    kind, _, _ = reviews.reviewable(project, key)
    last = reviews.review_log(project, kind, key)[-1]
    return {"kind": kind, "id": key, **{name: last[name] for name in ("version", "verdict", "comment")}}


def _observation(project: Project, reference: str) -> str:
    from workflow.readmodels import reviews

    kind, key, _ = reviews.reviewable(project, reference)
    if kind != "observation":
        raise click.UsageError(f"{key} is an annotation; give the ID of an observation")
    return key


def _versions_there(project: Project, key: str) -> dict[str, int]:
    """Current versions of everything said of the same target in the same capture."""
    from workflow.model import Observation

    known = project.record.get(Observation, key)
    if known is None:
        return {}
    one = known.value
    rows = project.record.rows(Observation, site=one.site, target=one.target, capture=one.capture)
    return {row.value.id: row.version for row in rows}


def _stated_version(project: Project, text: str) -> tuple[str, int]:
    reference, _, number = text.rpartition("=")
    if not reference or not number.isdecimal():
        raise click.UsageError(f"--version {text}: write ID=N")
    return _observation(project, reference), int(number)


def _some(rows: Iterable[Row], names: Iterable[str]) -> list[Row]:
    names = tuple(names)
    return [{name: row[name] for name in names} for row in rows]


def _readings_line(row: Row) -> Row:
    words = {name: _reading_words(row[name]) if row[name] else None for name in ("first", "second")}
    return {**row, **words}


def _reading_words(reading: Row) -> str:
    return f"{reading['author']}: {reading['state'] or 'hidden'} ({reading['id'][:8]}, version {reading['version']})"
