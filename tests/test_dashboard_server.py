"""How the dashboard is started and guarded: capabilities, the encoder, the options of the server."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

REPOSITORY = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.usefixtures("somebody_is_named", "assets_are_there")


# -- capabilities ----------------------------------------------------------------------------------------------


def test_a_capability_ends() -> None:
    from dashboard.capability import LIFETIME_S, Capabilities

    now = [1_000_000.0]
    made = Capabilities(b"k" * 32, clock=lambda: now[0])
    token = made.issue("tiles of a")
    assert made.allows(token, "tiles of a")
    now[0] += LIFETIME_S
    assert made.allows(token, "tiles of a")
    now[0] += LIFETIME_S
    assert not made.allows(token, "tiles of a")


def test_a_capability_of_another_key_scope_or_time_opens_nothing() -> None:
    from dashboard.capability import Capabilities

    made = Capabilities(b"k" * 32, clock=lambda: 1e6)
    token = made.issue("a")
    ends, _, signature = token.partition(".")
    assert not made.allows(token, "b")
    assert not Capabilities(b"l" * 32, clock=lambda: 1e6).allows(token, "a")
    assert not made.allows(f"{int(ends, 16) + 3600:x}.{signature}", "a")
    for spoilt in ("", ".", "x.y", "ff", f"{ends}.", "é.ü"):
        assert not made.allows(spoilt, "a")


# -- the encoder -----------------------------------------------------------------------------------------------


@given(st.text())
def test_encoded_text_reads_as_itself_and_holds_no_markup(text: str) -> None:
    import html

    from dashboard.safetext import safe

    encoded = safe(text)
    assert not set(encoded) & set("<>\"'`$\\{}[]!*/@=")
    if not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in text):
        assert html.unescape(encoded) == text


def test_folium_is_used_by_the_maps_alone_and_shows_no_text_of_anybody() -> None:
    users = set()
    for file in (REPOSITORY / "dashboard").rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        for word in (
            "Popup(",
            "folium.Tooltip",
            "GeoJsonTooltip",
            "DivIcon(",
            "LayerControl(",
            "unsafe_allow",
        ):
            assert word not in source, f"{file.name} has {word}"
        if "import folium" in source:
            users.add(file.name)
    assert users == {"map_frame.py", "network_map.py", "site_map.py"}


def test_no_text_of_people_goes_through_folium() -> None:
    """What was written is searched in every part of both maps that is not our own literal."""
    from dashboard.components.network_map import Basemap, _tree, network_map
    from dashboard.components.site_map import site_map
    from workflow.model import LonLat
    from workflow.readmodels.sitepage import MapSite

    place, said = LonLat(125.7, 39.0), "wordofsomebody"
    overview = network_map([("a", said, place)], dark=False)
    one = site_map([MapSite("a", said, place, 100)], chosen="a", dark=False)
    for made in (overview, one):
        assert made.get_root().render().count(said) == 1  # as a literal
        for part in _tree(made.get_root()):
            if not isinstance(part, Basemap):
                own = {
                    name: value for name, value in vars(part).items() if name not in ("_parent", "_children")
                }
                assert said not in repr(own), type(part)


def test_a_map_names_no_other_host() -> None:
    from dashboard.components.map_frame import page_of
    from dashboard.components.network_map import network_map
    from workflow.model import LonLat

    made = network_map([("a", "</script><b>", LonLat(125.7, 39.0))], dark=False)
    page = page_of(made, "sitetrackShow", "</title><b>")
    links = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert len(links) == 3
    assert all(link.startswith("/assets/") for link in links)
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "<b>" not in page


# -- the options of the server ---------------------------------------------------------------------------------

_ASK = """
import sys
from streamlit import config
{start}
print("usage", config.get_option("browser.gatherUsageStats"), config.get_option("server.address"),
      config.get_option("server.fileWatcherType"), config.get_option("server.showEmailPrompt"))
