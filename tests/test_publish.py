"""Figures of a small real project: which captures, which words, which refusals, what the sidecar says."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image
from pyproj import Geod, Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine

from workflow import fonts, rasters
from workflow.cli.figure import command
from workflow.errors import BuildMissing, FigureRefused, InputRefused, UnknownName
from workflow.figure import PanelImage, Rect, Text
from workflow.grid import site_grid
from workflow.model import (
    Allowance,
    Annotation,
    Author,
    Capture,
    CaptureKind,
    Confidence,
    DateSpan,
    Georeference,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    Review,
    Site,
    State,
    Stretch,
    Target,
    TargetClass,
)
from workflow.project import Project, init_project
from workflow.publish import FigureOptions, Job, Published, write_all, write_figure, write_many
from workflow.publish.pictures import convergence_deg, ground_m_per_px, widest_gap
from workflow.readmodels.custody import verify_figures

PLACE = LonLat(125.7392, 39.1078)
AUTHOR = Author("A. Analyst")
GANTRY = Target("gantry", "gantry over the outbound lanes", TargetClass.GANTRY)
POLE = Target("pole", "", TargetClass.POLE)
SITE = Site(
    "motorway",
    "kilometre 7",
    name_local="칠킬로미터",
    position=Position(PLACE, 31.0),
    targets=(POLE, GANTRY),
    road="Pyongyang-Hyangsan Tourist Motorway",
    radius_m=60,
    timezone="Asia/Pyongyang",
)
INDOORS = Site("stadium", "Indoor Stadium", targets=(Target("camera", "", TargetClass.CAMERA),))
EMPTY = Site("nowhere", "Nowhere")


def day(year: int, month: int, number: int) -> DateSpan:
    return DateSpan(date(year, month, number), date(year, month, number), Precision.DAY)


def add_capture(project: Project, name: str, acquired: DateSpan, **changes: object) -> Capture:
    """A capture of noise in the record, its working copy in place; `shift_px` moves it to the east.

    `picture` is another one: (data, coordinate system, transform).
    """
    shift_px, shape = int(changes.pop("shift_px", 0)), changes.pop("shape", None)  # type: ignore[call-overload]
    picture = changes.pop("picture", None)
    grid = site_grid(PLACE, 80, 0.5)
    located = shape is None
    height, width = shape or (grid.height, grid.width)  # type: ignore[misc]
    data = np.random.default_rng(len(name)).integers(60, 200, (3, height, width), dtype=np.uint8)
    place = Affine(*grid.transform) @ Affine.translation(shift_px, 0) if located else None
    crs = grid.crs if located else None
    if picture is not None:
        data, crs, place = picture  # type: ignore[misc]
        height, width = data.shape[1:]
    source = project.root / name
    write_tiff(source, data, crs, place)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    working = f"imagery/working/{sha256}.tif"
    (project.root / working).parent.mkdir(parents=True, exist_ok=True)
    made = rasters.write_working(source, "GTiff", project.root / working)
    values: dict[str, object] = {
        "kind": CaptureKind.SATELLITE if located else CaptureKind.GROUND,
        "crs": crs,
        "georeference": Georeference.NATIVE if located else Georeference.NONE,
        "stretch": (Stretch(0, 255),) * 3,
        "credit": "Test Imagery",
        **changes,
    }
    capture = Capture(
        id=sha256[:16],
        sha256=sha256,
        file=name,
        original=f"imagery/originals/{sha256}.tif",
        working=working,
        acquired=acquired,
        width_px=width,
        height_px=height,
        bands=3,
        gsd_m=made.gsd_m,
        footprint=made.footprint,
        **values,  # type: ignore[arg-type]
    )
    put(project, capture)
    return capture


def write_tiff(path: Path, data: np.ndarray, crs: str | None, place: Affine | None) -> None:  # type: ignore[type-arg]
    options: dict[str, object] = {"crs": crs, "transform": place} if place is not None else {}
    bands, height, width = data.shape
    options |= {"count": bands, "height": height, "width": width, "dtype": "uint8"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", **options) as file:
            file.write(data)


def put(project: Project, *objects: object, base_version: int = 0) -> None:
    with project.record.write(AUTHOR, "test") as transaction:
        for one in objects:
            transaction.put(one, base_version=base_version)


def said(
    capture: Capture, state: State, target: str = "gantry", author: str = "A", **changes: object
) -> Observation:
    name = f"{SITE.id}.{target}.{capture.id}.{author.lower()}"
    values: dict[str, object] = {"confidence": Confidence.HIGH, **changes}
    return Observation(name, SITE.id, target, capture.id, author, state, **values)  # type: ignore[arg-type]


def box(capture: Capture, site: Site = SITE, size: float = 1e-4, **changes: object) -> Annotation:
    lon, lat = PLACE.lon, PLACE.lat
    ring = [
        [lon - size, lat - size],
        [lon + size, lat - size],
        [lon + size, lat + size],
        [lon - size, lat - size],
    ]
    values: dict[str, object] = {
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "label": "관문",
        "author": "B. Drawer",
        **changes,
    }
    return Annotation(f"mark-{capture.id}", site.id, capture.id, "box", **values)  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    root = tmp_path / "project"
    init_project(root)
    with Project.open(root) as opened:
        put(opened, SITE, INDOORS, EMPTY)
        yield opened


@pytest.fixture(scope="module")
def series_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five captures of the motorway: the gantry is absent on the second, present on the fourth."""
    root = init_project(tmp_path_factory.mktemp("series"))
    days = [day(2019, 5, 3), day(2021, 11, 3), day(2022, 1, 1), day(2022, 2, 20), day(2023, 4, 14)]
    with Project.open(root) as project:
        captures = [add_capture(project, f"{'s' * (n + 1)}.tif", when) for n, when in enumerate(days)]
        put(project, SITE, INDOORS, EMPTY)
        put(project, said(captures[1], State.ABSENT), said(captures[3], State.PRESENT), box(captures[3]))
    return root


