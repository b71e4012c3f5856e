"""Evidence bundles: what goes in, what does not and why, and that they are the same each time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bundle_sample import ANNA, ASKING, FREE, UNKNOWN, make_project

from workflow.bundle import Bundled, BundleOptions, make_bundle, verify
from workflow.cli import main
from workflow.errors import InputRefused, ProjectUnusable, UnknownName
from workflow.model import Capture, Export, Role, Withdrawal
from workflow.project import Project
from workflow.publish import FigureOptions, write_figure
from workflow.ties import copy_record


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("template"))


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Iterator[Project]:
    with Project.open(shutil.copytree(template, tmp_path / "project")) as opened:
        yield opened


def make(project: Project, why: str = "for the court", **options: Any) -> Bundled:
    return make_bundle(project, ANNA, project.root.parent / "b.zip", BundleOptions(why, **options))


def contents(made: Bundled) -> dict[str, bytes]:
    with zipfile.ZipFile(made.file) as file:
        return {name: file.read(name) for name in file.namelist()}


def of_capture(made: Bundled, project: Project, place: int) -> dict[str, Any]:
    key = project.captures()[place].id
    (row,) = [one for one in made.manifest["captures"] if one["id"] == key]
    return row


def revisions(made: Bundled) -> list[dict[str, Any]]:
    return [json.loads(line) for line in contents(made)[verify.RECORD].splitlines()]


# -- pictures ------------------------------------------------------------------------------------------------------


def test_an_original_whose_licence_allows_it_is_there_byte_for_byte(project: Project) -> None:
    made = make(project, sites=("gate",))
    for place in (FREE, ASKING):
        row, capture = of_capture(made, project, place), project.captures()[place]
        assert contents(made)[row["original"]] == (project.root / capture.original).read_bytes()
        assert contents(made)[row["working"]] == (project.root / capture.working).read_bytes()
        assert len(row["chips"]) == 1
        assert row["original_withheld"] == row["derived_withheld"] == ""


def test_a_picture_of_unknown_licence_is_there_as_its_hash_alone_with_the_reason(project: Project) -> None:
    made = make(project, sites=("gate",))
    row, capture = of_capture(made, project, UNKNOWN), project.captures()[UNKNOWN]
    assert (row["original"], row["working"], row["chips"]) == (None, None, [])
    assert row["sha256"] == capture.sha256
    assert row["original_withheld"] == "no licence is known"
    assert not any(capture.id in name for name in contents(made))
    assert "the original is not here (no licence is known)" in contents(made)["README.txt"].decode()


def test_originals_can_be_left_out_on_request(project: Project) -> None:
    made = make(project, sites=("gate",), originals=False)
    assert not any(name.startswith("originals/") for name in contents(made))
    assert (
        of_capture(made, project, FREE)["original_withheld"] == "the bundle was asked for without originals"
    )
    assert of_capture(made, project, FREE)["working"] is not None


def test_a_withdrawn_capture_is_kept_back_with_its_reason(project: Project) -> None:
    key = project.captures()[FREE].id
    row = project.record.get(Capture, key)
    assert row is not None
    with project.record.write(ANNA, "x") as transaction:
        transaction.put(
            replace(row.value, withdrawn=Withdrawal("licence ended", files_removed=True)), row.version
        )
    made = make(project, sites=("gate",))
    (held,) = [one for one in made.manifest["captures"] if one["id"] == key]
    assert held["original_withheld"] == "the capture was withdrawn: licence ended"


def test_a_picture_of_which_nothing_made_may_be_passed_on_goes_in_alone(project: Project) -> None:
    key = project.captures()[ASKING].id
    row = project.record.get(Capture, key)
    assert row is not None
    with project.record.write(ANNA, "x") as transaction:
        transaction.put(replace(row.value, licence="CC BY-ND 4.0"), row.version)
    made = make(project, sites=("gate",))
    held = of_capture(made, project, ASKING)
    assert held["original"] is not None
    assert (held["working"], held["chips"]) == (None, [])
    assert "files made of it are not here (the terms of CC BY-ND" in contents(made)["README.txt"].decode()


def test_files_made_of_a_picture_go_in_only_where_they_are_there(project: Project) -> None:
    (project.root / project.captures()[FREE].working).unlink()
    shutil.rmtree(project.state_dir / "chips")
    row = of_capture(make(project, sites=("gate",)), project, FREE)
    assert (row["working"], row["chips"]) == (None, [])


# -- sites and record ----------------------------------------------------------------------------------------------


def test_revisions_of_other_sites_are_there_by_their_hashes_alone(project: Project) -> None:
    made = make(project, sites=("gate",))
    in_full = [row for row in revisions(made) if "kind" in row]
    assert {row["kind"] for row in in_full} >= {
        "site",
        "target",
        "capture",
        "observation",
        "annotation",
        "offset",
    }
    assert len(revisions(made)) == project.record.revision - 1  # the export was noted after it
    assert made.manifest["revisions"] == {
        "in_full": len(in_full),
        "by_hash": len(revisions(made)) - len(in_full),
    }
    assert all("Hut by the lake" not in data.decode("utf-8", "replace") for data in contents(made).values())


def test_every_version_of_an_object_is_there_with_who_and_when(project: Project) -> None:
    key = project.captures()[FREE].id
    rows = [row for row in revisions(make(project, sites=("gate",))) if row.get("id") == key]
    known = project.record.history(Capture, key)
    assert [(row["payload"], row["author"], row["reason"]) for row in rows] == [
        (one.payload, one.author, one.reason) for one in known
    ]
    assert len(rows) == 2


def test_a_site_that_is_not_public_is_left_out_without_a_trace_and_the_bundle_says_that_some_were(
    project: Project,
) -> None:
    made = make(project)
    assert [one["id"] for one in made.manifest["sites"]] == ["gate", "hut"]
    for data in contents(made).values():
        assert b"lair" not in data
        assert b"126.4321" not in data
    assert "Sites that are not public, and where they are: 1 left out." in made.manifest["left_out"]
    assert "not public" in contents(made)["README.txt"].decode()


def test_a_site_that_is_not_public_is_refused_by_name(project: Project) -> None:
    with pytest.raises(InputRefused, match=r"Site lair: is not public \(restricted\).*--with-positions"):
        make(project, sites=("lair",))


def test_a_site_that_is_not_public_goes_in_where_that_is_asked_for(project: Project) -> None:
    made = make(project, with_positions=True)
    assert made.manifest["with_positions"]
    assert made.manifest["revisions"]["by_hash"] == 0
    assert made.manifest["left_out"] == []
    assert b"126.4321" in contents(made)[verify.RECORD]
    assert "are told with their positions" in contents(made)["README.txt"].decode()


def test_anchors_say_nothing_of_the_files_that_they_were_noted_for(project: Project) -> None:
    lines = contents(make(project))[verify.ANCHORS].decode().splitlines()
    assert lines
    assert all(line.endswith(" figure") for line in lines)


# -- figures -------------------------------------------------------------------------------------------------------


def test_figures_that_the_project_noted_go_with_their_sites(project: Project) -> None:
    made = make(project)
    assert [one["name"] for one in made.manifest["figures"]] == ["again.png", "arch.png"]
    for one in made.manifest["figures"]:
        assert contents(made)[one["file"]] == (project.root / one["name"]).read_bytes()
        assert contents(made)[one["sidecar"]] == (project.root / f"{one['name']}.json").read_bytes()
    assert make(project, sites=("hut",)).manifest["figures"] == []


@pytest.mark.parametrize("name", ["arch.png", "arch.png.json"])
def test_a_figure_that_is_named_brings_its_site_and_captures(project: Project, name: str) -> None:
    made = make(project, figures=(project.root / name,))
    assert [one["id"] for one in made.manifest["sites"]] == ["gate"]
    assert [one["name"] for one in made.manifest["figures"]] == ["arch.png"]
    assert len(made.manifest["captures"]) == 3


def test_figures_of_one_name_stand_beside_each_other(project: Project) -> None:
    (project.root / "북").mkdir()
    for name in ("arch.png", "arch.png.json"):
        shutil.copy(project.root / name, project.root / "북" / name)
    made = make(project, figures=(project.root / "arch.png", project.root / "북" / "arch.png"))
    assert [one["file"] for one in made.manifest["figures"]] == [
        "figures/001-arch.png",
        "figures/002-arch.png",
    ]


def test_a_credit_that_a_figure_prints_on_one_line_is_that_of_the_record(project: Project) -> None:
    with project.record.write(ANNA, "credits") as transaction:
        for row in transaction.rows(Capture):
            transaction.put(replace(row.value, credit="© 2021  Somebody\nInc."), row.version)
    write_figure(project, "gate", project.root / "arch.png", FigureOptions(dpi=72))
    assert make(project, figures=(project.root / "arch.png",)).manifest["figures"] != []


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", '{"site": 1, "panels": []}', "[" * 100_000])
def test_what_is_no_figure_is_refused(project: Project, text: str | None) -> None:
    (project.root / "odd.png").write_bytes(b"x")
    if text is not None:
        (project.root / "odd.png.json").write_text(text)
    with pytest.raises(InputRefused, match=r"odd\.png"):
        make(project, figures=(project.root / "odd.png",))


# -- the same each time ----------------------------------------------------------------------------------------------


def test_the_same_state_gives_the_same_bytes_in_another_process_and_place(
    template: Path, tmp_path: Path
) -> None:
    hashes = set()
    for number in range(2):
        root = shutil.copytree(template, tmp_path / f"place{number}" / "project")
        command = [
            sys.executable,
            "-c",
            "from workflow.cli import main; main()",
            "bundle",
            "--why",
            "twice",
            "--json",
        ]
        command += ["--project", str(root)]
        environment = os.environ | {
            "PYTHONHASHSEED": str(number),
            "SITETRACK_DATABASE_URL": "",
            "TZ": f"UTC{number}",
        }
        out = tmp_path / f"{number}.zip"
        run = subprocess.run(
            [*command, "-o", str(out), "--author", "Anna"], env=environment, capture_output=True, check=True
        )
        (row,) = json.loads(run.stdout)
        hashes.add(row["sha256"])
        assert row["sha256"] == verify.hashlib.sha256(out.read_bytes()).hexdigest()
    assert len(hashes) == 1


def test_a_bundle_is_noted_as_an_export_with_who_and_why(project: Project) -> None:
    made = make(project, "for the court in Seoul")
    row = project.record.rows(Export)[-1]
    assert (row.value.kind, row.value.sha256, row.value.sites) == (
        "evidence bundle",
        made.sha256,
        ("gate", "hut"),
    )
    (revision,) = project.record.history(Export, row.value.id)
    assert (revision.author, revision.reason) == ("Anna", "for the court in Seoul")


def test_a_bundle_of_an_earlier_state_still_fits_the_project(project: Project) -> None:
    first = make(project)
    second = make_bundle(project, ANNA, first.file.with_name("c.zip"), BundleOptions("again"))
    assert first.manifest["chain"]["count"] + 1 == second.manifest["chain"]["count"]
    assert b"for the court" not in contents(second)[verify.RECORD]  # not the whole record: exports are hashes


# -- refusals --------------------------------------------------------------------------------------------------------


def nothing_left(project: Project) -> bool:
    return [path.name for path in project.root.parent.iterdir()] == ["project"]


@pytest.mark.parametrize(
    ("why", "name"), [("  ", "b.zip"), ("x", "b.tar"), ("x", "none/b.zip"), ("x", "folder.zip")]
)
def test_a_request_that_makes_no_bundle_is_refused(project: Project, why: str, name: str) -> None:
    (project.root / "folder.zip").mkdir()
    with pytest.raises(InputRefused):
        make_bundle(project, ANNA, project.root / name, BundleOptions(why))


def test_a_site_that_is_not_known_is_named(project: Project) -> None:
    with pytest.raises(UnknownName, match="did you mean 'gate'"):
        make(project, sites=("gates",))


@pytest.mark.parametrize("how", ["changed", "missing"])
def test_a_bundle_is_not_made_of_an_original_that_is_not_as_it_was(project: Project, how: str) -> None:
    path = project.root / project.captures()[FREE].original
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data) if how == "changed" else path.unlink()
    with pytest.raises(ProjectUnusable, match=path.name):
        make(project)
    assert nothing_left(project)
    assert len(project.record.rows(Export)) == 1  # the sample's


def test_a_full_disk_is_told_before_anything_is_written(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    with pytest.raises(InputRefused, match="free some space"):
        make(project)
    assert nothing_left(project)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_file_that_cannot_be_written_whole_leaves_nothing_behind(project: Project) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000))\n"
        "from workflow.cli import main; main()"
    )
    out = project.root.parent / "b.zip"
    command = [
        sys.executable,
        "-c",
        code,
        "bundle",
        "--project",
        str(project.root),
        "--why",
        "x",
        "-o",
        str(out),
    ]
    environment = os.environ | {"SITETRACK_DATABASE_URL": "", "SITETRACK_AUTHOR": "Anna"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.returncode == 1
    assert "b.zip: it cannot be written (File too large)" in run.stderr
    assert "Traceback" not in run.stderr
    assert nothing_left(project)


def test_a_record_that_does_not_hold_gives_no_bundle(project: Project) -> None:
    import sqlite3

    with sqlite3.connect(project.state_dir / "record.sqlite") as raw:
        raw.execute("DROP TRIGGER observation_revision_no_update")
        raw.execute(
            "UPDATE observation_revision SET reason = 'another' WHERE seq = (SELECT max(seq) FROM observation_revision)"
        )
    with pytest.raises(ProjectUnusable, match="was changed after it was written"):
        make(project)
    assert nothing_left(project)


# -- the command -----------------------------------------------------------------------------------------------------


def run_main(*arguments: str) -> int:
    with pytest.raises(SystemExit) as done:
        main(arguments)
    return int(str(done.value.code))


def test_the_command_writes_a_row_and_verify_confirms_the_bundle(
    project: Project, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out, where = tmp_path / "b.zip", ("--project", str(project.root))
    asked = (
        "bundle",
        *where,
        "--site",
        "gate",
        "--why",
        "a talk",
        "-o",
        str(out),
        "--author",
        "Bo",
        "--json",
    )
    assert run_main(*asked) == 0
    said = capsys.readouterr()
    (row,) = json.loads(said.out)
    assert (row["sites"], row["captures"], row["originals"], row["figures"]) == (["gate"], 3, 2, 2)
    assert "Left out" in said.err
    assert run_main("verify", *where, str(out)) == 0
    assert "0 problems" in capsys.readouterr().out


def test_verify_says_where_a_bundle_and_the_record_part(
    project: Project, template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = shutil.copytree(template, tmp_path / "other" / "project")
    with Project.open(other) as opened:
        with opened.record.write(ANNA, "another history") as transaction:
            site = transaction.get(type(opened.site("hut")), "hut")
            assert site is not None
            transaction.put(replace(site.value, note="elsewhere"), site.version)
        made = make(opened)
    assert run_main("verify", "--project", str(project.root), str(made.file)) == 1
    assert f"its chain has {opened_count(made)} revisions" in capsys.readouterr().out
    project.record.log_export(ANNA, "x", Export("", "x", "x", "0" * 64, 1))
    assert run_main("verify", "--project", str(project.root), str(made.file)) == 1
    assert f"its chain is not the record's from revision {opened_count(made)}" in capsys.readouterr().out
    (tmp_path / "no.zip").write_bytes(b"PK")
    assert run_main("verify", "--project", str(project.root), str(tmp_path / "no.zip")) == 1
    assert "The zip is cut off" in capsys.readouterr().out


def opened_count(made: Bundled) -> int:
    return int(made.manifest["chain"]["count"])


def test_a_viewer_may_make_one(project: Project) -> None:
    out = project.root.parent / "b.zip"
    made = make_bundle(project, replace(ANNA, role=Role.VIEWER), out, BundleOptions("reading"))
    assert made.manifest["made_by"]["role"] == "viewer"


def test_a_record_in_a_database_gives_the_same_evidence(
    template: Path, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = shutil.copytree(template, tmp_path / "project")
    with Project.open(root) as project:
        made = make(project)
        at_home = contents(made)
    copy_record(root / ".sitetrack", "", postgres_url)
    monkeypatch.setenv("SITETRACK_DATABASE_URL", postgres_url)
    with Project.open(root) as project:
        made = make(project)
        away = contents(made)
        # one revision more: the note of the first bundle
        assert away[verify.RECORD].startswith(at_home[verify.RECORD])
        assert {name for name in away if name.startswith(("imagery/", "originals/"))} == {
            name for name in at_home if name.startswith(("imagery/", "originals/"))
        }
    assert run_main("verify", "--project", str(root), str(made.file)) == 0
    with zipfile.ZipFile(made.file) as archive:
        archive.extractall(tmp_path / "unpacked")
    command = [sys.executable, "-I", "-S", str(tmp_path / "unpacked" / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
