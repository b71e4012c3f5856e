"""``sitetrack demo``, on two small scenes of one site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import workflow.demo
from workflow.cli.demo import command, sample_register
from workflow.demo import Scene
from workflow.errors import InputRefused
from workflow.model import Author, Capture, CaptureKind, DateSpan, Precision, Site
from workflow.project import Project, init_project
from workflow.readmodels import evidence

STORY = workflow.demo.scenes


@pytest.fixture(autouse=True)
def two_small_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(sites: Sequence[Site], seed: int = workflow.demo.SEED) -> tuple[Scene, ...]:
        wanted = ("arch_20211103.tif", "arch_2022-02-20_ms.tif")
        return tuple(
            replace(scene, view=replace(scene.view, gsd_m=0.7, width_m=340))
            for scene in STORY(sites, seed)
            if scene.file in wanted
        )

    monkeypatch.setattr(workflow.demo, "scenes", few)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--no-serve"], catch_exceptions=False)


def contents(root: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in (root / "imagery").rglob("*") if path.is_file()}


def test_makes_a_project_and_says_when_the_gantry_appeared_and_again_changes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "sample"
    done = run(str(root))
    assert done.exit_code == 0, done.output
    assert "late 2021 or early 2022" in done.output
    with Project.open(root) as project:
        assert [capture.synthetic for capture in project.captures()] == [True, True]
        assert {one.author for one in project.observations()} == {"sample-analyst-a", "sample-analyst-b"}
        before, head = contents(root), project.record.chain_head()
    again = run(str(root))
    assert again.exit_code == 0
    with Project.open(root) as project:
        assert (contents(root), project.record.chain_head()) == (before, head)
    with pytest.raises(InputRefused, match="seed 38"):
        run(str(root), "--seed", "7")


def test_a_project_with_a_real_picture_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    sha256 = "ab" * 32
    day = DateSpan(None, None, Precision.UNKNOWN)
    real = Capture(sha256[:16], sha256, CaptureKind.SATELLITE, "real.tif", "o", "w", day, 1, 1, 1)
    root = init_project(tmp_path / "mine")
    with Project.open(root) as project:
        with project.record.write(Author("tester"), "a picture") as transaction:
            transaction.put(real, base_version=0)
        head = project.record.chain_head()
    with pytest.raises(InputRefused, match=r"not rendered \(real.tif\)"):
        run(str(root))
    with Project.open(root) as project:
        assert project.sites() == ()
        assert project.record.chain_head() == head


def test_a_project_of_other_sites_is_refused(tmp_path: Path) -> None:
    root = init_project(tmp_path / "mine")
    with Project.open(root) as project, project.record.write(Author("tester"), "a site") as transaction:
        transaction.put(Site("elsewhere", "Elsewhere"), base_version=0)
    with pytest.raises(InputRefused, match="none of the sample's sites"):
        run(str(root))


def test_both_stills_of_the_pole_and_a_screenshot_of_a_month_take_part_in_one_timeline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted = ("stadium_still_2021.png", "stadium_still_2023.png", "junction_globe_screenshot.png")

    def few(sites: Sequence[Site], seed: int = workflow.demo.SEED) -> tuple[Scene, ...]:
        return tuple(scene for scene in STORY(sites, seed) if scene.file in wanted)

    monkeypatch.setattr(workflow.demo, "scenes", few)
    root = tmp_path / "sample"
    done = run(str(root))
    assert done.exit_code == 0, done.output
    with Project.open(root) as project:
        captures = {one.file: one for one in project.captures()}
        rows = {row["target"]: row for row in evidence.timeline(project) if row["synthetic"]}
        before, after, screenshot = (captures[file] for file in wanted)
        assert rows["camera-strobe"]["latest"] == "2021-02-16"
        assert before.id in str(rows["camera-strobe"]["witnesses"])
        assert rows["second-camera"]["latest"] == "2023-10-10"
        assert after.id in str(rows["second-camera"]["witnesses"])
        assert screenshot.acquired.precision is Precision.MONTH
        [month] = [row for row in rows.values() if screenshot.id in str(row["witnesses"])]
        assert (month["site"], month["latest"]) == ("nampho-road-junction", "2023-04-30")
        # the later still is laid on the earlier one, and the map knows where the camera stood
        assert after.view is not None
        assert after.view.to == before.id
        assert after.view.error_px is not None
        assert after.view.error_px < 3
        assert before.standpoint is not None
        head = project.record.chain_head()
    run(str(root))
    with Project.open(root) as project:
        assert project.record.chain_head() == head


def test_the_sample_register_is_found() -> None:
    assert sample_register().is_file()