@pytest.fixture
def watched(series_template: Path, tmp_path: Path) -> Iterator[Project]:
    """A copy of the project with five captures."""
    root = shutil.copytree(series_template, tmp_path / "watched")
    with Project.open(root) as opened:
        yield opened


@pytest.fixture
def series(watched: Project) -> list[Capture]:
    return list(watched.captures())


def published(project: Project, site: str = "motorway", **options: object) -> Published:
    values: dict[str, object] = {"dpi": 100, **options}
    return write_figure(project, site, project.root / "figure.png", FigureOptions(**values))  # type: ignore[arg-type]


def shown(made: Published) -> list[str]:
    return [panel["capture"] for panel in made.figure.sidecar["panels"]]


# -- which captures ------------------------------------------------------------------------------------------


def test_by_default_the_witnesses_of_the_appearance_are_shown(
    watched: Project, series: list[Capture]
) -> None:
    made = published(watched)
    assert shown(made) == [series[1].id, series[3].id]
    assert [panel["state"] for panel in made.figure.sidecar["panels"]] == ["absent", "present"]
    assert made.figure.sidecar["target"] == "gantry"  # the first target has no interval
    assert made.figure.caption.startswith(
        "A gantry over the outbound lanes at kilometre 7 (칠킬로미터), Pyongyang-Hyangsan Tourist "
        "Motorway at 39° 6'28\"N 125°44'21\"E, absent in a satellite image from November 3, 2021 and "
        "seen in a satellite image from February 20, 2022. It appeared in late 2021 or early 2022."
    )
    assert made.figure.caption.endswith(" (Source: Test Imagery. Annotation by B. Drawer)")


def test_without_observations_the_ends_of_the_series_are_shown(
    watched: Project, series: list[Capture]
) -> None:
    made = published(watched, target="pole")
    assert shown(made) == [series[0].id, series[4].id]
    assert "pole" not in made.figure.caption


def test_a_presence_alone_is_shown_beside_another_capture_in_the_order_of_dates(
    watched: Project, series: list[Capture]
) -> None:
    put(watched, said(series[0], State.PRESENT, target="pole"))
    assert shown(published(watched, target="pole")) == [series[0].id, series[4].id]


