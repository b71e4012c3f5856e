"""Our own HTTP routes beside Streamlit's pages: tiles, thumbnails, stills and the bundled assets.

A picture is named by ids only, never by a path or an address, and opens with a capability (``?k=``) that a
page handed out. How it is shown (``b`` bands, ``s`` limits) is a small closed grammar. Errors are one sentence in
plain text, in the language that the address names (``lang``), else in the browser's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from dashboard import assets, frames
from dashboard.capability import capabilities
from dashboard.headers import PICTURE_POLICY, map_policy
from dashboard.projects import current_project, project_root
from dashboard.told import told
from workflow import pictures
from workflow.datewords import Language
from workflow.displays import parse_display
from workflow.errors import InputRefused, ProjectUnusable, UnknownName, WorkflowError
from workflow.model import Capture
from workflow.readmodels.archive import attached_file
from workflow.readmodels.georeference import parse_pairs, preview
from workflow.readmodels.stills import still_preview
from workflow.stills import Still

__all__ = [
    "CARD_PATH",
    "HISTOGRAM_PATH",
    "THUMBNAIL_PATH",
    "TILE_PATH",
    "align_url",
    "attachment_url",
    "chip_url",
    "fit_url",
    "picture_url",
    "still_scope",
    "still_url",
    "table",
    "tile_scope",
    "view_url",
]

TILE_PATH = "/api/tile/{site}/{capture}/{z}/{x}/{y}"
THUMBNAIL_PATH = "/api/thumbnail/{site}/{capture}"
CARD_PATH = "/api/card/{site}/{capture}"
VIEW_PATH = "/api/view/{site}/{capture}"
HISTOGRAM_PATH = "/api/histogram/{site}/{capture}"
_GUARDED = {"Content-Security-Policy": PICTURE_POLICY}
# an id, or a number of a tile: never a path, an address, or more than a name needs
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_NUMBERS = ("z", "x", "y")
_FRAMES = ("frame", "to")
# the address carries the capability, so a copy dies with it; inside that hour the browser need not ask again
_CACHED = {"Cache-Control": "private, max-age=7200, immutable"}
_STATUS: Mapping[type[WorkflowError], int] = {
    ProjectUnusable: 503,
    UnknownName: 404,
    InputRefused: 400,
    WorkflowError: 500,
}
_NO_SUCH = "No such picture: pictures are named by the ids of a site and a capture."
_ONLY_READ = "Pictures are only read here: use GET."
_LARGEST_STILL_PX = 2048
_LARGEST_PICTURE_PX = 4096
_THUMBNAIL_PX = 160
_CARD_PX = 480
_VIEW_PX = 1024


def tile_scope(site: str) -> str:
    """What a capability must be for to open a site's tiles."""
    return f"tiles of {site}"


def still_scope(capture: str) -> str:
    """What a capability must be for to open a whole picture."""
    return f"still of {capture}"


def still_url(capture: str, frame: int = 0) -> str:
    """Address of a whole picture, of a clip that of a frame, with its capability."""
    return f"/api/still/{capture}?k={capabilities.issue(still_scope(capture))}{_of_frame(frame)}"


def picture_url(capture: str, frame: int = 0) -> str:
    """Address of a whole picture as it came, not warped and larger, with its capability."""
    return f"/api/picture/{capture}?k={capabilities.issue(still_scope(capture))}{_of_frame(frame)}"


def _of_frame(number: int) -> str:
    return f"&n={number}" if number else ""


def attachment_url(capture: str, sha256: str) -> str:
    """Address of a file that is attached to a capture, with its capability: to be saved, never shown."""
    return f"/api/attachment/{capture}/{sha256}?k={capabilities.issue(still_scope(capture))}"


def fit_url(capture: str) -> str:
    """Address that says how pairs of points would place a picture; ``k``, ``m``, ``p`` and ``lang`` are to be added."""
    return f"/api/fit/{capture}"


def align_url(still: Still, other: Still) -> str:
    """Address that says how pairs of points would lay a still on another; what is to be added is as for `fit_url`."""
    return f"/api/align/{still.capture.id}/{still.number}/{other.capture.id}/{other.number}"


def chip_url(site: str, capture: str) -> str:
    """Address of a small picture of a site in a capture, with its capability."""
    return _of_site(THUMBNAIL_PATH, site, capture)


def view_url(site: str, capture: str) -> str:
    """Address of a picture of a whole site in a capture, with its capability."""
    return _of_site(VIEW_PATH, site, capture)


