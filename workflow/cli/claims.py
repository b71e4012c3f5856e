"""``sitetrack claims``: sentences that were published, what they rest on, and whether they still hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workflow.cli.options import (
    author_options,
    declared_author,
    open_project,
    print_rows,
    project_options,
)

if TYPE_CHECKING:
    from workflow.claims import Query
    from workflow.project import Project

__all__ = ["command"]

Row = Mapping[str, Any]
T = TypeVar("T")


@click.group("claims")
def command() -> None:
    """Keep published sentences with what they rest on, and see which of them still hold."""


@command.command("add")
@click.argument("sentence")
@click.option(
    "--event", metavar="SITE/TARGET/EVENT", help="It dates an event: appeared, removed, reappeared."
)
@click.option("--growth", metavar="DAY", help="It counts targets by the end of this day, month or year.")
@click.option("--published", is_flag=True, help="A publication says it: held, not derived.")
@click.option("--standing", is_flag=True, help="Count what stood, instead of what had ever appeared.")
@click.option("--category", default="", help="Count only sites of this category.")
@click.option("--road", default="", help="Count only sites on this road.")
@click.option("--kind", default="", help="Count only targets of this class.")
@click.option(
    "--area", metavar="FILE|W,S,E,N", help="Count only sites in a GeoJSON polygon or a box of degrees."
)
@click.option("--approved", is_flag=True, help="Rest on approved statements alone.")
@click.option("--number", type=click.IntRange(min=0), help="The number that the publication gives.")
@click.option("--what", default="", help="What that number counts.")
@click.option("--when", metavar="DATE", help="The date that the publication gives.")
@click.option("--source", default="", help="Where the sentence was published.")
@click.option("--page", default="", help="Page, figure or section there.")
@click.option("--topic", default="", help="Claims of one topic stand beside each other.")
@click.option("--note", default="", help="Anything to be kept with it.")
@author_options
@project_options
def add(
    sentence: str,
    source: str,
    page: str,
    topic: str,
    note: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
    **stated: Any,
) -> None:
    """Put SENTENCE into the ledger, with what follows from the record today.

    Give one of --event, --growth and --published.
    """
    from workflow import actions
    from workflow.readmodels import claims

    author = declared_author(author_name, role)
    query = _query(sentence, stated)
    with open_project(project_dir) as project:
        frozen = claims.freeze(project, claims.resolved(project, query))
        made = actions.add_claim(
            project, author, sentence, frozen, source=source, page=page, topic=topic, note=note
        )
        _print_one(project, made.id, as_json)


def _query(sentence: str, stated: Mapping[str, Any]) -> Query:
    from workflow.claims import GrowthQuery, Published, Series, bound_of, counted_by, published_span
    from workflow.model import Subset
    from workflow.register.areas import area_of

    chosen = [name for name in ("event", "growth", "published") if stated[name]]
    if len(chosen) != 1:
        raise click.UsageError("give one of --event SITE/TARGET/EVENT, --growth DAY and --published")
    goes_with = {
        "event": ("approved",),
        "growth": ("approved", "standing", "category", "road", "kind", "area"),
        "published": ("number", "what", "when"),
    }
    known = {"event", "growth", "published", *goes_with[chosen[0]]}
    given = [
        name for name, value in stated.items() if value is not None and value is not False and value != ""
    ]
    other = [name for name in given if name not in known]
    if other:
        raise click.UsageError(f"--{other[0]} does not go with --{chosen[0]}")
    if chosen == ["published"]:
        when = _read(published_span, stated["when"], "--when") if stated["when"] else None
        return Published(stated["number"], stated["what"].strip(), when, bound_of(sentence))
    if chosen == ["event"]:
        return _event(stated["event"], stated["approved"])
    area = _read(area_of, stated["area"], "--area") if stated["area"] else None
    series = Series.STANDING if stated["standing"] else Series.APPEARED
    subset = Subset(stated["category"], stated["road"], stated["kind"], area)
    day = _read(counted_by, stated["growth"], "--growth")
    return GrowthQuery(day, series, subset, approved=stated["approved"])


def _event(text: str, approved: bool) -> Query:
    from workflow.claims import EventQuery
    from workflow.model import Event

    parts = text.split("/")
    if len(parts) != 3 or parts[2] not in tuple(Event):
        raise click.BadParameter(
            f"'{text}' is not SITE/TARGET/EVENT; write it like north-gate/gantry/appeared",
            param_hint="--event",
        )
    return EventQuery(parts[0], parts[1], Event(parts[2]), approved=approved)


def _read(read: Callable[[str], T], text: str, option: str) -> T:
    from workflow.errors import InputRefused

    try:
        return read(text)
    except InputRefused as error:
        raise click.BadParameter(str(error), param_hint=option) from error


@command.command("list")
@click.option("--topic", help="Only claims of this topic.")
@click.option(
    "--status", help="Only claims that stand so: holds, narrowed, widened, changed, contradicted, …"
)
@click.option("--all", "withdrawn", is_flag=True, help="Withdrawn ones too.")
@project_options
def list_(
    topic: str | None, status: str | None, withdrawn: bool, project_dir: Path | None, as_json: bool
) -> None:
    """List claims with what they said then and what the record gives now.

    Claims of one topic stand beside each other; which of them share no day is said on stderr.
    """
    from workflow.claims import Standing
    from workflow.readmodels import claims

    if status is not None and status not in tuple(Standing):
        raise click.BadParameter(f"'{status}' is none of {', '.join(Standing)}", param_hint="--status")
    with open_project(project_dir) as project:
        rows = claims.ledger(project, withdrawn=withdrawn or status == Standing.WITHDRAWN)
    kept = [row for row in rows if topic in (None, row["topic"]) and status in (None, row["status"])]
    if as_json:
        print_rows(kept, as_json)
        return
    beside = sorted(kept, key=lambda row: _first_of(row, kept))
    print_rows([_line(row) for row in beside], as_json, empty="No claims.")
    for sentence in dict.fromkeys(clash for row in kept for clash in row["clashes"]):
        click.echo(sentence, err=True)


def _first_of(row: Row, rows: Sequence[Row]) -> int:
    """Where the first claim of its topic stands; its own place where it has no topic."""
    return next(
        n for n, one in enumerate(rows) if one is row or (row["topic"] and one["topic"] == row["topic"])
    )


def _line(row: Row) -> dict[str, Any]:
    said = (
        row["frozen"] if row["present"] in (None, row["frozen"]) else f"{row['frozen']} -> {row['present']}"
    )
    synthetic = "SYNTHETIC " if row["synthetic"] else ""
    return {
        "id": row["id"],
        "status": row["status"],
        "sentence": row["sentence"],
        "result": f"{synthetic}{said}",
        "as of": row["as_of"],
        "by": row["author"],
        "topic": row["topic"],
        "source": ", ".join(part for part in (row["source"], row["page"]) if part),
    }


@command.command("show")
@click.argument("claim_id", metavar="ID")
@project_options
def show(claim_id: str, project_dir: Path | None, as_json: bool) -> None:
    """Show a claim's frozen and present result, what differs, and what was written since."""
    from workflow.readmodels import claims

    with open_project(project_dir) as project:
        row = claims.claim(project, claim_id)
        if as_json:
            print_rows([row], as_json)
            return
    _echo_claim(row)


