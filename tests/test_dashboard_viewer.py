"""What the viewer of the comparison is given and sends back: operations, and the routes that it asks for pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dashboard_sample as sample
import pytest
from asgi_client import Client, our_routes

pytestmark = pytest.mark.usefixtures("somebody_is_named", "assets_are_there")


# -- operations ------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(root: Path) -> Any:
    from dashboard.projects import current_project
    from workflow.readmodels import pages

    return pages.compare(current_project(), sample.SITE)


def box(shown: Any, name: str = "op-1", **changes: Any) -> dict[str, Any]:
    west, south, *_ = shown.grid.bounds
    ring = [
        [west + 10, south + 10],
        [west + 30, south + 10],
        [west + 30, south + 20],
        [west + 10, south + 10],
    ]
    operation = {
        "id": name,
        "seq": 1,
        "kind": "annotate",
        "site": shown.site.id,
        "capture": shown.captures[0].id,
        "target": "gantry",
        "shape": "box",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "label": "bar",
    }
    return operation | changes


def test_an_operation_that_arrives_twice_is_stored_once(shown: Any) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    for _ in range(2):
        done, refused = apply_operations(sample.AUTHOR, [box(shown)])
        assert done == ["op-1"]
        assert refused == []
    (mark,) = current_project().annotations()
    assert (mark.label, mark.author) == ("bar", "test")


def test_a_box_goes_to_degrees_and_back_to_the_same_metres(shown: Any) -> None:
    from dashboard.gridjson import from_grid, to_grid

    drawn = box(shown)["geometry"]
    again = to_grid(from_grid(drawn, shown.grid), shown.grid)
    for there, back in zip(drawn["coordinates"][0], again["coordinates"][0], strict=True):
        assert back == pytest.approx(there, abs=0.01)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"kind": "format"},
        {"geometry": None},
        {"geometry": {"type": "Polygon", "coordinates": "x"}},
        {"capture": 7},
    ],
)
def test_what_no_viewer_sends_is_refused_with_a_sentence(shown: Any, spoilt: dict[str, Any]) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    done, refused = apply_operations(sample.AUTHOR, [box(shown, **spoilt)])
    assert done == ["op-1"]
    assert len(refused) == 1
    assert refused[0]["sentence"].endswith(".")
    assert current_project().annotations() == ()


def test_nobody_without_a_name_records_anything(shown: Any) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    _, refused = apply_operations(None, [box(shown)])
    assert "give your name" in refused[0]["sentence"]
    assert current_project().annotations() == ()


def test_a_viewer_by_role_sees_and_changes_nothing(shown: Any) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.components.viewer import viewer_data
    from dashboard.projects import current_project
    from workflow.model import Author, Role

    watcher = Author("eve", Role.VIEWER)
    assert viewer_data(shown, shown.site.targets[0], watcher)["read_only"]
    _, refused = apply_operations(watcher, [box(shown)])
    assert "may not" in refused[0]["sentence"]
    assert current_project().annotations() == ()


def test_a_state_arrives_with_its_note_and_confidence(shown: Any) -> None:
    from dashboard.components.operations import apply_operations
    from dashboard.projects import current_project

    operation = {
        "id": "op-2",
        "seq": 1,
        "kind": "observe",
        "site": shown.site.id,
        "capture": shown.captures[0].id,
        "target": "gantry",
        "state": "absent",
        "confidence": "high",
        "note": "clear view",
    }
    spoilt = operation | {"id": "op-3", "seq": 2, "state": "gone"}
    done, refused = apply_operations(sample.AUTHOR, [spoilt, operation])
    assert done == ["op-2", "op-3"]
    assert [one["id"] for one in refused] == ["op-3"]
    (said,) = current_project().observations()
    assert (str(said.state), str(said.confidence), said.note) == ("absent", "high", "clear view")


def test_the_viewer_starts_with_the_pictures_that_bound_the_appearance(shown: Any) -> None:
    from dashboard.components.viewer import viewer_data
    from dashboard.projects import current_project
    from workflow import actions
    from workflow.readmodels import pages

    target = shown.site.targets[0]
    first = viewer_data(shown, target, sample.AUTHOR)
    assert first["shown"] == [shown.captures[0].id, shown.captures[3].id]
    for number, state in ((1, "absent"), (2, "present")):
        actions.observe(
            current_project(),
            sample.AUTHOR,
            site=shown.site.id,
            capture=shown.captures[number].id,
            state=state,
        )
    then = viewer_data(pages.compare(current_project(), shown.site.id), target, sample.AUTHOR)
    assert then["shown"] == [shown.captures[1].id, shown.captures[2].id]


def test_a_pixel_size_is_told_in_three_digits(root: Path, shown: Any) -> None:
    from dataclasses import replace

    from dashboard.components.viewer import viewer_data

    card = replace(shown.captures[0], gsd_m=0.500002)
    data = viewer_data(replace(shown, captures=(card,)), shown.site.targets[0], sample.AUTHOR)
    assert data["captures"][0]["detail"].startswith("Example Imaging · 0.5 m")


def test_a_picture_says_what_it_cannot_show_before_a_state_is_said(shown: Any) -> None:
    from dataclasses import replace

    from dashboard.components.viewer import viewer_data
    from workflow.interpretability import Legible, Reading

    target, card = shown.site.targets[0], shown.captures[0]
    details = {}
    for level in Legible:
        seen = replace(card, readings={target.id: Reading(level, "why")})
        page = replace(shown, captures=(seen, replace(card, readings={})))
        details[level], without = (
            one["detail"] for one in viewer_data(page, target, sample.AUTHOR)["captures"]
        )
        assert without == "Example Imaging · 0.5 m"
    assert details[Legible.TOO_COARSE].endswith(" · too coarse for a gantry: absent needs a note")
    assert details[Legible.DETECT].endswith(" · fine enough to detect a gantry, not to identify it")
    assert details[Legible.IDENTIFY] == details[Legible.UNKNOWN] == "Example Imaging · 0.5 m"


def test_a_picture_says_how_far_off_its_place_may_be(shown: Any) -> None:
    from dataclasses import replace

    from dashboard.components.viewer import viewer_data
    from workflow.compare import MEDIAN_METHOD, METHOD
    from workflow.model import Offset

    target, card = shown.site.targets[0], shown.captures[0]
    found = Offset(shown.site.id, card.id, "r", 1.5, -2.0, 0.91, True, METHOD, error_m=0.27)
    others = [
        found,
        replace(found, method=MEDIAN_METHOD, error_m=1.2),
        replace(found, error_m=None),
        replace(found, applied=False, reason="quality 0.10 is below 0.25"),
    ]
    page = replace(shown, captures=tuple(replace(card, offset=one) for one in others))
    data = viewer_data(page, target, sample.AUTHOR)["captures"]
    assert [one["aligned"] for one in data] == [
        "aligned ±0.27 m",
        "aligned ±1.2 m",
        "aligned (error not known)",
        "not aligned",
    ]
    assert data[0]["aligned_why"].endswith("About 95 of 100 such offsets are no more than 0.27 m off.")
    assert "moved as at its other sites" in data[1]["aligned_why"]
    assert data[2]["aligned_why"].endswith("How far off it still is, is not known.")


# -- routes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def client(root: Path) -> Client:
    return Client(our_routes())


def tile_address(shown: Any, token: str | None = None, capture: str | None = None, z: int = 0) -> str:
    from dashboard import routes
    from dashboard.capability import capabilities

    path = routes.TILE_PATH.format(site=shown.site.id, capture=capture or shown.captures[0].id, z=z, x=0, y=0)
    return f"{path}?k={capabilities.issue(routes.tile_scope(shown.site.id)) if token is None else token}"


def test_a_tile_needs_a_capability_for_its_site(client: Any, shown: Any) -> None:
    from dashboard import routes
    from dashboard.capability import capabilities

    assert client.get(tile_address(shown, token="")).status_code == 401
    other = capabilities.issue(routes.tile_scope("north-junction"))
    assert client.get(tile_address(shown, token=other)).status_code == 401
    assert client.get(tile_address(shown)).status_code == 200


def test_a_tile_is_private_guarded_and_asked_for_once(client: Any, shown: Any) -> None:
    answer = client.get(tile_address(shown))
    assert answer.headers["content-type"] in {"image/jpeg", "image/webp"}
    assert "private" in answer.headers["cache-control"]
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    again = client.get(tile_address(shown), headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_what_is_not_there_is_a_sentence(client: Any, shown: Any) -> None:
    for address in (tile_address(shown, capture="0" * 16), tile_address(shown, z=99)):
        answer = client.get(address)
        assert answer.status_code == 404
        assert answer.text.startswith("No ")
        assert "Traceback" not in answer.text


def test_a_display_choice_makes_another_tile_with_its_own_etag(client: Any, shown: Any) -> None:
    stored, grey, dark = (client.get(tile_address(shown) + choice) for choice in ("", "&b=2", "&s=0..900"))
    assert [answer.status_code for answer in (stored, grey, dark)] == [200] * 3
    assert len({answer.headers["etag"] for answer in (stored, grey, dark)}) == 3


@pytest.mark.parametrize(
    "choice", ["b=..%2f..%2fetc", "b=99", "b=infrared", "s=1", "s=nan..1", "s=0..1,0..2"]
)
def test_a_display_choice_outside_the_grammar_is_a_sentence(client: Any, shown: Any, choice: str) -> None:
    answer = client.get(f"{tile_address(shown)}&{choice}")
    assert answer.status_code == 400
    assert answer.text.endswith(".")
    assert "\n" not in answer.text


def test_a_histogram_needs_the_capability_of_its_site(client: Any, shown: Any) -> None:
    from dashboard import routes
    from dashboard.capability import capabilities

    path = routes.HISTOGRAM_PATH.format(site=shown.site.id, capture=shown.captures[0].id)
    assert client.get(path).status_code == 401
    answer = client.get(f"{path}?k={capabilities.issue(routes.tile_scope(shown.site.id))}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content.startswith(b'[{"low"')


def test_a_still_opens_with_its_own_capability(client: Any, shown: Any) -> None:
    from dashboard import routes

    assert client.get(routes.still_url(shown.stills[0].id)).headers["content-type"] == "image/jpeg"
    assert client.get(f"/api/still/{shown.stills[0].id}").status_code == 401
