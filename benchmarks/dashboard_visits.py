"""Visits of sites without a browser: what a session sends and fetches, and how the server's memory grows."""

from __future__ import annotations

import http.client
import re
from urllib.parse import urlsplit

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

OF_A_SESSION = 50
TIMEOUT_S = 60
_TOKEN = re.compile(rb'"token": ?"([0-9a-f]{8}\.[0-9a-f]{40})"')
_CAPTURE = re.compile(rb'"id": ?"([0-9a-f]{16})"')
FETCHED = 4


def visits(address: str, process: psutil.Process, sites: int, count: int) -> list[float]:
    """MiB of the server after each visit. A session makes 50, then ends and another one begins."""
    sizes: list[float] = []
    while len(sizes) < count:
        with connect(
            f"{address.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        ) as socket:
            for _ in range(min(OF_A_SESSION, count - len(sizes))):
                site = f"s{len(sizes) * 7 % sites}"
                visit(socket, address, site)
                sizes.append(resident(process))
    return sizes


def visit(socket: ClientConnection, address: str, site: str) -> None:
    """Run the page of a site and fetch some of its pictures, as a browser would."""
    ask = BackMsg()
    ask.rerun_script.query_string = f"site={site}"
    ask.rerun_script.page_name = "compare"
    socket.send(ask.SerializeToString())
    said = run(socket)
    token = _TOKEN.search(said)
    if token is None:
        raise RuntimeError(f"the page of {site} hands out no pictures")
    server = http.client.HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT_S)
    for capture in list(dict.fromkeys(_CAPTURE.findall(said)))[:FETCHED]:
        for path in (f"tile/{site}/{capture.decode()}/0/0/0", f"thumbnail/{site}/{capture.decode()}"):
            server.request("GET", f"/api/{path}?k={token.group(1).decode()}")
            answer = server.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} of {site}: {answer.status}")
    server.close()


def run(socket: ClientConnection) -> bytes:
    """All that a run of the script sends."""
    said = []
    while True:
        frame = socket.recv(timeout=TIMEOUT_S)
        if isinstance(frame, bytes):
            said.append(frame)
            if ForwardMsg.FromString(frame).HasField("script_finished"):
                return b"".join(said)


def resident(process: psutil.Process) -> float:
    """MiB."""
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 2**20


def slope(sizes: list[float]) -> float:
    """Growth by visit: least squares."""
    middle, mean = (len(sizes) - 1) / 2, sum(sizes) / len(sizes)
    spread = sum((n - middle) ** 2 for n in range(len(sizes)))
    return sum((n - middle) * (size - mean) for n, size in enumerate(sizes)) / spread if spread else 0.0
