"""What may stand in the repository, and what its documents promise."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# spelt in pieces, so that this file does not name them itself
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js",
    "npm" + "js.com",
    "deb.deb" + "ian.org",
]


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_the_host_of_a_package_registry() -> None:
    texts = {path: path.read_bytes().decode("utf-8", "ignore") for path in tracked()}
    found = [(path.name, host) for path, text in texts.items() for host in HOSTS if host in text]
    assert found == []


def test_nothing_large_bundled_or_foreign_is_tracked() -> None:
    paths = tracked()
    assert [path for path in paths if path.stat().st_size > 1 << 20] == []
    foreign = re.compile(
        r"(^|/)(node_modules|vendor|dist|build)/|\.min\.(js|css)$|\.(ttf|otf|woff2?|tif|tiff|jp2)$"
    )
    assert [path for path in paths if foreign.search(path.relative_to(ROOT).as_posix())] == []


def test_every_dependency_has_a_floor_with_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.split("dependencies = [", 1)[1].split("\n]", 1)[0]
    lines = [line for line in block.splitlines() if line.strip()]
    assert all(
        re.search(r'">?[\w-]+>=[\d.]+",\s+# \S', line) or (">=" in line and "# " in line) for line in lines
    ), lines
    assert tomllib.loads(text)["project"]["dependencies"]


def test_constraints_and_lock_pin_the_same_versions() -> None:
    pins = re.findall(r"^([\w.-]+==\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    locked = re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert pins == locked
    assert len(pins) > 50


def test_the_package_lock_has_no_download_addresses() -> None:
    lock = (ROOT / "dashboard/frontend/package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_the_readme_gives_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.search(r"^python -m pip install .* && sitetrack demo$", readme, re.MULTILINE)
    assert re.search(r"^python -m pip install .*\[test\].* && python -m pytest", readme, re.MULTILINE)


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text("utf-8")):
            if not (document.parent / link).exists():
                broken.append((document.name, link))
    assert broken == []