def _echo_claim(row: Row) -> None:
    head = f"{row['id']}: {row['status']}"
    click.echo(head + (f" ({row['withdrawn']})" if row["withdrawn"] else ""))
    click.echo(f"“{row['sentence']}”")
    if row["synthetic"]:
        click.echo("SYNTHETIC: it rests on rendered scenes.")
    click.echo(f"then ({row['as_of'] or 'published'}): {row['frozen']}")
    if row["present"] is not None:
        click.echo(f"now: {row['present']}")
    for sentence in (*row["warnings"], *row["clashes"]):
        click.echo(sentence)
    if row["changes"]:
        click.echo("\nWhat differs")
        print_rows(row["changes"], False)
    if row["causes"]:
        click.echo("\nWhat was written since")
        print_rows(
            [{name: one[name] for name in ("at", "author", "what", "reason")} for one in row["causes"]], False
        )


@command.command("check")
@project_options
def check(project_dir: Path | None, as_json: bool) -> None:
    """Evaluate every claim anew; exit 1 where one no longer holds.

    Widened, changed, contradicted and unreadable claims no longer hold; what a publication says is not judged.
    """
    from workflow.readmodels import claims

    with open_project(project_dir) as project:
        rows = [row for row in claims.ledger(project) if row["stands"] is not None]
    print_rows(rows if as_json else [_line(row) for row in rows], as_json, empty="No claim to check.")
    failed = [row["id"] for row in rows if not row["stands"]]
    if failed:
        click.echo(f"No longer borne out: {', '.join(failed)}. See 'sitetrack claims show ID'.", err=True)
        raise click.exceptions.Exit(1)


@command.command("withdraw")
@click.argument("claim_id", metavar="ID")
@click.option("--reason", required=True, help="Why it is taken back.")
@author_options
@project_options
def withdraw(
    claim_id: str, reason: str, author_name: str | None, role: str, project_dir: Path | None, as_json: bool
) -> None:
    """Take a claim back; it stays in the ledger with the reason (analysts their own, leads any)."""
    from workflow import actions

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        actions.withdraw_claim(project, author, claim_id, reason)
        _print_one(project, claim_id, as_json)


@command.command("renew")
@click.argument("claim_id", metavar="ID")
@author_options
@project_options
def renew(claim_id: str, author_name: str | None, role: str, project_dir: Path | None, as_json: bool) -> None:
    """Freeze a claim anew with what the record gives now (analysts their own, leads any)."""
    from workflow import actions
    from workflow.readmodels import claims

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        actions.renew_claim(project, author, claim_id, claims.freeze_again(project, claim_id))
        _print_one(project, claim_id, as_json)


def _print_one(project: Project, key: str, as_json: bool) -> None:
    from workflow.readmodels import claims

    row = next(one for one in claims.ledger(project, withdrawn=True) if one["id"] == key)
    print_rows([row if as_json else _line(row)], as_json)
    for sentence in row["warnings"]:
        click.echo(sentence, err=True)