"""
# what `streamlit run` does before and while it imports the application
_STREAMLIT_RUN = """
from streamlit.web import bootstrap
config._main_script_path = {app!r}
bootstrap.load_config_options({{}})
import runpy
runpy.run_path({app!r})
"""
# what `sitetrack serve` does, up to the moment of listening
_SERVE = """
import streamlit.web.server.starlette.starlette_server as server
server.UvicornRunner.run = lambda self: None
from pathlib import Path
from dashboard import assets
assets.require = lambda: None
from dashboard.server import serve
serve(Path({root!r}), port=None, open_browser=False)
"""


@pytest.mark.parametrize("start", [_STREAMLIT_RUN, _SERVE], ids=["streamlit run", "sitetrack serve"])
def test_no_way_of_starting_gathers_usage_statistics(root: Path, tmp_path: Path, start: str) -> None:
    # a configuration of the user that says otherwise must not win
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[browser]\ngatherUsageStats = true\n")
    code = _ASK.format(start=start.format(app=str(REPOSITORY / "dashboard" / "app.py"), root=str(root)))
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "usage False 127.0.0.1 none False" in done.stdout, done.stderr


@pytest.mark.parametrize(("said", "address"), [([], "127.0.0.1"), (["--address", "192.0.2.7"], "192.0.2.7")])
def test_the_command_line_starts_the_dashboard_by_name_on_loopback_unless_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, said: list[str], address: str
) -> None:
    from click.testing import CliRunner

    from dashboard import server
    from workflow.cli.serve import command

    calls: list[Any] = []
    monkeypatch.setattr(server, "serve", lambda where, **options: calls.append((where, options)))
    done = CliRunner().invoke(command, ["--project", str(root), "--port", "8599", "--no-browser", *said])
    assert done.exit_code == 0, done.output
    assert calls == [(root, {"port": 8599, "open_browser": False, "address": address})]


def _has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


IPV6 = pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 on loopback")


@pytest.fixture
def started(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The options that the server would have been started with."""
    from dashboard import assets, server
    from dashboard.app import app

    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(assets, "require", lambda: None)
    monkeypatch.setattr(server, "_read_first", lambda _: None)
    monkeypatch.setattr(type(app), "run", lambda _, *, config: calls.append(dict(config)))
    return calls


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        pytest.param("::1", "[::1]", marks=IPV6),
    ],
)
def test_loopback_is_served_without_a_warning_and_under_its_own_names(
    root: Path, started: Any, capsys: pytest.CaptureFixture[str], address: str, page: str
) -> None:
    from dashboard import server

    server.serve(root, port=None, open_browser=False, address=address)
    said = capsys.readouterr().err
    assert f"at http://{page}:" in said
    assert "Warning" not in said
    assert set(started[0]["server.allowedHosts"]) == {"localhost", "127.0.0.1", "::1"} | {
        started[0]["server.address"]
    }


@pytest.mark.parametrize(
    ("address", "page"),
    [("0.0.0.0", "127.0.0.1"), pytest.param("::", "[::1]", marks=IPV6)],  # noqa: S104  meant
)
def test_other_addresses_are_warned_of(
    root: Path, started: Any, capsys: pytest.CaptureFixture[str], address: str, page: str
) -> None:
    from dashboard import server

    server.serve(root, port=None, open_browser=False, address=address)
    said = capsys.readouterr().err
    assert f"Warning: {address} is not this machine alone." in said
    assert "can read and change the project under any name, unencrypted" in said
    assert f"at http://{page}:" in said
    assert started[0]["server.address"] == address
    assert started[0]["server.allowedHosts"] == []


@pytest.mark.parametrize("address", ["192.0.2.7", "a.example", "", "127.0.0.1:80", "1" * 500])
def test_an_address_of_another_machine_is_refused(root: Path, started: Any, address: str) -> None:
    from dashboard import server
    from workflow.errors import InputRefused

    with pytest.raises(InputRefused, match=r"it is no address of this machine"):
        server.serve(root, port=None, open_browser=False, address=address)
    assert started == []


def test_the_options_that_protect_the_server_are_said() -> None:
    from streamlit import config

    from dashboard import server

    said = server.options()
    for name, value in {
        "server.address": "127.0.0.1",
        "server.enableCORS": True,
        "server.corsAllowedOrigins": [],
        "server.enableXsrfProtection": True,
        "server.xsrfCookieSameSite": "Lax",
        "server.enableAgentApi": False,
        "server.enableStaticServing": False,
        "client.showErrorDetails": "none",
    }.items():
        assert said[name] == value
        assert name in config._config_options_template  # so that a new Streamlit cannot drop one unseen


def test_a_taken_port_is_refused_with_a_sentence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import assets, server
    from workflow.errors import InputRefused

    monkeypatch.setattr(assets, "require", lambda: None)
    with socket.socket() as taken:
        taken.bind((server.ADDRESS, 0))
        taken.listen()
        with pytest.raises(InputRefused, match="it is taken"):
            server.serve(root, port=taken.getsockname()[1], open_browser=False)