def test_a_target_that_was_never_seen_has_no_interval(watched: Project, series: list[Capture]) -> None:
    put(watched, said(series[0], State.ABSENT, target="pole"))
    caption = published(watched, target="pole").figure.caption
    assert "absent" in caption
    assert "appeared" not in caption


def test_one_that_is_given_is_completed(watched: Project, series: list[Capture]) -> None:
    assert shown(published(watched, before=series[0].file)) == [series[0].id, series[3].id]
    assert shown(published(watched, after=series[4].id)) == [series[1].id, series[4].id]
    assert shown(published(watched, before=series[3].id)) == [series[3].id, series[4].id]


def test_a_returned_observation_does_not_count(project: Project) -> None:
    first, last = (
        add_capture(project, name, when)
        for name, when in (("a.tif", day(2020, 1, 1)), ("bb.tif", day(2021, 1, 1)))
    )
    put(project, said(first, State.ABSENT), said(last, State.PRESENT, review=Review.RETURNED))
    assert [panel["state"] for panel in published(project, target="gantry").figure.sidecar["panels"]] == [
        "absent",
        "",
    ]


def test_analysts_who_disagree_make_the_state_disputed(watched: Project, series: list[Capture]) -> None:
    put(watched, said(series[3], State.ABSENT, author="Other"))
    made = published(watched, before=series[1].id, after=series[3].id, target="gantry")
    assert [panel["state"] for panel in made.figure.sidecar["panels"]] == ["absent", "disputed"]


def test_a_single_capture_makes_one_panel(project: Project) -> None:
    only = add_capture(project, "only.tif", day(2020, 1, 1))
    made = published(project)
    assert shown(made) == [only.id]
    assert "one panel" in made.figure.warnings[0]


def test_pictures_without_coordinates_keep_their_aspect(project: Project) -> None:
    still = add_capture(project, "still.tif", day(2016, 5, 27), shape=(60, 120), site="stadium")
    mark = {"type": "LineString", "coordinates": [[10, 10], [60, 30]]}
    put(project, box(still, INDOORS, geometry=mark, in_pixels=True))
    made = published(project, "stadium")
    assert shown(made) == [still.id]
    assert len(made.figure.sidecar["panels"][0]["annotations"]) == 1
    with Image.open(made.file) as picture:
        assert picture.width > picture.height  # twice as wide as high, and words beneath


def test_a_capture_that_only_touches_the_place_is_not_a_default(
    watched: Project, series: list[Capture]
) -> None:
    add_capture(watched, "far-to-the-east.tif", day(2010, 1, 1), shift_px=250)
    assert shown(published(watched, target="pole"))[0] == series[0].id