def _of_site(path: str, site: str, capture: str) -> str:
    return f"{path.format(site=site, capture=capture)}?k={capabilities.issue(tile_scope(site))}"


def table() -> list[BaseRoute]:
    """The routes for `streamlit.App`."""
    return [
        Route(
            "/api/tile/{site:str}/{capture:str}/{z:str}/{x:str}/{y:str}",
            _guarded(_tile, lambda request: tile_scope(request.path_params["site"])),
            methods=["GET"],
        ),
        *(
            Route(
                path.replace("{site}", "{site:str}").replace("{capture}", "{capture:str}"),
                _guarded(partial(_of_size, px), lambda request: tile_scope(request.path_params["site"])),
                methods=["GET"],
            )
            for path, px in ((THUMBNAIL_PATH, _THUMBNAIL_PX), (CARD_PATH, _CARD_PX), (VIEW_PATH, _VIEW_PX))
        ),
        Route(
            "/api/histogram/{site:str}/{capture:str}",
            _guarded(_histogram, lambda request: tile_scope(request.path_params["site"])),
            methods=["GET"],
        ),
        Route(
            "/api/still/{capture:str}",
            _guarded(_still, lambda request: still_scope(request.path_params["capture"])),
            methods=["GET"],
        ),
        *(
            Route(
                path,
                _guarded(answer, lambda request: still_scope(request.path_params["capture"])),
                methods=["GET"],
            )
            for path, answer in (
                ("/api/picture/{capture:str}", _picture),
                ("/api/fit/{capture:str}", _fit),
                ("/api/align/{capture:str}/{frame:str}/{other:str}/{to:str}", _align),
            )
        ),
        Route("/api/map/{name:str}", _map, methods=["GET"]),
        Route("/api/attachment/{capture:str}/{sha256:str}", _attachment, methods=["GET"]),
        Route("/overview", _at_root, methods=["GET"]),
        _Nothing(),
        Mount(assets.PREFIX, app=_Assets(directory=assets.BUILD, check_dir=False)),
    ]


def _at_root(request: Request) -> Response:
    """The page that has no address of its own: Streamlit knows the first page at the root alone."""
    return RedirectResponse("./" + (f"?{request.url.query}" if request.url.query else ""))


def _guarded(
    picture: Callable[[Request], pictures.Tile], scope: Callable[[Request], str]
) -> Callable[[Request], Response]:
    """A route that checks the capability, answers errors as sentences and lets the browser keep the picture.

    It is a plain function: Starlette runs it in its thread pool, so that decoding never blocks the pages.
    """

    def answer(request: Request) -> Response:
        if not _is_named(request.path_params):
            return _sentence(request, _NO_SUCH, 404)
        if not capabilities.allows(request.query_params.get("k", ""), scope(request)):
            return _sentence(request, "This picture needs a valid capability; reload the page.", 401)
        try:
            made = picture(request)
        except WorkflowError as error:
            return _refused(request, error)
        etag = f'"{hashlib.sha256(made.body).hexdigest()[:32]}"'
        headers = {**_GUARDED, **_CACHED, "ETag": etag}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(made.body, media_type=made.media_type, headers=headers)

    return answer


def _is_named(parts: Mapping[str, str]) -> bool:
    return all(
        (_NUMBER if name in (*_NUMBERS, *_FRAMES) else _NAME).fullmatch(part) for name, part in parts.items()
    )


