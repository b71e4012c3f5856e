"""Visits of sites without a browser: what a session sends and fetches, and how the server's memory grows."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

OF_A_SESSION = 50
TIMEOUT_S = 300
_TOKEN = re.compile(rb'"token": ?"([0-9a-f]{8}\.[0-9a-f]{40})"')
_CAPTURE = re.compile(rb'"id": ?"([0-9a-f]{16})"')
_SITE = re.compile(rb'"site": ?\{"id": ?"([a-z0-9-]+)"')
_CHOICE = "-compare.site"
FETCHED = 4
PAGE = "compare"


def visits(address: str, process: psutil.Process, count: int) -> list[float]:
    """MiB of the server after each visit. A session makes 50, then ends and another one begins."""
    sizes: list[float] = []
    while len(sizes) < count:
        with connect(
            f"{address.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"], max_size=None
        ) as socket:
            first = BackMsg()
            first.rerun_script.page_name = PAGE
            said = run(socket, first)
            for _ in range(min(OF_A_SESSION, count - len(sizes))):
                said = visit(socket, address, said, len(sizes) * 7)
                sizes.append(resident(process))
    return sizes


def visit(socket: ClientConnection, address: str, before: Said, number: int) -> Said:
    """Choose a site on the page and fetch some of its pictures, as a browser would."""
    ask = BackMsg()
    ask.rerun_script.page_name = PAGE
    chosen = ask.rerun_script.widget_states.widgets.add()
    chosen.id, chosen.string_value = before.choice, before.options[number % len(before.options)]
    said = run(socket, ask)
    site, token = said.first(_SITE), said.first(_TOKEN)
    server = http.client.HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT_S)
    for capture in list(dict.fromkeys(_CAPTURE.findall(said.text)))[:FETCHED]:
        for path in (f"tile/{site}/{capture.decode()}/0/0/0", f"thumbnail/{site}/{capture.decode()}"):
            server.request("GET", f"/api/{path}?k={token}")
            answer = server.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
    server.close()
    return said


@dataclass(frozen=True, slots=True)
class Said:
    """What a run of the script sent: all of it, and the choice of the site."""

    text: bytes
    choice: str
    options: tuple[str, ...]

    def first(self, wanted: re.Pattern[bytes]) -> str:
        """The first group of the first match."""
        found = wanted.search(self.text)
        if found is None:
            raise RuntimeError(f"the page sent nothing like {wanted.pattern.decode()}")
        return found.group(1).decode()


def run(socket: ClientConnection, ask: BackMsg) -> Said:
    """Ask for a run of the script and take all that it sends."""
    socket.send(ask.SerializeToString())
    frames, choice, options = [], "", ()
    while True:
        frame = socket.recv(timeout=TIMEOUT_S)
        if not isinstance(frame, bytes):
            continue
        frames.append(frame)
        message = ForwardMsg.FromString(frame)
        box = message.delta.new_element.selectbox
        if box.id.endswith(_CHOICE):
            choice, options = box.id, tuple(box.options)
        if message.HasField("script_finished"):
            return Said(b"".join(frames), choice, options)


def resident(process: psutil.Process) -> float:
    """MiB."""
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 2**20


def slope(sizes: list[float]) -> float:
    """Growth by visit: least squares."""
    middle, mean = (len(sizes) - 1) / 2, sum(sizes) / len(sizes)
    spread = sum((n - middle) ** 2 for n in range(len(sizes)))
    return sum((n - middle) * (size - mean) for n, size in enumerate(sizes)) / spread if spread else 0.0
