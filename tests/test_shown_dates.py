"""Where a picture's date is shown, what it rests on stands beside it, and the day at the place where it differs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from store_sample import ANNA, box, capture, site

from workflow.actions import observe
from workflow.model import Basis, CaptureKind, Georeference, State
from workflow.project import Project, init_project
from workflow.readmodels import history, pages, reviews
from workflow.readmodels.dates import dated
from workflow.timespan import parse_span

EVENING = parse_span("2023-04-14T15:30:00Z", basis=Basis.PRODUCT_METADATA)
NIGHT = "15 April in Pyongyang, UTC+09:00"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        scene = capture("a" * 16, box(125.6, 38.9, 125.8, 39.1), acquired=EVENING, crs="EPSG:32651")
        still = capture(
            "b" * 16,
            kind=CaptureKind.BROADCAST,
            georeference=Georeference.NONE,
            site="arch",
            acquired=parse_span("16 February 2021", basis=Basis.BROADCAST),
        )
        with opened.record.write(ANNA, "a test") as transaction:
            for thing in (site(), scene, still):
                transaction.put(thing, 0)
        yield opened


@pytest.mark.parametrize(
    ("text", "basis", "shown"),
    [
        ("14 April 2023", Basis.PRODUCT_METADATA, "14 April 2023 (product metadata)"),
        ("late 2021", Basis.STATED, "late 2021 (stated)"),
        ("16 February 2021", Basis.BROADCAST, "by 16 February 2021 (broadcast)"),
        ("unknown", Basis.UNKNOWN, "undated"),
    ],
)
def test_a_date_stands_with_its_basis(text: str, basis: Basis, shown: str) -> None:
    assert dated(parse_span(text, basis=basis)) == shown


def test_the_comparison_names_the_day_at_the_place_where_it_differs(project: Project) -> None:
    page = pages.compare(project, "arch")
    (scene,), (still,) = page.captures, page.stills
    assert (scene.label, scene.local, scene.basis) == ("14 April 2023", NIGHT, "date: product metadata")
    assert (still.label, still.local, still.basis) == ("by 16 February 2021", "", "date: broadcast")


def test_witnesses_on_the_overview_have_their_basis(project: Project) -> None:
    observe(project, ANNA, site="arch", capture="a" * 16, state=State.PRESENT, target="gantry")
    page = pages.overview(project)
    (row,) = pages.finding_rows(page.findings, page.names, page.labels)
    assert row["witnesses"] == "14 April 2023 (product metadata)"


def test_reviews_and_history_have_the_basis_of_the_pictures_date(project: Project) -> None:
    before = datetime.fromisoformat("2020-01-01T00:00Z")
    observe(project, ANNA, site="arch", capture="a" * 16, state=State.PRESENT, target="gantry")
    (queued,) = reviews.review_queue(project)
    assert (queued["date"], queued["basis"]) == ("14 April 2023", "product metadata")
    (change,) = history.site_changes(project, "arch", after=0, since=before)
    assert "14 April 2023 (product metadata)" in change.text
