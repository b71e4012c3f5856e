"""What the running server lets a browser do, and what it answers to a page that lies elsewhere."""

from __future__ import annotations

import http.client
import re
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from every_page import PAGES, visit

pytestmark = pytest.mark.browser

ELSEWHERE = "http://elsewhere.example"
# tells of everything that the policy stopped, in every frame
_LISTEN = """document.addEventListener('securitypolicyviolation', (e) =>
    window.stopped([e.violatedDirective, e.blockedURI, e.sourceFile, e.sample].join(' ')))"""


def ask(
    served: Any, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(served.address).netloc, timeout=30)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


# -- headers -----------------------------------------------------------------------------------------------


def an_asset_of_streamlit(served: Any) -> str:
    page = ask(served, "GET", "/")[2].decode()
    found = re.search(r'src="\.(/static/js/[^"]+)"', page)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/compare", 200),
        ("GET", "/_stcore/health", 200),
        ("GET", "/_stcore/host-config", 200),
        ("GET", "/_stcore/agent/openapi.json", 200),
        ("GET", "/component/nothing/index.html", 404),
        ("GET", "/media/nothing", 404),
        ("GET", "/assets/viewer.js", 200),
        ("GET", "/assets/..%2f..%2fapp.py", 400),
        ("GET", "/api/still/none", 401),
        ("GET", "//elsewhere.example/share", 400),
        ("GET", "/..%2f..%2fetc%2fpasswd", 400),
        ("POST", "/api/still/none", 405),
        ("POST", "/", 405),
        ("PUT", "/_stcore/upload_file/a/b", 403),
    ],
)
def test_every_answer_says_what_the_browser_may_do(served: Any, method: str, path: str, status: int) -> None:
    code, headers, body = ask(served, method, path)
    assert code == status
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert b"Traceback" not in body
    assert b"root:x:" not in body


def test_streamlits_own_scripts_have_the_headers_too(served: Any) -> None:
    code, headers, _ = ask(served, "GET", an_asset_of_streamlit(served))
    assert code == 200
    assert "content-security-policy" in headers


@pytest.mark.parametrize("name", ["x" * 8_000, "9" * 8_000, "%00", "..%2f" * 50, "a%0d%0ab"])
def test_long_and_broken_addresses_are_refused(served: Any, name: str) -> None:
    for path in (f"/api/still/{name}", f"/api/tile/a/b/{name}/0/0", f"/api/{name}?url={ELSEWHERE}"):
        code, _, body = ask(served, "GET", path)
        assert 400 <= code < 500
        assert b"Traceback" not in body


# -- the policy and the pages ------------------------------------------------------------------------------


@pytest.fixture
def guarded(tab: Any) -> Any:
    """A tab, and what the policy stopped in it."""
    stopped: list[str] = []
    tab.page.context.expose_binding("stopped", lambda _, text: stopped.append(text))
    tab.page.context.add_init_script(_LISTEN)
    tab.stopped = stopped
    return tab


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_stops_nothing_that_a_page_does(guarded: Any, page: str) -> None:
    visit(guarded, page)
    assert guarded.stopped == []
    assert guarded.foreign == []
    assert guarded.errors == []


def test_the_policy_stops_script_and_requests_that_do_not_belong(guarded: Any) -> None:
    """So that a test that counts nothing cannot pass because nothing is counted."""
    visit(guarded, "history")
    guarded.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.ran = true';
            document.body.append(script);
            new Image().src = 'http://127.0.0.1:9/x.png';
            return fetch('http://127.0.0.1:9/').catch(() => null);
        }"""
    )
    guarded.page.wait_for_function("() => true")
    assert guarded.page.evaluate("() => window.ran === undefined")
    assert {one.split()[0] for one in guarded.stopped} >= {"script-src-elem", "img-src", "connect-src"}


# -- other origins -----------------------------------------------------------------------------------------


def knock(served: Any, **headers: str) -> int:
    """The status of a websocket's handshake."""
    asked = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return ask(served, "GET", "/_stcore/stream", asked)[0]


def test_a_page_elsewhere_cannot_open_the_stream(served: Any) -> None:
    assert knock(served, Origin=ELSEWHERE) == 403
    assert knock(served, Origin="null") == 403
    assert knock(served, Origin=served.address) == 101


def test_a_name_that_points_at_this_machine_opens_nothing(served: Any) -> None:
    """DNS rebinding: a page at elsewhere.example, whose name has come to mean 127.0.0.1."""
    host = f"elsewhere.example:{urlsplit(served.address).port}"
    assert knock(served, Origin=f"http://{host}", Host=host) == 403


def test_no_page_elsewhere_may_read_an_answer(served: Any) -> None:
    for path in (
        "/",
        "/_stcore/health",
        "/_stcore/host-config",
        "/media/x",
        "/assets/viewer.js",
        "/api/still/x",
    ):
        headers = ask(served, "GET", path, {"Origin": ELSEWHERE})[1]
        assert "access-control-allow-origin" not in headers
        answer = ask(served, "OPTIONS", path, {"Origin": ELSEWHERE, "Access-Control-Request-Method": "GET"})
        assert "access-control-allow-origin" not in answer[1]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_uploads_need_the_token_of_the_page(served: Any, method: str) -> None:
    code, _, _ = ask(served, method, "/_stcore/upload_file/a/b", {"Origin": ELSEWHERE}, b"x")
    assert code == 403
    headers = ask(served, "GET", "/_stcore/host-config")[1]
    cookie = ask(served, "GET", "/_stcore/health")[1].get("set-cookie", headers.get("set-cookie", ""))
    assert cookie.startswith("_streamlit_xsrf=")
    assert "samesite=lax" in cookie.lower()
    token = cookie.partition(";")[0]
    code, _, _ = ask(served, method, "/_stcore/upload_file/a/b", {"Cookie": token, "X-Xsrftoken": "x"}, b"x")
    assert code == 403


@pytest.mark.parametrize("path", ["interact", "mcp"])
def test_no_program_drives_the_pages(served: Any, path: str) -> None:
    for method in ("GET", "POST"):
        code, _, body = ask(
            served, method, f"/_stcore/agent/{path}", {"Content-Type": "application/json"}, b"{}"
        )
        assert 400 <= code < 500
        assert method == "GET" or b"does not serve the agent API" in body


def test_it_listens_on_loopback(served: Any) -> None:
    port = urlsplit(served.address).port
    listening = {
        one.laddr.ip
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr.port == port
    }
    assert listening == {"127.0.0.1"}
