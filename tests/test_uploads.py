"""Files that came through a browser: hostile names, metadata beside pictures, every refusal, nothing left behind."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metadata_samples import IMD
from PIL import Image

from workflow.errors import InputRefused, NotAllowed, UnknownName
from workflow.model import Author, CaptureKind, IntakeEvent, Role, Site
from workflow.pipeline.uploads import Became, IntakeOptions, Taken, safe_name, shown_name, take_uploads
from workflow.project import Project, init_project

Make = Callable[..., Path]
ANNA = Author("Anna")
DATED = IntakeOptions(acquired="14 April 2023")
HANGUL = "평양_20211112.tif"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        yield opened


@pytest.fixture
def picture(make_raster: Make) -> Callable[[int], bytes]:
    def made(seed: int) -> bytes:
        noise = np.random.default_rng(seed).integers(1, 250, (3, 20, 20)).astype("uint8")
        return make_raster(f"made{seed}.tif", noise).read_bytes()

    return made


Picture = Callable[[int], bytes]


def take(project: Project, *files: tuple[str, bytes], options: IntakeOptions = DATED) -> tuple[Taken, ...]:
    return take_uploads(project, ANNA, [(name, io.BytesIO(body)) for name, body in files], options)


# -- clips ---------------------------------------------------------------------------------------------------


def still(seed: int) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(seed).integers(1, 250, (30, 40, 3)).astype("uint8")
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


def take_clip(project: Project, name: str, codes: list[str], *files: tuple[str, bytes]) -> tuple[Taken, ...]:
    options = IntakeOptions(acquired="10 October 2023", kind=CaptureKind.BROADCAST, site="gate")
    sent = [(name, io.BytesIO(body)) for name, body in files]
    return take_uploads(project, ANNA, sent, options, clip=(name, codes))


@pytest.fixture
def gated(project: Project) -> Project:
    with project.record.write(ANNA, "a site") as transaction:
        transaction.put(Site("gate", "Gate"), base_version=0)
    return project


def test_stills_with_their_times_become_one_clip(gated: Project) -> None:
    taken = take_clip(gated, "news", ["2:40", "72"], ("far: 2.png", still(1)), ("near.png", still(2)))
    assert [one.became for one in taken] == [Became.NEW, Became.NEW]
    [clip] = gated.captures()
    assert {one.captures[0].id for one in taken} == {clip.id}
    assert (clip.file, [one.at_s for one in clip.frames]) == ("news", [72, 160])


@pytest.mark.parametrize(
    ("name", "codes", "sentence"),
    [
        ("news", ["1", "1"], "a.png and b.png are both at 00:00:01"),
        ("news", ["1", "x"], "'x' cannot be read"),
        ("news", ["1"], "2 stills and 1 time codes were given"),
        ("", ["1", "2"], "its name is empty"),
    ],
)
def test_what_is_no_clip_is_refused_whole(gated: Project, name: str, codes: list[str], sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        take_clip(gated, name, codes, ("a.png", still(1)), ("b.png", still(2)))
    assert gated.captures() == ()


def test_a_clip_has_stills_alone_and_each_name_once(gated: Project) -> None:
    with pytest.raises(InputRefused, match=r"shot\.IMD: is no still"):
        take_clip(gated, "news", ["1", "2"], ("a.png", still(1)), ("shot.IMD", IMD.encode()))
    with pytest.raises(InputRefused, match="another file of that name"):
        take_clip(gated, "news", ["1", "2"], ("a.png", still(1)), ("A.png", still(2)))


# -- names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "shown", "safe"),
    [
        ("a.tif", "a.tif", "a.tif"),
        ("../../etc/a.tif", "a.tif", "a.tif"),
        ("C:\\pictures\\a.TIF", "a.TIF", "a.TIF"),
        ("\0a\x07.tif", "a.tif", "a.tif"),
        ("..", "unnamed", "unnamed"),
        ("", "unnamed", "unnamed"),
        ("a?b:c.tif", "a?b:c.tif", "a_b_c.tif"),
        ("nul.tif", "nul.tif", "_nul.tif"),
        (
            "<img src=x onerror=alert(1)>.tif",
            "<img src=x onerror=alert(1)>.tif",
            "_img src=x onerror=alert(1)_.tif",
        ),
        (unicodedata.normalize("NFD", HANGUL), HANGUL, HANGUL),
    ],
)
def test_a_name_is_shown_as_it_came_and_written_as_a_safe_one(sent: str, shown: str, safe: str) -> None:
    assert shown_name(sent) == shown
    assert safe_name(shown) == safe


@given(st.text(max_size=400))
def test_any_name_is_one_plain_file_name_that_keeps_its_ending(sent: str) -> None:
    shown = shown_name(sent)
    safe = safe_name(shown)
    assert 0 < len(shown) <= 255
    assert 0 < len(safe.encode()) <= 200
    assert PurePath(safe).name == safe
    assert not set(safe) & set('<>:"/\\|?*\0')
    if len(PurePath(shown).suffix) in range(1, 20) and not shown.endswith((".", " ")):
        assert PurePath(safe).suffix[:1] == "."


# -- taking in -----------------------------------------------------------------------------------------------


def test_each_file_ends_as_a_capture_or_a_sentence(project: Project, picture: Picture) -> None:
    first, broken, again = take(project, ("a.tif", picture(1)), ("b.tif", b"nothing"), ("c.tif", picture(1)))
    assert broken.became is Became.REFUSED
    assert broken.sentence == "b.tif: is text; save it as GeoTIFF, JPEG 2000, JPEG or PNG."
    assert {one.captures[0].file for one in (first, again)} <= {"a.tif", "c.tif"}
    assert sorted(one.became for one in (first, again)) in (
        ["new", "there already"],
        ["there already", "new"],
    )
    assert len(project.captures()) == 1
    (known,) = take(project, ("a.tif", picture(1)))
    assert known.became is Became.KNOWN


@pytest.mark.parametrize(
    "name",
    ["../../a.tif", "a\0.tif", f"{'가' * 300}.tif", unicodedata.normalize("NFD", HANGUL), "a/b\\c?.tif"],
)
def test_hostile_names_stay_in_the_record_and_write_nowhere_else(
    project: Project, picture: Picture, name: str, tmp_path: Path
) -> None:
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(project.root)}
    (one,) = take(project, (name, picture(1)))
    assert one.became is Became.NEW
    assert project.captures()[0].file == shown_name(name) == one.name
    (event,) = project.record.rows(IntakeEvent)
    assert event.value.file == shown_name(name)
    made = {path for path in tmp_path.rglob("*") if not path.is_relative_to(project.root)}
    assert made - before == {tmp_path / "made1.tif"}
    assert list(project.imagery.glob(".intake*")) == []


def test_metadata_count_for_the_picture_that_they_came_with(project: Project, picture: Picture) -> None:
    files = (("scene.tif", picture(1)), ("scene.IMD", IMD.encode()), ("other.xml", b"<a/>"))
    taken, said, silent = take(project, *files, options=IntakeOptions())
    assert taken.captures[0].acquired.basis == "product metadata"
    assert (said.became, said.captures) == (Became.METADATA, taken.captures)
    assert (silent.became, silent.captures) == (Became.METADATA, ())


def test_two_pictures_of_one_name_are_not_taken_for_each_other(project: Project, picture: Picture) -> None:
    first, other, same = take(project, ("a.tif", picture(1)), ("A.tif", picture(2)), ("a.tif", picture(1)))
    assert (first.became, other.became) == (Became.NEW, Became.REFUSED)
    assert other.sentence == "A.tif: another file of that name came with it; drop it again by itself."
    assert same == first


def test_a_picture_without_a_date_is_refused_by_the_name_that_it_came_with(
    project: Project, picture: Picture
) -> None:
    (one,) = take(project, ("x?/what?.tif", picture(1)), options=IntakeOptions())
    assert one.sentence.startswith("what?.tif: no date of acquisition")
    assert project.captures() == ()


def test_a_still_is_kept_for_its_site_or_the_run_is_refused(project: Project, make_raster: Make) -> None:
    still = make_raster("still.png", np.full((3, 20, 20), 9, "uint8"), driver="PNG", crs=None).read_bytes()
    options = IntakeOptions(acquired="2021", kind=CaptureKind.BROADCAST, site="nowhere")
    with pytest.raises(UnknownName, match="nowhere"):
        take(project, ("still.png", still), options=options)


def test_somebody_hears_of_each_picture_and_a_viewer_takes_nothing_in(
    project: Project, picture: Picture
) -> None:
    heard: list[str] = []
    steps: list[int] = []
    files = [("a.tif", io.BytesIO(picture(1))), ("b.tif", io.BytesIO(b""))]
    take_uploads(
        project,
        ANNA,
        files,
        DATED,
        lambda _, done, total: steps.append(done * 10 + total),
        lambda one: heard.append(one.name),
    )
    assert sorted(heard) == ["a.tif", "b.tif"]
    assert steps == [2, 12, 22]
    with pytest.raises(NotAllowed, match="may not take pictures in"):
        take_uploads(project, Author("Eve", Role.VIEWER), files, DATED)


def test_a_listener_that_gives_up_leaves_whole_captures_and_no_folder(
    project: Project, picture: Picture
) -> None:
    class Gone(Exception):
        pass

    def leave(_: Taken) -> None:
        raise Gone

    files = [(f"{n}.tif", io.BytesIO(picture(n))) for n in range(3)]
    with pytest.raises(Gone):
        take_uploads(project, ANNA, files, DATED, told=leave)
    kept = project.captures()
    assert kept
    assert len(project.record.rows(IntakeEvent)) == len(kept)
    assert list(project.imagery.glob(".intake*")) == []
