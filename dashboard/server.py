"""How the server is started and with which of Streamlit's options.

All options lie in ``.streamlit/config.toml`` beside this file. Streamlit reads it by itself when ``app.py``
is run; `serve` hands the same options over, so that both ways of starting are the same server.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
import threading
import time
import tomllib
import urllib.request
import webbrowser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workflow.errors import InputRefused

__all__ = ["ADDRESS", "FIRST_PORT", "PROJECT_VARIABLE", "options", "serve", "switch_off_usage_statistics"]

ADDRESS = "127.0.0.1"
FIRST_PORT = 8501
PORTS_TRIED = 50
PROJECT_VARIABLE = "SITETRACK_PROJECT"
_CONFIG = Path(__file__).resolve().parent / ".streamlit" / "config.toml"
_WARNING = (
    "Warning: {address} is not this machine alone. Whoever reaches it over the network can read and change the "
    "project under any name, unencrypted: let only a proxy that asks for a login reach it, or leave --address out."
)
_HOSTS = "server.allowedHosts"
_USAGE = "browser.gatherUsageStats"


def options() -> dict[str, Any]:
    """Streamlit's options with dotted names, as the file beside this module has them."""
    return dict(_flat(tomllib.loads(_CONFIG.read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def switch_off_usage_statistics() -> None:
    """No usage statistics, whoever started the server and whatever a configuration file says."""
    from streamlit import config

    # the variable outlives a re-read of configuration files, the option holds now
    os.environ["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] = "false"
    config.set_option(_USAGE, False)


def serve(root: Path, *, port: int | None, open_browser: bool, address: str = ADDRESS) -> None:
    """Serve the project in `root` until interrupted. `port` None: the first free one from 8501.

    `address` is that of a network interface of this machine; other than loopback it is warned of.

    Raises
    ------
    InputRefused
        when `port` is taken, or `address` is none of this machine.
    BuildMissing
        when the assets were not bundled.
    """
    from dashboard import assets

    assets.require()
    os.environ[PROJECT_VARIABLE] = str(root.resolve())
    here = _checked_address(address)
    chosen = _free_port(here) if port is None else _checked_port(here, port)
    page = f"http://{_in_address(here)}:{chosen}/"
    print(f"Dashboard of {root} at {page} (Ctrl-C stops it)", file=sys.stderr, flush=True)  # noqa: T201
    if not here.is_loopback:
        print(_WARNING.format(address=here), file=sys.stderr, flush=True)  # noqa: T201
    if open_browser:
        threading.Thread(target=_open_when_ready, args=(page,), daemon=True).start()
    # headless: the browser is opened by us, after the server answers
    chosen_options = {**_options_at(here), "server.port": chosen, "server.headless": True}
    _read_first(chosen_options)
    from dashboard.app import app

    app.run(config=chosen_options)


def _read_first(chosen: dict[str, Any]) -> None:
    """Let Streamlit read its options with ours before anything asks for one; else it warns of a change."""
    from streamlit import config

    config.get_config_options(options_from_flags=chosen)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _checked_address(text: str) -> Address:
    try:
        found = ipaddress.ip_address(ADDRESS if text == "localhost" else text)
        _is_free(found, 0)
    except (ValueError, OSError) as error:
        raise InputRefused(
            f"Address '{text}'",
            "it is no address of this machine",
            "leave --address out, or give one like 127.0.0.1",
        ) from error
    return found


def _options_at(address: Address) -> dict[str, Any]:
    """On loopback only the names of this machine are answered; elsewhere we do not know under which it is known."""
    usual = options()
    names = sorted({*usual[_HOSTS], str(address)}) if address.is_loopback else []
    return usual | {"server.address": str(address), _HOSTS: names}


def _in_address(address: Address) -> str:
    """How a browser on this machine asks for it; 'all interfaces' is asked on loopback."""
    if address.is_unspecified:
        return ADDRESS if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"


def _free_port(address: Address) -> int:
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if _is_free(address, port):
            return port
    raise InputRefused(
        "The dashboard", f"ports {FIRST_PORT} to {port} are all taken", "give a free one with --port"
    )


def _checked_port(address: Address, port: int) -> int:
    if not _is_free(address, port):
        raise InputRefused(f"Port {port}", "it is taken", "give another one with --port, or leave it out")
    return port


def _is_free(address: Address, port: int) -> bool:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # there it would bind a port that somebody listens on
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((str(address), port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES, getattr(errno, "WSAEADDRINUSE", -1)):
                return False
            raise
    return True


def _open_when_ready(address: str, patience_s: float = 30.0) -> None:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}_stcore/health", timeout=1):  # noqa: S310  our own address
                webbrowser.open(address)
                return
        except OSError:
            time.sleep(0.2)
