"""What comes with a picture, in a real browser: a proposal taken, a page attached and saved, nothing of it run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from workflow.intake import IntakeOptions
from workflow.model import Author, CaptureKind
from workflow.pipeline.ingest import ingest
from workflow.project import Project

pytestmark = pytest.mark.browser

PAGE = b"<!DOCTYPE html><html><script>fetch('https://example.org/ran')</script></html>"
HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }} [a](javascript:alert(3))"


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, sample: Any, served_at: Any
) -> Iterator[tuple[str, Project]]:
    root = sample.make_project(tmp_path_factory.mktemp("archive") / "project")
    exif = Image.Exif()
    exif[0x8298] = "(c) A"
    exif[0x013B] = HOSTILE
    picture = root.parent / "photo.jpg"
    noise = np.random.default_rng(1).integers(0, 255, (12, 16, 3)).astype("uint8")
    Image.fromarray(noise).resize((320, 240)).save(picture, exif=exif)
    with Project.open(root) as project:
        options = IntakeOptions("2021", kind=CaptureKind.GROUND, site=sample.SITE)
        ingest(project, Author("Anna"), [picture], options)
        with served_at(root, tmp_path_factory.mktemp("elsewhere")) as address:
            yield address, project


def test_a_proposal_is_taken_and_a_page_is_attached_and_saved(
    tab: Any, desk: tuple[str, Project], tmp_path: Path
) -> None:
    address, project = desk
    tab.address = address
    page = tab.page
    page.goto(f"{address}/imagery?capture=photo.jpg")
    page.get_by_text("What the picture says of itself: 2 statements in its file").click()
    page.get_by_text(HOSTILE).wait_for()
    page.get_by_role("button", name="Take: credit").click()
    page.get_by_text("It is taken.").wait_for()
    assert project.capture("photo.jpg").credit == HOSTILE
    tab.settle()
    page.get_by_text("Attached files", exact=True).click()
    page.get_by_label("Attach a file").locator("input[type=file]").or_(
        page.locator(".st-key-capture_panel input[type=file]")
    ).first.set_input_files({"name": f"{HOSTILE}.html", "mimeType": "text/html", "buffer": PAGE})
    page.get_by_role("button", name="Attach", exact=True).click()
    page.get_by_text("It is attached.").wait_for()
    page.get_by_text("Attached files: 1 file").click()
    with page.expect_download() as waiting:
        page.locator("[data-attachment=page] a").click()
    waiting.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == PAGE
    assert tab.foreign == []
    assert tab.errors == []
