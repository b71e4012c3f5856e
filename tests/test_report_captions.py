"""For each road figure of the report the sample gives a caption in its grammar; the page shows what the code gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_demo_story import SITES, STORY, span_of

import workflow.demo
from workflow.cli import demo as demo_command
from workflow.cli import figure as figure_command
from workflow.coords import format_dms
from workflow.demo import Scene, marks
from workflow.figure.captions import Form, Shown, caption, credit_of
from workflow.findings import joint_state
from workflow.model import Capture

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "figures.md").read_text("utf-8")
# number: file, targets, whether the sentence names the provider, whether marks are drawn
FIGURES = {
    26: ("house_of_culture_photo.png", ("cameras",), False, True),
    27: ("stadium_still_2021.png", ("camera-strobe",), False, True),
    28: ("junction_2020_screenshot.png", ("cameras",), False, True),
    29: ("wonsan_globe_screenshot.png", ("gantry",), False, True),
    30: ("hyangsan_globe_screenshot.tif", ("gantry",), True, True),
    31: ("nampho_globe_screenshot.tif", ("gantry-inbound", "gantry-outbound"), True, True),
    32: ("junction_globe_screenshot.png", ("gantry",), True, True),
    33: ("stadium_still_2023.png", ("camera-strobe", "second-camera"), False, False),
}
# what the report's caption has, in its order; the picture phrase and the date are of the sample's own pictures
ELEMENTS = {
    26: (r"^Cameras, strobe lights and a radar detector outside the April 25 House of Culture", r"\(4\.25문화회관\)",
         r"photographed on May 27, 2016", r"\(Source: [^,]+, cc-by-sa\. Annotation by"),
    27: (r"traffic camera and strobe light", r"Pyongyang Indoor Stadium \(평양체육관\)",
         r"at 39° 1'13\"N 125°44'5\"E, ", r"seen on [A-Z].* on February 16, 2021\.", r"\(Annotation by"),
    28: (r"^A modern junction in Pyongyang", r"with cameras .* ahead of the junction", r"unknown date",
         r"\(Copyright © 2020 .*\. Annotation by"),
    29: (r"^A structure over the Pyongyang-Wonsan Tourist Motorway \(평양원산관광도로\), seen in a ",
         r"satellite image from April 14, 2023\. \(Source: [^.]+\. Annotation by"),
    30: (r"^A structure over the outbound lanes of the Pyongyang-Hyangsan Tourist Motorway \(평양-향산관광도로\)",
         r"at 39° 6'28\"N 125°44'21\"E, seen in a .*Sample Globe satellite image from April 2023\.",
         r"\(Annotation by"),
    31: (r"^Two structures over the inbound and outbound lanes of the Pyongyang-Nampho Road \(청년영웅도로\)",
         r"from May 2022\. \(Annotation by"),
    32: (r"^A structure over an outbound lane and a lane that feeds into the Pyongyang-Nampho Road",
         r"\(청년영웅도로\)", r"seen in a .*Sample Globe satellite image from April 2023\. \(Annotation by"),
    33: (r"^A camera pole near Pyongyang Indoor Stadium", r"with two cameras mounted on it",
         r"seen on [A-Z].* on October 10, 2023\.", r"\(Image: "),
}  # fmt: skip


def captured(scene: Scene) -> Capture:
    """The scene as intake knows it, as far as a caption reads it."""
    return Capture(
        "a" * 16,
        "a" * 64,
        scene.kind,
        scene.file,
        "",
        "",
        span_of(scene),
        100,
        100,
        3,
        provider=scene.provider,
        credit=scene.credit,
        licence=scene.licence,
        synthetic=True,
    )


def ours(number: int) -> str:
    file, targets, name_provider, drawn = FIGURES[number]
    scene = next(one for one in STORY if one.file == file)
    site = next(one for one in SITES if one.id == scene.site)
    capture = captured(scene)
    states = {joint_state({one.state for one in scene.observations if one.target == key}) for key in targets}
    assert states == {"present"}
    authors = dict.fromkeys(analyst for analyst, _ in marks(scene, capture.id)) if drawn else {}
    return caption(
        site,
        [target for target in site.targets if target.id in targets],
        [Shown(capture, "present", credit_of(capture), bool(authors))],
        coordinates=format_dms(site.position.lonlat) if site.position else "",
        annotated_by=" and ".join(authors),
        form=Form(name_provider=name_provider),
    )


@pytest.mark.parametrize("number", FIGURES)
def test_a_caption_has_what_the_reports_has_in_its_order(number: int) -> None:
    written, start = ours(number), 0
    for pattern in ELEMENTS[number]:
        found = re.compile(pattern).search(written, 0 if pattern.startswith("^") else start)
        assert found, (pattern, written)
        start = found.end()


def test_the_page_shows_the_captions_that_the_code_gives() -> None:
    rows = dict(re.findall(r"^\| (2[6-9]|3[0-3]) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE))
    assert {int(number): text for number, text in rows.items()} == {
        number: ours(number) for number in FIGURES
    }


def test_the_sample_makes_the_figure_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = next(one for one in STORY if one.file == FIGURES[26][0])
    monkeypatch.setattr(workflow.demo, "scenes", lambda *_: (photo,))
    root, out = tmp_path / "sample", tmp_path / "26.png"
    made = CliRunner().invoke(demo_command.command, [str(root), "--no-serve"], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    arguments = [photo.site, "--number", "26", "--dpi", "72", "-o", str(out), "--project", str(root)]
    done = CliRunner().invoke(figure_command.command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert f"Figure 26. {ours(26)}" in done.output