class _Nothing(BaseRoute):
    """Answers what no other route takes: another method, or an address that names no picture."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whatever begins like an address of ours, line breaks and all."""
        ours = scope["type"] == "http" and scope["path"].startswith("/api")
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One sentence."""
        read = scope["method"] in {"GET", "HEAD"}
        said = (_NO_SUCH, 404) if read else (_ONLY_READ, 405)
        answer = _sentence(Request(scope), *said)
        if not read:
            answer.headers["Allow"] = "GET, HEAD"
        await answer(scope, receive, send)


def _refused(request: Request, error: WorkflowError) -> Response:
    """The sentence of an error, without the folder that the project lies in."""
    root = str(project_root().resolve())
    text = str(error).replace(f"{root}{os.sep}", "").replace(root, "the project")
    return _sentence(request, text, next(code for kind, code in _STATUS.items() if isinstance(error, kind)))


def _sentence(request: Request, text: str, status: int) -> Response:
    return PlainTextResponse(
        told(text, _language(request)), status, {**_GUARDED, "Cache-Control": "no-store"}
    )


def _language(request: Request) -> Language:
    """What the address says, else what the browser asks for: a route knows no session."""
    said = request.query_params.get("lang") or request.headers.get("accept-language", "")
    return "ko" if said.lower().startswith("ko") else "en"


def _tile(request: Request) -> pictures.Tile:
    at, asked = request.path_params, request.query_params
    choice = parse_display(asked.get("b", ""), asked.get("s", ""))
    z, x, y = (int(at[name]) for name in _NUMBERS)
    return pictures.tile(current_project(), at["site"], at["capture"], z, x, y, choice, _frame(request))


def _frame(request: Request) -> int:
    """Number of the frame that is asked for."""
    frame = request.query_params.get("n", "0")
    if not _NUMBER.fullmatch(frame):
        raise InputRefused("Frame", f"{frame[:40]!r} is no number of a frame", "reload the page")
    return int(frame)


def _histogram(request: Request) -> pictures.Tile:
    at = request.path_params
    found = pictures.histograms(current_project(), at["site"], at["capture"])
    return pictures.Tile(json.dumps(found).encode(), "application/json")


def _of_size(px: int, request: Request) -> pictures.Tile:
    project, at = current_project(), request.path_params
    capture = project.record.get(Capture, at["capture"])
    if capture is None:
        raise UnknownName("capture", at["capture"], [])
    return pictures.thumbnail(project, project.site(at["site"]), capture.value, px)


def _still(request: Request) -> pictures.Tile:
    capture = request.path_params["capture"]
    return pictures.still(current_project(), capture, _LARGEST_STILL_PX, frame=_frame(request))


def _picture(request: Request) -> pictures.Tile:
    capture = request.path_params["capture"]
    return pictures.still(
        current_project(), capture, _LARGEST_PICTURE_PX, unwarped=True, frame=_frame(request)
    )


def _fit(request: Request) -> pictures.Tile:
    """How pairs would place a picture: ``m`` is the model, ``p`` has ``column,row,x,y,used`` a pair, between ``;``."""
    asked = request.query_params
    model, points = parse_pairs(asked.get("m", ""), asked.get("p", ""))
    found = preview(_in_use(request.path_params["capture"]).picture_size, model, points)
    return _fitted(request, found)


def _map(request: Request) -> Response:
    """A map that a page drew."""
    name = request.path_params["name"]
    if not capabilities.allows(request.query_params.get("k", ""), frames.scope(name)):
        return _sentence(request, "This map needs a valid capability; reload the page.", 401)
    page = frames.kept(name)
    if page is None:
        return _sentence(request, "This map is not there any more; reload the page.", 404)
    return HTMLResponse(page, headers={**_CACHED, "Content-Security-Policy": map_policy(page)})


def _align(request: Request) -> pictures.Tile:
    """How pairs would lay a still on another: ``m`` and ``p`` as for `_fit`."""
    asked, names = request.query_params, request.path_params
    _, points = parse_pairs(asked.get("m", ""), asked.get("p", ""))
    still = Still(_in_use(names["capture"]), int(names["frame"]))
    other = Still(_in_use(names["other"]), int(names["to"]))
    found = still_preview(still.size, other.size, points)
    return _fitted(request, found)


def _fitted(request: Request, found: dict[str, Any]) -> pictures.Tile:
    if "problem" in found:
        found = {"problem": told(found["problem"], _language(request))}
    return pictures.Tile(json.dumps(found).encode(), "application/json")


def _in_use(key: str) -> Capture:
    project = current_project()
    capture = project.record.get(Capture, key)
    if capture is None:
        raise UnknownName("capture", key, [])
    return project.in_use(capture.value)


def _attachment(request: Request) -> Response:
    """A file that somebody else made, to be saved: no browser opens it here, whatever it holds."""
    at = request.path_params
    if not _is_named(at):
        return _sentence(request, _NO_SUCH, 404)
    if not capabilities.allows(request.query_params.get("k", ""), still_scope(at["capture"])):
        return _sentence(request, "This file needs a valid capability; reload the page.", 401)
    try:
        name, path = attached_file(current_project(), at["capture"], at["sha256"])
    except WorkflowError as error:
        return _refused(request, error)
    headers = {
        **_GUARDED,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}",
    }
    return Response(path.read_bytes(), media_type="application/octet-stream", headers=headers)


class _Assets(StaticFiles):
    """The build folder. An address with a stamp never changes its content, so browsers may keep it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its caching rules."""
        response = await super().get_response(path, scope)
        stamped = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if stamped else "no-cache"
        return response
