"""Custody: what `verify` finds in files, figures and the chain, what it only warns of, and what it notes."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from workflow.actions import annotate, observe, withdraw
from workflow.anchors import read_anchors
from workflow.cli import main
from workflow.errors import ProjectUnusable
from workflow.intake import IntakeOptions
from workflow.model import Annotation, Author, Capture, FileRole, Offset, Role, StoredFile
from workflow.pipeline.ingest import ingest
from workflow.project import Project
from workflow.publish import FigureOptions, Published, write_figure
from workflow.readmodels.custody import verify, verify_figures
from workflow.store import KIND_NAMES, Record

ANNA, LENA = Author("Anna"), Author("Lena", Role.LEAD)


@pytest.fixture(scope="module")
def tamper() -> Iterator[ModuleType]:
    """The campaign under benchmarks/, whose project these tests use."""
    folder = str(Path(__file__).resolve().parents[1] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        yield importlib.import_module("tamper")
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="module")
def template(tamper: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root: Path = tamper.build(tmp_path_factory.mktemp("template"))
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Iterator[Project]:
    """A copy of a project with three captures and the figures arch.png and again.png."""
    with Project.open(shutil.copytree(template, tmp_path / "project")) as opened:
        yield opened


def found(project: Project, *anchors: Any) -> tuple[list[str], list[str]]:
    (row,) = verify(project, anchors)
    assert row["ok"] is not bool(row["problems"])
    return row["problems"], row["warnings"]


def figure(project: Project, out: Path | None = None) -> Published:
    return write_figure(project, "gate", out or project.root / "arch.png", FigureOptions(dpi=72))


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


# -- files ---------------------------------------------------------------------------------------------------


def test_intake_notes_both_files_of_a_capture_with_their_size(project: Project) -> None:
    capture = project.captures()[0]
    rows = [row.value for row in project.record.rows(StoredFile, capture=capture.id)]
    assert [row.role for row in rows] == [FileRole.ORIGINAL, FileRole.WORKING]
    for row in rows:
        content = (project.root / row.path).read_bytes()
        assert (row.size_bytes, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    history = project.record.history(StoredFile, rows[0].path)
    taken = project.record.history(Capture, capture.id)
    assert [one.at for one in history] == [taken[0].at]


def test_a_picture_that_comes_in_again_doubles_no_file(project: Project, tmp_path: Path) -> None:
    before = project.record.rows(StoredFile)
    again = shutil.copy(project.root / project.captures()[0].original, tmp_path / "again.tif")
    ingest(project, ANNA, [Path(again)], IntakeOptions(acquired="2019"))
    assert project.record.rows(StoredFile) == before


def test_a_sound_project_has_no_problem_and_no_warning(project: Project) -> None:
    (row,) = verify(project)
    files, figures = len(project.record.rows(StoredFile)), len(project.record.figures())
    walked = project.record.verify().checked
    assert row == {"ok": True, "checked": walked + files + figures, "problems": [], "warnings": []}
    assert (files, figures) == (6, 2)


def test_a_file_of_another_size_is_named_with_both(project: Project) -> None:
    file = project.record.rows(StoredFile)[1].value
    with (project.root / file.path).open("ab") as handle:
        handle.write(b"x")
    (problem,), _ = found(project)
    assert problem.startswith(f"The working copy of capture {file.capture} (scene0.tif) was changed")
    assert f"{file.size_bytes} were noted" in problem


def test_a_capture_without_noted_files_is_checked_by_what_it_says_itself(project: Project) -> None:
    one = project.captures()[0]
    sha256 = hashlib.sha256(b"old").hexdigest()
    paths = [f"imagery/originals/{sha256}.tif", f"imagery/working/{sha256}.tif"]
    for path in paths:
        (project.root / path).write_bytes(b"old")
    old = replace(one, id="old", sha256=sha256, original=paths[0], working=paths[1], working_sha256="")
    with project.record.write(ANNA, "as before files were noted") as transaction:
        transaction.put(old, base_version=0)
    assert found(project)[0] == []
    (project.root / paths[0]).write_bytes(b"odd")
    assert found(project)[0] == [f"The original of capture old (scene0.tif) was changed: {paths[0]}."]


@pytest.mark.parametrize("changed", ["arch.png", "arch.png.json"])
def test_a_changed_figure_or_sidecar_is_the_one_problem(project: Project, changed: str) -> None:
    file = project.root / changed
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    problems, _ = found(project)
    subject = "The sidecar of figure" if changed.endswith("json") else "Figure"
    assert problems == [f"{subject} arch.png was changed since it was written."]


def test_a_figure_without_its_sidecar_is_a_problem(project: Project) -> None:
    (project.root / "arch.png.json").unlink()
    assert "has no sidecar" in found(project)[0][0]


def test_figures_that_are_gone_are_counted_and_no_problem(project: Project) -> None:
    (project.root / "arch.png").unlink()
    assert found(project) == ([], ["Figures that are no longer where they were written: 1."])


# -- figures against the record ------------------------------------------------------------------------------


def forged(project: Project, change: Callable[[dict[str, Any]], None], folder: Path) -> list[str]:
    """Problems of a figure taken elsewhere whose picture and sidecar somebody changed together."""
    content = json.loads((project.root / "arch.png.json").read_text("utf-8"))
    picture = (project.root / "arch.png").read_bytes() + b"other"
    content["sha256"] = hashlib.sha256(picture).hexdigest()
    change(content)
    (folder / "mine.png").write_bytes(picture)
    (folder / "mine.png.json").write_text(json.dumps(content), "utf-8")
    (row,) = verify_figures(project, [folder / "mine.png"])
    assert any("not one that this project noted" in line for line in row["warnings"]) or row["problems"]
    return [line.replace(str(folder), "") for line in row["problems"]]


def panel(content: dict[str, Any]) -> Any:
    return content["panels"][1]


def test_a_copy_that_says_what_the_record_said_is_no_problem(project: Project, tmp_path: Path) -> None:
    assert forged(project, lambda _: None, tmp_path) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: panel(one).update(sha256="0" * 64), "what the record never said: SHA-256"),
        (lambda one: panel(one)["acquired"].update(earliest="2001-01-01"), "never said: date"),
        (lambda one: panel(one).update(credit="Somebody"), "never said: credit"),
        (lambda one: panel(one).update(synthetic=True), "never said: synthetic"),
        (lambda one: panel(one).update(capture="feedfeedfeedfeed"), "which the record does not have"),
        (lambda one: panel(one)["annotations"].append({"id": "m1", "version": 7}), "m1 at version 7"),
        (lambda one: panel(one)["annotations"].append({"id": "mx", "version": 10**30}), "annotation mx"),
        (lambda one: one["panels"][0]["annotations"].append({"id": "m1", "version": 1}), "annotation m1"),
        (lambda one: panel(one).update(offset={"version": 9}), "offset of capture"),
        (lambda one: one.update(site="nowhere"), "site nowhere"),
        (lambda one: one["chain"].update(sha256="0" * 64), "noted elsewhere (sidecar of "),
        (lambda one: one["chain"].update(count=1), "noted elsewhere (sidecar of "),
        (lambda one: one["chain"].update(count=10**6), "noted elsewhere (sidecar of "),
        (lambda one: one.update(sha256="0" * 64), "not the picture that its sidecar describes"),
        (lambda one: one.update(panels="none"), "cannot be read as one"),
        (lambda one: one.pop("chain"), "cannot be read as one"),
        (lambda one: one.update(format="other/1"), "cannot be read as one"),
    ],
)
def test_a_forged_sidecar_is_found_by_what_the_record_says(
    project: Project, tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    problems = forged(project, change, tmp_path)
    assert any(words in line for line in problems), problems


def test_a_figure_that_was_moved_is_known_by_its_bytes(project: Project, tmp_path: Path) -> None:
    for name in ("arch.png", "arch.png.json"):
        shutil.move(project.root / name, tmp_path / f"moved{name.removeprefix('arch')}")
    (row,) = verify_figures(project, [tmp_path / "moved.png.json"])
    assert (row["problems"], row["warnings"]) == ([], [])
    with (tmp_path / "moved.png").open("ab") as file:
        file.write(b"x")
    (row,) = verify_figures(project, [tmp_path / "moved.png"])
    assert len(row["problems"]) == 1
    assert row["problems"][0].endswith("was changed since it was written.")


def test_the_command_checks_named_figures_alone(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    root = project.root
    (root / project.captures()[0].original).unlink()
    assert run("verify", root / "arch.png", "--project", root) == 0
    assert run("verify", root / "gone.png", "--project", root) == 1
    assert "gone.png is missing." in capsys.readouterr().out
    assert run("verify", "--project", root) == 1


def test_what_moved_on_since_makes_a_figure_stale_and_no_problem(project: Project) -> None:
    record, capture = project.record, project.captures()[2]
    offset = record.get(Offset, f"gate.{project.captures()[0].id}")
    assert offset is not None
    edit = {"id": "m1", "label": "the gantry"}
    annotate(project, ANNA, [{"op": "o2", "seq": 1, "type": "edit", "annotation": edit}])
    point = {"type": "Point", "coordinates": [125.7, 39.0]}
    new = {"id": "m2", "site": "gate", "capture": capture.id, "shape": "point", "geometry": point}
    annotate(project, ANNA, [{"op": "o3", "seq": 1, "type": "add", "annotation": new}])
    observe(project, Author("campaign"), site="gate", capture=capture.id, state="uncertain")
    with record.write(ANNA, "a finer date") as transaction:
        known = transaction.get(Capture, capture.id)
        assert known is not None
        transaction.put(replace(known.value, credit="Campaign & Co"), base_version=known.version)
    problems, warnings = found(project)
    assert problems == []
    about = [line for line in warnings if line.startswith("stale: figure arch.png: ")]
    text = "\n".join(about)
    assert "annotation m1 is at version 2, not 1" in text
    assert "1 annotations were drawn" in text
    assert "credit of capture" in text
    assert f"it says 'present' of capture {capture.id}, the record 'uncertain'" in text
    assert "its interval is" in text
    assert figure(project).not_noted == ""
    assert not any("arch.png" in line for line in found(project)[1])


def test_an_offset_that_was_estimated_again_makes_a_figure_stale(project: Project, tmp_path: Path) -> None:
    capture = project.captures()[2].id
    key = f"gate.{capture}"
    known = project.record.get(Offset, key)
    for dx_m in (1.0, 2.0):
        with project.record.write(ANNA, "by hand") as transaction:
            offset = Offset("gate", capture, capture, dx_m, 0.0, 0.9, applied=True, method="hand")
            now = transaction.get(Offset, key)
            transaction.put(offset, base_version=now.version if now else 0)
        problems, warnings = found(project)
        assert problems == []
        stale = any("is aligned now" in line or "estimated again" in line for line in warnings)
        assert stale
        for name in ("arch.png", "again.png"):
            figure(project, project.root / name)
        assert found(project) == ([], [])
    assert known is None or known.value.dx_m != 2.0


def test_a_figure_older_than_the_error_of_offsets_is_what_the_record_said(project: Project) -> None:
    capture = project.captures()[2].id
    with project.record.write(ANNA, "by hand") as transaction:
        known = transaction.get(Offset, f"gate.{capture}")
        offset = Offset("gate", capture, capture, 1.0, 0.0, 0.9, applied=True, method="hand")
        transaction.put(offset, base_version=known.version if known else 0)
    figure(project, project.root / "arch.png")
    sidecar = project.root / "arch.png.json"
    said = json.loads(sidecar.read_text("utf-8"))
    moved = [panel["offset"] for panel in said["panels"] if panel["offset"]]
    assert moved
    for one in moved:
        del one["error_m"]
    sidecar.write_text(json.dumps(said), "utf-8")
    assert not any("what the record never said" in line for line in found(project)[0])


def test_a_deleted_mark_makes_a_figure_stale(project: Project) -> None:
    annotate(project, ANNA, [{"op": "o9", "seq": 1, "type": "delete", "annotation": {"id": "m1"}}])
    problems, warnings = found(project)
    assert problems == []
    assert any("annotation m1 was deleted" in line for line in warnings)
    assert project.record.get(Annotation, "m1") is not None


def test_a_figure_of_a_withdrawn_capture_is_a_warning_with_the_reason(project: Project) -> None:
    capture = project.captures()[2]
    withdraw(project, LENA, capture.id, reason="licence ended")
    problems, warnings = found(project)
    assert problems == []
    assert any(
        line.startswith(f"Figure arch.png shows capture {capture.id} (scene2.tif), withdrawn on ")
        and line.endswith("by Lena: licence ended.")
        for line in warnings
    )


# -- figures are noted ---------------------------------------------------------------------------------------


def test_a_figure_is_noted_once_and_the_same_again_changes_nothing(project: Project) -> None:
    made = figure(project)
    counter, anchors = project.record.revision, (project.state_dir / "anchors.txt").read_bytes()
    content = (made.file.read_bytes(), made.sidecar.read_bytes())
    again = figure(project)
    assert (again.file.read_bytes(), again.sidecar.read_bytes()) == content
    assert (project.record.revision, (project.state_dir / "anchors.txt").read_bytes()) == (counter, anchors)
    entry = next(one for one in project.record.figures() if one.file == "arch.png")
    assert entry.sha256 == hashlib.sha256(content[0]).hexdigest()
    assert entry.sidecar_sha256 == hashlib.sha256(content[1]).hexdigest()


def test_a_figure_outside_the_project_is_noted_by_its_whole_path(project: Project, tmp_path: Path) -> None:
    made = figure(project, tmp_path / "out.png")
    assert made.file.resolve().as_posix() in {one.file for one in project.record.figures()}
    assert found(project) == ([], [])


def test_a_project_that_cannot_be_written_loses_no_figure(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise ProjectUnusable("record.sqlite", "it cannot be written", "make the file writable")

    monkeypatch.setattr(Record, "save_figure", refuse)
    out = tmp_path / "out.png"
    assert run("figure", "gate", "-o", out, "--dpi", 72, "--project", project.root) == 0
    assert out.is_file()
    assert "could not note it" in capsys.readouterr().err


# -- the chain and its anchors -------------------------------------------------------------------------------


def test_verify_notes_the_head_once_and_only_where_nothing_is_wrong(project: Project) -> None:
    file = project.state_dir / "anchors.txt"
    observe(project, ANNA, site="gate", capture=project.captures()[0].id, state="absent")
    original = project.root / project.captures()[0].original
    content = original.read_bytes()
    original.chmod(0o644)
    original.write_bytes(b"x" + content[1:])
    before = read_anchors(file)
    assert found(project)[0] != []
    assert read_anchors(file) == before
    original.write_bytes(content)
    assert found(project) == ([], [])
    assert found(project) == ([], [])
    anchors, broken = read_anchors(file)
    assert (anchors[:-1], broken) == before
    head = project.record.chain_head()
    assert (anchors[-1].count, anchors[-1].sha256, anchors[-1].purpose) == (head.count, head.sha256, "verify")


def test_a_record_exchanged_for_an_older_copy_does_not_fit_its_anchors(
    project: Project, tmp_path: Path
) -> None:
    root = project.root
    older = tmp_path / "older.sqlite"
    with sqlite3.connect(root / ".sitetrack" / "record.sqlite") as live, sqlite3.connect(older) as copy:
        live.backup(copy)
    live.close()
    copy.close()
    for state in ("absent", "uncertain"):
        observe(project, ANNA, site="gate", capture=project.captures()[0].id, state=state)
    count = project.record.chain_head().count
    assert found(project)[0] == []
    project.close()
    for path in (root / ".sitetrack").glob("record.sqlite*"):
        path.unlink()
    shutil.copy(older, root / ".sitetrack" / "record.sqlite")
    with Project.open(root) as exchanged:
        problems, _ = found(exchanged)
    assert any(
        f"but {count} revisions were noted elsewhere (verify, 20" in problem and problem.endswith("Z).")
        for problem in problems
    )


def test_a_history_written_anew_does_not_fit_the_anchor_of_a_figure(project: Project) -> None:
    """Another project with other words in the same places: each by itself fits, the anchors do not."""
    anchors = (project.state_dir / "anchors.txt").read_bytes()
    count = project.record.chain_head().count
    with Record.open(project.root / "other.sqlite") as other:
        for number in range(count):
            with other.write(ANNA, "anew") as transaction:
                transaction.put(StoredFile(f"f{number}", "", None, FileRole.ORIGINAL, "c"), base_version=0)
        assert other.verify().problems == ()
        found_there = other.verify(read_anchors(project.state_dir / "anchors.txt")[0]).problems
    assert any("noted elsewhere (figure arch.png, " in problem for problem in found_there)
    assert anchors


def test_lines_that_are_no_anchors_are_warned_of(project: Project) -> None:
    with (project.state_dir / "anchors.txt").open("a") as file:
        file.write("scribbled\n")
    problems, warnings = found(project)
    assert problems == []
    assert warnings == ["Lines of anchors.txt that cannot be read were passed over: 3."]


def test_a_record_with_broken_text_is_a_sentence(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project.root
    with sqlite3.connect(root / ".sitetrack" / "record.sqlite") as raw:
        raw.execute("DROP TRIGGER claim_revision_no_update")
        raw.execute("UPDATE claim_revision SET author = CAST(x'ff41' AS TEXT)")
    raw.close()
    assert run("verify", "--project", root) == 3
    assert "it is damaged" in capsys.readouterr().err


# -- the campaign --------------------------------------------------------------------------------------------


def test_a_short_campaign_of_changed_bytes_and_columns_misses_none(tamper: ModuleType) -> None:
    lines, missed = tamper.campaign(200, 7, 20)
    assert missed == []
    assert lines[0][1].startswith("200 byte flips in 10 files")
    assert f"{len(KIND_NAMES)} kinds" in lines[1][1]
    assert len(lines) == 3