# -- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "options", "sentence"),
    [
        ("nowhere", {}, "is not located and has no picture of its own"),
        ("stadium", {}, "is not located and has no picture of its own"),
        ("motorway", {"before": "s.tif", "after": "s.tif"}, "asked for before and after"),
        ("stadium", {"before": "s.tif"}, "does not show site stadium"),
        ("motorway", {"width_mm": 5.0}, "5 mm is not within"),
        ("motorway", {"dpi": 1200, "width_mm": 400.0}, "pixels are too many"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(
    watched: Project, series: list[Capture], site: str, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputRefused, match=sentence):
        published(watched, site, **options)
    assert not (watched.root / "figure.png").exists()


def test_unknown_names_are_refused_with_the_nearest(watched: Project, series: list[Capture]) -> None:
    with pytest.raises(UnknownName, match="did you mean 'motorway'"):
        published(watched, "motorwy")
    with pytest.raises(UnknownName, match="did you mean 'gantry'"):
        published(watched, target="gantri")
    with pytest.raises(UnknownName, match="capture"):
        published(watched, before="nothing.tif")


def test_a_later_capture_is_not_shown_as_the_one_before(watched: Project, series: list[Capture]) -> None:
    with pytest.raises(InputRefused, match="was taken after it; exchange the two"):
        published(watched, before=series[3].id, after=series[1].id)


def test_a_still_beside_a_map_picture_has_no_scale_and_the_figure_says_so(
    watched: Project, series: list[Capture]
) -> None:
    still = add_capture(watched, "still.tif", day(2024, 5, 27), shape=(60, 120), site="motorway")
    made = published(watched, captures=(series[0].id, still.id))
    assert shown(made) == [series[0].id, still.id]
    assert "The panels differ in extent and scale." in made.figure.sidecar["notes"]


def test_a_capture_without_credit_is_refused_until_a_reason_is_given(project: Project) -> None:
    add_capture(project, "bare.tif", day(2020, 1, 1), credit="")
    with pytest.raises(FigureRefused, match="--credit TEXT, or --allow no-credit=REASON"):
        published(project)
    assert published(project, credit="Somebody").figure.caption.endswith("(Source: Somebody)")
    made = published(project, allow=(Allowance("no-credit", "own picture"),))
    assert made.figure.sidecar["allowed"] == [{"code": "no-credit", "reason": "own picture"}]
    assert made.figure.caption.endswith("(no credit given)")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("figure.bmp", r"\.bmp.*use \.png, \.tif"),
        ("figure", "without a suffix"),
        ("missing/figure.png", "missing"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_any_work(
    project: Project, name: str, sentence: str
) -> None:
    with pytest.raises(InputRefused, match=sentence):
        write_figure(project, "no site is looked for", project.root / name)


def test_missing_typefaces_are_named(tmp_path: Path) -> None:
    with pytest.raises(BuildMissing, match="install"):
        fonts.load_fonts(tmp_path)


# -- what is written -----------------------------------------------------------------------------------------


def test_the_sidecar_says_what_the_figure_rests_on(watched: Project, series: list[Capture]) -> None:
    put(watched, Offset("motorway", series[3].id, series[1].id, 1.5, -0.5, 0.9, applied=True, method="phase"))
    made = published(watched)
    content = json.loads(made.sidecar.read_text(encoding="utf-8"))
    head = watched.record.chain_head()
    assert content["figure"] == "figure.png"
    assert content["sha256"] == hashlib.sha256(made.file.read_bytes()).hexdigest()
    assert content["chain"] == {"count": head.count, "sha256": head.sha256}
    assert content["site"] == "motorway"
    assert content["synthetic"] is False
    assert content["interval"]["phrase"] == "late 2021 or early 2022"
    first, second = content["panels"]
    assert (first["sha256"], second["sha256"]) == (series[1].sha256, series[3].sha256)
    assert first["acquired"]["earliest"] == "2021-11-03"
    assert first["offset"] is None
    assert (second["offset"]["dx_m"], second["offset"]["dy_m"], second["offset"]["version"]) == (1.5, -0.5, 1)
    assert second["annotations"] == [{"id": f"mark-{series[3].id}", "version": 1}]
    assert content["caption"].startswith("Figure. A gantry")
    assert content["alt_text"].startswith("Two pictures side by side")
    assert {"sitetrack", "pillow", "rasterio"} <= set(content["software"])


def test_the_same_evidence_gives_the_same_bytes(watched: Project, series: list[Capture]) -> None:
    first = published(watched)
    png, beside = first.file.read_bytes(), first.sidecar.read_bytes()
    second = published(watched)
    assert (second.file.read_bytes(), second.sidecar.read_bytes()) == (png, beside)
    assert sorted(path.name for path in watched.root.glob("*figure*")) == ["figure.png", "figure.png.json"]


def test_a_synthetic_capture_marks_figure_and_words(project: Project) -> None:
    add_capture(project, "rendered.tif", day(2020, 1, 1), synthetic=True)
    made = published(project)
    assert made.figure.sidecar["synthetic"] is True
    assert "synthetic satellite image" in made.figure.caption
    red = np.asarray(Image.open(made.file).convert("RGB")).astype(int)
    assert ((red[..., 0] > 120) & (red[..., 1] < 60)).sum() > 500


def test_an_annotation_is_drawn_where_it_lies(watched: Project, series: list[Capture]) -> None:
    def look() -> NDArray[np.int64]:
        with Image.open(published(watched, caption="", target="pole", after=series[3].id).file) as picture:
            return np.asarray(picture.convert("RGB")).astype(int)

    with_mark = look()
    put(watched, replace(box(series[3]), deleted=True), base_version=1)
    rows, columns = np.nonzero((with_mark != look()).any(axis=2))
    # the box is 17.3 by 22.2 m around the place, in the middle of the right panel of 120.5 m
    left, side = 335 + 10, 314
    assert columns.min() == pytest.approx(left + side * (0.5 - 8.65 / 120.5), abs=4)
    assert rows.min() == pytest.approx(12 + side * (0.5 - 11.1 / 120.5), abs=4)
    assert rows.max() == pytest.approx(12 + side * (0.5 + 11.1 / 120.5), abs=4)


def test_one_stretch_makes_equal_values_look_equal_and_is_said(project: Project) -> None:
    add_capture(project, "wide.tif", day(2020, 1, 1))
    add_capture(project, "narrow.tif", day(2021, 1, 1), stretch=(Stretch(100, 180),) * 3)

    def panels(**said: object) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Published]:
        made = published(project, **said)
        first, second = (one.rgb[0].astype(int) for one in made.figure.sheet.panels)
        return first, second, made

    wide, narrow, made = panels()
    assert made.figure.sidecar["one_stretch"] is None
    assert made.figure.sidecar["notes"] == ["Display stretch set for each picture."]
    first, second, made = panels(one_stretch=True)
    assert np.array_equal(first, wide)
    inner = (narrow > 0) & (narrow < 255)
    assert np.abs(second - (100 + narrow * 80 / 255))[inner].max() <= 1.1
    assert made.figure.sidecar["notes"] == ["One display stretch for all pictures on the map."]
    assert made.figure.sidecar["one_stretch"] == [{"low": 0.0, "high": 255.0}] * 3
    (row,) = verify_figures(project, [made.file])
    assert (row["problems"], row["warnings"]) == ([], [])


def test_pictures_without_a_stretch_in_common_are_refused_one(project: Project) -> None:
    add_capture(project, "a.tif", day(2020, 1, 1))
    add_capture(project, "deep.tif", day(2021, 1, 1), stretch=(Stretch(0, 4000),) * 3)
    with pytest.raises(
        InputRefused, match="reach over 255 and 4000, not one scale; leave each picture its own"
    ):
        published(project, one_stretch=True)
    add_capture(project, "pan.tif", day(2022, 1, 1), stretch=(Stretch(0, 255),))
    with pytest.raises(InputRefused, match="have 1 and 3 bands"):
        published(project, before="a.tif", after="pan.tif", one_stretch=True)


def test_an_annotation_that_does_not_fit_is_left_out_and_named(
    watched: Project, series: list[Capture]
) -> None:
    put(watched, box(series[1], in_pixels=True))
    made = published(watched)
    assert made.figure.sidecar["panels"][0]["annotations"] == []
    assert any(f"mark-{series[1].id}" in warning for warning in made.figure.warnings)


def test_coordinates_of_a_restricted_site_stay_out(watched: Project, series: list[Capture]) -> None:
    hidden = Site("hidden", "Hidden place", position=SITE.position, radius_m=60, visibility="restricted")
    put(watched, hidden)
    made = published(watched, "hidden")
    assert "39°" not in made.sidecar.read_text(encoding="utf-8")
    assert any("not public" in warning for warning in made.figure.warnings)


def test_another_day_at_the_site_is_declared(project: Project) -> None:
    late = DateSpan(
        date(2020, 1, 1), date(2020, 1, 1), Precision.INSTANT, instant=datetime(2020, 1, 1, 20, 0, tzinfo=UTC)
    )
    add_capture(project, "late.tif", late)
    notes = published(project).figure.sidecar["notes"]
    assert "1 January 2020 in UTC is 2 January 2020 at the site." in notes


def test_stretches_that_differ_are_declared(project: Project) -> None:
    add_capture(project, "one.tif", day(2020, 1, 1))
    assert published(project).figure.sidecar["notes"] == []
    add_capture(project, "other.tif", day(2021, 1, 1), stretch=(Stretch(10, 180),) * 3)
    assert "Display stretch set for each picture." in published(project).figure.sidecar["notes"]


def test_an_own_caption_replaces_the_generated_one_and_the_credit_stays(
    watched: Project, series: list[Capture]
) -> None:
    made = published(watched, caption="Figure. My own words.")
    assert made.figure.sidecar["caption"] == "Figure. My own words."
    chunks = Image.open(io.BytesIO(made.file.read_bytes())).info
    assert chunks["Source"] == "Source: Test Imagery"


# -- in several formats --------------------------------------------------------------------------------------


def test_each_file_of_a_figure_has_its_own_sidecar_with_its_own_hash(
    watched: Project, series: list[Capture]
) -> None:
    outs = [watched.root / f"figure{suffix}" for suffix in (".png", ".svg", ".pdf", ".kmz")]
    made = write_all(watched, "motorway", outs, FigureOptions(dpi=72))
    assert [one.file for one in made] == outs
    for one in made:
        content = json.loads(one.sidecar.read_text(encoding="utf-8"))
        assert content["figure"] == one.file.name
        assert content["sha256"] == hashlib.sha256(one.file.read_bytes()).hexdigest()
    assert {entry.file for entry in watched.record.figures()} == {out.name for out in outs}


def test_no_file_is_written_where_one_of_the_formats_is_refused(project: Project) -> None:
    add_capture(project, "alone.tif", day(2020, 1, 1))
    outs = [project.root / "figure.png", project.root / "figure.html"]
    with pytest.raises(InputRefused, match="a swipe needs two"):
        write_all(project, "motorway", outs, FigureOptions(dpi=72))
    assert not outs[0].exists()


def test_files_on_the_ground_do_not_tell_where_a_restricted_site_is(
    watched: Project, series: list[Capture]
) -> None:
    put(watched, Site("hidden", "Hidden place", position=SITE.position, radius_m=60, visibility="restricted"))
    for suffix in (".kmz", ".geo.tif"):
        with pytest.raises(InputRefused, match="a site that is public"):
            write_figure(watched, "hidden", watched.root / f"figure{suffix}", FigureOptions(dpi=72))


def test_a_file_names_its_recipe_its_originals_and_when_the_newest_evidence_came_in(
    watched: Project, series: list[Capture]
) -> None:
    made = published(watched)
    words = made.figure.sheet.words
    recipe, *originals = words.identifiers
    assert re.fullmatch("recipe sha256:[0-9a-f]{64}", recipe)
    assert originals == [f"original sha256:{series[n].sha256}" for n in (1, 3)]
    history = watched.record.history(Annotation, f"mark-{series[3].id}")
    assert words.stamped == max(one.at for one in history)
    assert words.creator == "B. Drawer"
    assert published(watched, dpi=90).figure.sheet.words.identifiers[0] != recipe


@pytest.mark.parametrize("executor", ["serial", "threads:2"])
def test_many_figures_are_the_same_as_one_by_one_and_a_refused_one_leaves_the_others(
    watched: Project, series: list[Capture], executor: str
) -> None:
    options = FigureOptions(dpi=72)
    one = write_figure(watched, "motorway", watched.root / "one.png", options)
    sites = ["motorway", "nowhere", *["motorway"] * 6]
    jobs = [Job(site, (watched.root / f"{number}.png",), options) for number, site in enumerate(sites)]
    done = list(write_many(watched, jobs, executor))
    assert [job for job, _ in done] == jobs
    for job, made in done:
        if job.site == "nowhere":
            assert isinstance(made, InputRefused)
        else:
            assert isinstance(made, tuple)
            assert job.outs[0].read_bytes() == one.file.read_bytes()


def test_the_command_writes_several_files_and_says_so(watched: Project, series: list[Capture]) -> None:
    outs = [str(watched.root / name) for name in ("a.svg", "a.geo.tif")]
    arguments = ["motorway", "-o", outs[0], "-o", outs[1], "--dpi", "72", "--project", str(watched.root)]
    told = CliRunner().invoke(command, [*arguments, "--json"])
    assert told.exit_code == 0, told.output
    assert [row["file"] for row in json.loads(told.stdout)] == outs
    assert "a.geo.tif.json written" in CliRunner().invoke(command, arguments).output


# -- the grid ------------------------------------------------------------------------------------------------


def test_north_leans_left_of_grid_north_east_of_the_central_meridian() -> None:
    grid = site_grid(PLACE, 100, 0.5)
    expected = -(PLACE.lon - 123) * np.sin(np.radians(PLACE.lat))
    assert convergence_deg(grid, PLACE) == pytest.approx(expected, abs=0.01)
    assert abs(convergence_deg(site_grid(LonLat(123.0, 39.0), 100, 0.5), LonLat(123.0, 39.0))) < 0.01


def test_ground_metres_take_the_scale_of_the_projection_out() -> None:
    on_meridian = site_grid(LonLat(123.0, 39.0), 500, 0.5)
    assert ground_m_per_px(on_meridian) == pytest.approx(0.5 / 0.9996, rel=2e-6)


@pytest.mark.parametrize(("crs", "step"), [("EPSG:32651", (0.5, 0.5)), ("EPSG:4326", (5.8e-6, 4.5e-6))])
def test_the_scale_bar_holds_for_a_hundred_metres_on_the_ground(
    project: Project, crs: str, step: tuple[float, float]
) -> None:
    geod = Geod(ellps="WGS84")
    to_map = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform
    ends = [to_map(*geod.fwd(PLACE.lon, PLACE.lat, way, 50)[:2]) for way in (90, 270)]
    centre = to_map(PLACE.lon, PLACE.lat)
    side = 360
    place = Affine.translation(centre[0] - side / 2 * step[0], centre[1] + side / 2 * step[1])
    place @= Affine.scale(step[0], -step[1])
    from_east, from_west = ((~place @ end) for end in ends)
    data = np.full((3, side, side), 90, np.uint8)
    data[:, side // 2 - 30 : side // 2 + 30, round(from_west[0]) : round(from_east[0])] = 255
    add_capture(project, "bar.tif", day(2020, 1, 1), picture=(data, crs, place))
    made = published(project, marks=False)
    drawing = made.figure.sheet.drawing
    box = next(item.box for item in drawing.items if isinstance(item, PanelImage))
    bars = [item.box for item in drawing.items if isinstance(item, Rect) and item.box.top > box.bottom]
    bar = max(bars, key=lambda one: one.width).width
    (said,) = (
        float(found[1])
        for item in drawing.items
        if isinstance(item, Text) and (found := re.fullmatch(r"(\d+) m", item.text))
    )
    row = np.asarray(Image.open(made.file).convert("L"))[int((box.top + box.bottom) / 2)]
    shown = np.count_nonzero(row[int(box.left) : int(box.right)] > 172)
    assert shown / bar * said == pytest.approx(100, abs=1)


def test_the_widest_gap_is_found() -> None:
    valid = np.ones((240, 480), bool)
    assert widest_gap(valid) is None
    valid[:, 300:] = False
    column, row, radius = widest_gap(valid) or (0, 0, 0)
    assert 360 < column < 420
    assert 60 < row < 180
    assert radius > 30
    assert widest_gap(np.zeros((240, 240), bool)) is not None


# -- the command ---------------------------------------------------------------------------------------------


def test_the_command_writes_both_files_and_answers_in_json(
    watched: Project, series: list[Capture], tmp_path: Path
) -> None:
    root, out = str(watched.root), str(tmp_path / "out.png")
    result = CliRunner().invoke(command, ["motorway", "-o", out, "--dpi", "100", "--project", root, "--json"])
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert row["captures"] == [series[1].id, series[3].id]
    assert Path(row["file"]).is_file()
    assert Path(row["sidecar"]).is_file()
    assert "unreviewed" in result.stderr
