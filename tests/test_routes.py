"""Pictures over HTTP: named by ids alone, opened by a capability, kept by browsers, and nothing else."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import shutil
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dashboard_sample
import numpy as np
import pytest
from asgi_client import Client, our_routes
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.routing import Route

from dashboard import frames, headers, routes
from dashboard.capability import capabilities
from dashboard.projects import current_project
from workflow.actions import attach
from workflow.model import Author
from workflow.project import Project
from workflow.readmodels import pages

SITE = dashboard_sample.SITE


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dashboard_sample.make_project(tmp_path_factory.mktemp("routes") / "project")


@pytest.fixture
def client(root: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("SITETRACK_PROJECT", str(root))
    return Client(our_routes())


@pytest.fixture
def shown(client: Client) -> pages.ComparePage:
    return pages.compare(current_project(), SITE)


def key(scope: str) -> str:
    return f"k={capabilities.issue(scope)}"


def tile(site: str, capture: str, place: str, scope: str | None = None) -> str:
    return f"/api/tile/{site}/{capture}/{place}?{key(scope or routes.tile_scope(site))}"


PAIRS = "5,5,400000,4300000,1;80,9,400040,4299998,1;9,50,400002,4299970,1"


# -- what is there -----------------------------------------------------------------------------------------


def every_picture(shown: pages.ComparePage) -> list[str]:
    first, still = shown.captures[0].id, shown.stills[0].id
    return [
        tile(SITE, first, "0/0/0"),
        tile(SITE, first, "0/0/0") + "&b=1&s=10..90",
        routes.chip_url(SITE, first),
        routes.view_url(SITE, first),
        f"{routes.CARD_PATH.format(site=SITE, capture=first)}?{key(routes.tile_scope(SITE))}",
        f"{routes.HISTOGRAM_PATH.format(site=SITE, capture=first)}?{key(routes.tile_scope(SITE))}",
        routes.still_url(still),
        routes.picture_url(still),
        f"{routes.fit_url(still)}?{key(routes.still_scope(still))}&m=affine&p={PAIRS}",
    ]


def test_every_picture_is_kept_by_the_browser_that_asked_and_not_sent_twice(
    client: Client, shown: pages.ComparePage
) -> None:
    for address in every_picture(shown):
        first = client.get(address)
        assert first.status_code == 200, address
        assert first.headers["cache-control"] == "private, max-age=7200, immutable"
        again = client.get(address, {"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert client.get(address, {"If-None-Match": '"other"'}).status_code == 200


def test_no_picture_opens_without_a_capability_for_it(client: Client, shown: pages.ComparePage) -> None:
    for address in every_picture(shown):
        bare = address.partition("?")[0]
        for query in ("", "k=", f"k={'f' * 60_000}", key("tiles of somewhere"), "k=%00", "k=%ff.%fe"):
            answer = client.get(f"{bare}?{query}")
            assert (answer.status_code, answer.headers["cache-control"]) == (401, "no-store"), query
            assert answer.text == "This picture needs a valid capability; reload the page."


def test_an_attached_page_is_saved_and_never_opened(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = shutil.copytree(root, tmp_path / "project")
    monkeypatch.setenv("SITETRACK_PROJECT", str(copy))
    client, content = Client(our_routes()), b"<!DOCTYPE html><html><script>alert(1)</script></html>"
    with Project.open(copy) as project:
        capture = attach(project, Author("Anna"), "still.png", "<b>\u201cpage\u201d.html", content)
    (one,) = capture.attachments
    answer = client.get(routes.attachment_url(capture.id, one.sha256))
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == headers.PICTURE_POLICY
    assert answer.headers["cache-control"] == "no-store"
    bare = f"/api/attachment/{capture.id}/{one.sha256}"
    assert client.get(bare).status_code == 401
    assert client.get(f"{bare}?{key('still of another')}").status_code == 401
    scope = key(routes.still_scope(capture.id))
    assert client.get(f"/api/attachment/{capture.id}/{'0' * 64}?{scope}").status_code == 404
    assert client.get(f"/api/attachment/{capture.id}/..%2f..%2frecord?{scope}").status_code == 404


def test_a_tile_is_a_jpeg_inside_and_transparent_where_the_picture_ends(
    client: Client, shown: pages.ComparePage
) -> None:
    capture, deepest = shown.captures[0].id, len(_levels(shown)) - 1
    # the sample's pictures fill the middle third of what can be looked at
    middle = 2 ** (deepest - 1)
    inside = client.get(tile(SITE, capture, f"{deepest}/{middle - 1}/{middle - 1}"))
    assert np.asarray(Image.open(io.BytesIO(inside.content)).convert("RGBA"))[-1, -1, 3] == 255
    whole = client.get(tile(SITE, capture, "0/0/0"))
    assert whole.headers["content-type"] == "image/webp"
    alpha = np.asarray(Image.open(io.BytesIO(whole.content)).convert("RGBA"))[..., 3]
    assert {0, 255} == set(np.unique(alpha).tolist())
    outside = client.get(tile(SITE, capture, "0/9/9"))
    assert outside.headers["content-type"] == "image/webp"
    assert not np.asarray(Image.open(io.BytesIO(outside.content)).convert("RGBA"))[..., 3].any()


def _levels(shown: pages.ComparePage) -> tuple[float, ...]:
    from workflow import pictures

    assert shown.grid is not None
    return pictures.levels(shown.grid)


# -- what is not -------------------------------------------------------------------------------------------

HOSTILE = (
    "../../../../etc/passwd",
    "..%2f..%2fsites.geojson",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%252f..%252fsites.geojson",
    "..%5c..%5csites.geojson",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "//host.invalid/share",
    "%5c%5chost.invalid%5cshare",
    "C:%5cWindows%5cwin.ini",
    "file:%2f%2f%2fetc%2fpasswd",
    "http:%2f%2f127.0.0.1%2fx",
    "%2fvsicurl%2fhttp:%2f%2f127.0.0.1%2fx.tif",
    "scene-2019-05-04.tif",
    "imagery%2foriginals",
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "%0d%0aSet-Cookie:%20a=b",
    "%27%20or%201=1--",
    "%25s%25n",
    "a" * 5_000,
    "9" * 5_000,
    "-1",
    "1e3",
    "%d9%a3",
    "%20",
    ".",
    "",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_but_an_id_names_a_picture(client: Client, shown: pages.ComparePage, name: str) -> None:
    capture = shown.captures[0].id
    opens = key(routes.tile_scope(SITE))
    for address in (
        f"/api/tile/{SITE}/{name}/0/0/0?{opens}",
        f"/api/tile/{SITE}/{capture}/{name}/0/0?{opens}",
        f"/api/tile/{SITE}/{capture}/0/{name}/0?{opens}",
        f"/api/tile/{SITE}/{capture}/0/0/{name}?{opens}",
        f"/api/tile/{name}/{capture}/0/0/0?{opens}",
        f"/api/thumbnail/{SITE}/{name}?{opens}",
        f"/api/thumbnail/{name}/{capture}?{opens}",
        f"/api/view/{SITE}/{name}?{opens}",
        f"/api/card/{SITE}/{name}?{opens}",
        f"/api/histogram/{SITE}/{name}?{opens}",
        f"/api/histogram/{name}/{capture}?{opens}",
        f"/api/still/{name}?{opens}",
        f"/api/{name}?{opens}",
    ):
        answer = client.get(address)
        refused(answer)
        assert b"root:" not in answer.content


def refused(answer: Any) -> None:
    """A sentence, and neither a failure nor a word of how the server is made."""
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.endswith(("here: use GET.", ".", "first."))
    assert len(answer.text) < 300
    assert "Traceback" not in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(part=st.text(max_size=40), place=st.integers(0, 5), known=st.booleans())
@example(part="\0", place=1, known=True)
@example(part="9" * 9, place=3, known=True)
def test_no_address_fails(
    client: Client, shown: pages.ComparePage, part: str, place: int, known: bool
) -> None:
    parts = ["tile", SITE, shown.captures[0].id, "0", "0", "0"]
    parts[place] = quote(part.encode("utf-8", "surrogatepass"), safe="")
    query = key(routes.tile_scope(SITE)) if known else "k=" + parts[place]
    answer = client.get(f"/api/{'/'.join(parts)}?{query}")
    assert answer.status_code < 500


# -- how a picture is shown --------------------------------------------------------------------------------


def test_bands_and_limits_give_another_tile_and_are_part_of_its_etag(
    client: Client, shown: pages.ComparePage
) -> None:
    plain = tile(SITE, shown.captures[0].id, "0/0/0")
    tags = {
        client.get(plain + choice).headers["etag"]
        for choice in ("", "&b=1", "&b=2", "&s=10..90", "&b=2&s=10..90", "&s=10..90,20..80,0..255")
    }
    assert len(tags) == 6
    stored = client.get(plain).content
    assert client.get(plain + "&b=&s=").content == stored
    assert client.get(plain + "&other=1").content == stored


@pytest.mark.parametrize(
    "choice",
    [
        *("b=0", "b=-1", "b=01", "b=1,2", "b=red", "b=%D9%A1", "b=1%0A", "b=99", "b=" + "9" * 5_000),
        *("s=1", "s=1..", "s=90..10", "s=1..2,3..4", "s=1..2,", "s=1e3..2e9", "s=nan..1", "s=0..inf"),
        *("s=%D9%A1..9", "s=1..2%0A", "s=" + "1..2," * 2_000, "s=" + "9" * 5_000, "s=../..", "s=%00"),
    ],
)
def test_bands_and_limits_beyond_their_grammar_are_refused(
    client: Client, shown: pages.ComparePage, choice: str
) -> None:
    refused(client.get(f"{tile(SITE, shown.captures[0].id, '0/0/0')}&{choice}"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(bands=st.text(max_size=12), limits=st.text("0123456789.,-e ", max_size=40))
def test_no_choice_of_bands_and_limits_fails(
    client: Client, shown: pages.ComparePage, bands: str, limits: str
) -> None:
    bands, limits = (quote(one.encode("utf-8", "surrogatepass"), safe="") for one in (bands, limits))
    answer = client.get(f"{tile(SITE, shown.captures[0].id, '0/9/9')}&b={bands}&s={limits}")
    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        refused(answer)


def test_a_histogram_is_counts_of_each_band(client: Client, shown: pages.ComparePage) -> None:
    address = routes.HISTOGRAM_PATH.format(site=SITE, capture=shown.captures[0].id)
    answer = client.get(f"{address}?{key(routes.tile_scope(SITE))}")
    assert answer.headers["content-type"] == "application/json"
    bands = json.loads(answer.content)
    assert len(bands) == 3
    assert all(sum(band["counts"]) > 0 for band in bands)


def test_a_card_is_larger_than_a_thumbnail(client: Client, shown: pages.ComparePage) -> None:
    first, opens = shown.captures[0].id, key(routes.tile_scope(SITE))
    sides = [
        max(
            Image.open(
                io.BytesIO(client.get(f"{path.format(site=SITE, capture=first)}?{opens}").content)
            ).size
        )
        for path in (routes.THUMBNAIL_PATH, routes.CARD_PATH)
    ]
    assert sides[0] < sides[1] <= 480


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_pictures_are_only_read(client: Client, shown: pages.ComparePage, method: str) -> None:
    for address in (*every_picture(shown), "/api/nothing", "/api/"):
        answer = client.ask(method, address)
        refused(answer)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/overview", "./"),
        ("/overview?site=a&q=%ED%8F%89", "./?site=a&q=%ED%8F%89"),
        ("/overview?http://elsewhere", "./?http://elsewhere"),
    ],
)
def test_the_overview_is_found_by_its_name_too(client: Client, asked: str, told: str) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["location"]) == (307, told)


def test_an_address_in_the_query_is_not_asked(client: Client, shown: pages.ComparePage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        url = f"http://127.0.0.1:{other.getsockname()[1]}/x.tif"
        for address in every_picture(shown):
            plain = client.get(address)
            for name in ("url", "path", "file", "src", "working"):
                assert client.get(f"{address}&{name}={quote(url)}").content == plain.content
                assert client.get(f"{address}&{name}=/etc/passwd").content == plain.content
        with pytest.raises(BlockingIOError):
            other.accept()


def test_no_route_of_ours_takes_more_than_ids_and_numbers(client: Client) -> None:
    ours = (route for route in routes.table() if isinstance(route, Route))
    taken = {name for route in ours for name in route.param_convertors}
    assert taken == {"site", "capture", "frame", "other", "to", "z", "x", "y", "name", "sha256"}


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_assets_are_files_of_the_bundle_alone(client: Client, name: str) -> None:
    answer = client.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert b"root:" not in answer.content


def test_how_pairs_of_points_fit_is_told_as_numbers_or_as_a_sentence(
    client: Client, shown: pages.ComparePage
) -> None:
    still = shown.stills[0].id
    opens = f"{routes.fit_url(still)}?{key(routes.still_scope(still))}"
    found = json.loads(client.get(f"{opens}&m=affine&p={PAIRS}").content)
    assert found["rms"] < 1e-6
    assert len(found["mesh"]) == 17 * 17
    few = json.loads(client.get(f"{opens}&m=projective&p={PAIRS}").content)
    assert few == {"problem": "Control points: 3 pairs count, projective needs 4; add some."}
    nothing = json.loads(client.get(f"{opens}&m=affine").content)
    assert "there are none that count" in nothing["problem"]


@pytest.mark.parametrize(
    "asked",
    ["", "m=none&p=", f"m=affine&p={PAIRS};1,2", "m=affine&p=a,b,c,d,e", "m=affine&p=" + "1,1,1,1,1;" * 501],
)
def test_what_are_no_pairs_of_points_is_refused(client: Client, shown: pages.ComparePage, asked: str) -> None:
    still = shown.stills[0].id
    answer = client.get(f"{routes.fit_url(still)}?{key(routes.still_scope(still))}&{asked}")
    assert (answer.status_code, answer.content) == (
        400,
        b"Pairs of points: they cannot be read; reload the page.",
    )


def test_a_refusal_is_in_the_language_of_the_address_else_of_the_browser(
    client: Client, shown: pages.ComparePage
) -> None:
    still = shown.stills[0].id
    opens = f"{routes.fit_url(still)}?{key(routes.still_scope(still))}&m=affine"
    nothing = "기준점: 쓰이는 것이 없음; 3쌍 이상 넣으십시오."
    assert json.loads(client.get(f"{opens}&lang=ko").content) == {"problem": nothing}
    unread = client.get(f"{opens}&p=1&lang=ko")
    assert (unread.status_code, unread.text) == (400, "점 쌍: 읽을 수 없음; 페이지를 새로 고치십시오.")
    korean = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
    assert client.get("/api/nothing", korean).text.startswith("그런 영상이 없습니다")
    assert client.get("/api/nothing?lang=en", korean).text.startswith("No such picture")
    closed = "이 지도를 볼 권한이 만료되었습니다. 페이지를 새로 고치십시오."
    assert client.get("/api/map/other", korean).text == closed


def test_pairs_of_a_picture_that_is_not_there_fit_nothing(client: Client) -> None:
    answer = client.get(f"{routes.fit_url('0' * 16)}?{key(routes.still_scope('0' * 16))}&m=affine&p={PAIRS}")
    assert answer.status_code == 404


# -- headers -----------------------------------------------------------------------------------------------


def test_pictures_and_refusals_run_nothing_and_belong_to_no_other_page(
    client: Client, shown: pages.ComparePage
) -> None:
    for address in (*every_picture(shown), "/api/still/none", "/api/nothing", "/assets/nothing"):
        answer = client.get(address)
        for name, value in headers.headers_of().items():
            if name != "Content-Security-Policy":
                assert answer.headers[name.lower()] == value
        if address.startswith("/api/"):
            assert answer.headers["content-security-policy"] == headers.PICTURE_POLICY


def test_a_page_runs_no_script_that_stands_in_it_but_those_whose_hashes_are_told() -> None:
    page = headers.headers_of()["Content-Security-Policy"]
    text = "<script src='x'></script><script>draw()</script>"
    drawn = headers.map_policy(text)
    known = base64.b64encode(hashlib.sha256(b"draw()").digest()).decode()
    assert f"script-src 'self' 'sha256-{known}';" in drawn
    for policy in (page, drawn):
        scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
        assert "'unsafe-inline'" not in scripts
        assert "'unsafe-eval'" not in scripts
        assert "'sha256-" in scripts
        assert "http" not in policy
        assert " *" not in policy
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'self'" in policy


def test_a_map_is_opened_with_its_capability_alone_and_only_while_it_is_kept(client: Client) -> None:
    address = frames.url("<html><script>draw()</script></html>")
    assert frames.url("<html><script>draw()</script></html>").partition("?")[0] == address.partition("?")[0]
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.text == "<html><script>draw()</script></html>"
    assert answer.headers["content-security-policy"] == headers.map_policy(answer.text)
    path, _, key = address.partition("?")
    for wrong in (path, f"{path}?k=1.2", f"{frames.url('<html>other</html>').partition('?')[0]}?{key}"):
        assert client.get(wrong).status_code == 401
    for number in range(100):
        frames.url(f"<html>{number}</html>")
    gone = client.get(address)
    assert gone.status_code == 404
    assert "reload" in gone.text


def test_a_failure_is_a_sentence_with_the_headers() -> None:
    from starlette.applications import Starlette

    def fails(_: Any) -> None:
        raise RuntimeError("secret words")

    app = Starlette(routes=[Route("/fails", fails)], exception_handlers={Exception: headers.failed})

    async def quiet(*arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # Starlette answers, then raises again for the server's log
            await app(*arguments)

    answer = Client(quiet).get("/fails")
    assert answer.status_code == 500
    assert answer.text == "The server could not answer this; its log says why."
    assert "content-security-policy" in answer.headers


def test_a_broken_working_copy_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = dashboard_sample.make_project(tmp_path / "project")
    monkeypatch.setenv("SITETRACK_PROJECT", str(root))
    shown = pages.compare(current_project(), SITE)
    for file in (root / "imagery" / "working").iterdir():
        file.write_bytes(b"no picture")
    for address in (one for one in every_picture(shown) if "/fit/" not in one):
        answer = Client(our_routes()).get(address)
        refused(answer)
        assert str(tmp_path) not in answer.text


def test_what_is_no_project_is_a_sentence_that_names_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITETRACK_PROJECT", str(tmp_path))
    answer = Client(our_routes()).get(routes.still_url("0" * 16))
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
