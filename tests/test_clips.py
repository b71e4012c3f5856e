"""Several stills of one clip are one capture with time codes."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from workflow import pictures
from workflow.cli import main
from workflow.errors import InputRefused, UnknownName
from workflow.intake import IntakeOptions, clip_of
from workflow.model import Author, CaptureKind, FileRole
from workflow.pipeline.ingest import ingest
from workflow.readmodels import pages
from workflow.readmodels.custody import verify

ANNA = Author("Anna")
COLOURS = {"near.png": (200, 40, 40), "far.png": (40, 160, 40), "wide.png": (40, 60, 200)}


@pytest.fixture
def files(tmp_path) -> dict:
    found = {name: tmp_path / name for name in COLOURS}
    for name, path in found.items():
        wide, high = (64, 36) if name == "wide.png" else (320, 180)
        pixels = np.full((high, wide, 3), COLOURS[name], "uint8")
        pixels[high // 2 :: 2] = 255  # from black to white, so that it is shown as it is
        pixels[high // 2 + 1 :: 2] = 0
        Image.fromarray(pixels).save(path)
    return found


def colour(project, capture, frame: int) -> tuple[int, ...]:
    tile = pictures.tile(project, "gate", capture.id, 0, 0, 0, frame=frame)
    return tuple(np.asarray(Image.open(io.BytesIO(tile.body)).convert("RGB"))[60, 100].tolist())


def near(one, other) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < 12


def test_the_stills_of_a_clip_are_one_capture_by_the_day_of_broadcast(
    watched, files, capsys, monkeypatch
) -> None:
    watched.add_site("gate")
    monkeypatch.chdir(watched.project.root)
    arguments = ["ingest", str(files["far.png"]), str(files["near.png"]), str(files["wide.png"])]
    arguments += ["--clip", "evening news", "--at", "2:40", "--at", "00:01:12", "--at", "3:00.5"]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--kind", "broadcast", "--site", "gate", "--acquired", "12 May 2022", "--json"])
    assert ended.value.code == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["file"], row["earliest"], row["latest"]) == ("evening news", None, "2022-05-12")
    assert [one["at"] for one in row["frames"]] == ["00:01:12", "00:02:40", "00:03:00.500"]
    assert [one["name"] for one in row["parts"]] == ["near.png", "far.png", "wide.png"]
    [capture] = [one for one in watched.project.captures() if one.frames]
    assert (capture.width_px, capture.height_px) == (320, 180)
    assert [(one.width_px, one.height_px) for one in capture.frames][2] == (64, 36)
    roles = [role for role, _, _ in capture.files]
    assert (roles.count(FileRole.ORIGINAL), roles.count(FileRole.WORKING)) == (4, 3)
    assert verify(watched.project)[0]["problems"] == []
    # each frame is shown, in the place of the first
    shown = [colour(watched.project, capture, frame) for frame in range(3)]
    assert all(near(one, COLOURS[name]) for one, name in zip(shown, COLOURS, strict=True))
    with pytest.raises(UnknownName):
        colour(watched.project, capture, 3)
    [card] = pages.compare(watched.project, "gate").stills
    assert card.frames == ("00:01:12", "00:02:40", "00:03:00.500")
    # the same stills again are the same capture
    options = IntakeOptions(acquired="12 May 2022", kind=CaptureKind.BROADCAST, site="gate")
    clip = clip_of("again", [files["near.png"], files["far.png"], files["wide.png"]], ["1", "2", "3"])
    report = ingest(watched.project, ANNA, (), options, clip=clip)
    assert (report.new, report.captures) == (0, (capture,))
    # a working copy of a frame that is gone is told
    (watched.project.root / capture.frames[1].working).unlink()
    assert capture.frames[1].working in str(verify(watched.project)[0]["problems"])


def test_stills_that_do_not_go_together_are_refused_whole(watched, files, tmp_path) -> None:
    watched.add_site("gate")
    Image.new("L", (320, 180), 90).save(tmp_path / "grey.png")
    options = IntakeOptions(acquired="12 May 2022", kind=CaptureKind.BROADCAST, site="gate")
    clip = clip_of("news", [files["near.png"], tmp_path / "grey.png"], ["1", "2"])
    [refused] = ingest(watched.project, ANNA, (), options, clip=clip).refused
    assert str(refused) == "news: has stills of 3 and of 1 bands (grey.png); save them alike."
    assert isinstance(refused, InputRefused)
    assert watched.project.captures() == ()


@pytest.mark.parametrize("more", [["--at", "1"], ["--clip", "news", "--at", "1"]])
def test_the_options_of_a_clip_go_together(watched, files, capsys, monkeypatch, more) -> None:
    watched.add_site("gate")
    monkeypatch.chdir(watched.project.root)
    with pytest.raises(SystemExit) as ended:
        main(["ingest", str(files["near.png"]), *more])
    assert ended.value.code == 2
    assert "goes with" in capsys.readouterr().err
