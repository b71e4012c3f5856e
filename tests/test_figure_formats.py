"""Every format of a figure, opened again by a reader that did not write it."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import docx
import numpy as np
import pptx
import pypdf
import pypdfium2
import pytest
import rasterio
from defusedxml.ElementTree import fromstring
from embedded_faces import embedded_faces
from figure_sheets import CAPTION, HOSTILE, PLACE, hostile, sheet, small
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageCms
from rasterio.io import MemoryFile

from workflow.errors import InputRefused
from workflow.exporters.figures import SUFFIXES, Sheet, suffix_of, write
from workflow.exporters.figures.pacing import pace
from workflow.figure import Box, Hatch, Item, Polygon, Polyline, Text
from workflow.figure.typeset import tidy

ROOT = Path(__file__).resolve().parents[1]
TITLE = "Kilometre 7"
HANGUL = "A gantry (평양-향산관광도로) – 칠킬로미터."


@pytest.fixture(scope="module")
def figure() -> Sheet:
    return sheet()


@pytest.fixture(scope="module")
def picture(figure: Sheet) -> Image.Image:
    return Image.open(io.BytesIO(write(figure, ".png")))


def size_mm(figure: Sheet) -> tuple[float, float]:
    return figure.drawing.width_px / 150 * 25.4, figure.drawing.height_px / 150 * 25.4


def difference(one: Image.Image, other: Image.Image) -> float:
    """The largest difference, in levels, of any place of about two millimetres: what is missing shows, edges do not."""
    size = (85, round(85 * other.height / other.width))
    sides = [picture.convert("RGB").resize(size, Image.Resampling.BOX) for picture in (one, other)]
    return float(np.asarray(ImageChops.difference(*sides), float).max())


# -- pictures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".jpg", ".jpeg"])
def test_pictures_have_their_size_resolution_colours_and_words(
    suffix: str, figure: Sheet, picture: Image.Image
) -> None:
    found = Image.open(io.BytesIO(write(figure, suffix)))
    assert found.size == (figure.drawing.width_px, figure.drawing.height_px)
    assert found.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    assert found.size[0] / 150 * 25.4 == pytest.approx(170, abs=0.2)
    assert "sRGB" in ImageCms.getProfileName(io.BytesIO(found.info["icc_profile"]))
    assert difference(found, picture) < 6
    packet = found.info.get("xmp") or found.info.get("XML:com.adobe.xmp") or found.tag_v2[700]  # type: ignore[attr-defined]
    told = packet if isinstance(packet, bytes) else packet.encode()
    assert_describes(told.decode())


def assert_describes(packet: str) -> None:
    """The XMP packet names title, caption, creator, rights, source and hashes, and no moment."""
    root = fromstring(packet.strip().removeprefix("\ufeff"))
    text = " ".join(root.itertext())
    for said in (
        TITLE,
        CAPTION,
        "A. Drawer",
        "Source: Test Imagery",
        "scene.tif (abc)",
        "sha256:1234",
        "sha256:5678",
    ):
        assert said in text
    assert not re.search(r"CreateDate|ModifyDate|MetadataDate", packet)


def test_the_png_has_its_words_as_text_and_no_time(figure: Sheet, picture: Image.Image) -> None:
    assert picture.mode == "RGB"
    assert set(picture.info) == {
        "Title",
        "Description",
        "Source",
        "XML:com.adobe.xmp",
        "xmp",
        "icc_profile",
        "dpi",
    }
    assert picture.info["Title"] == TITLE
    assert b"tIME" not in write(figure, ".png")


def test_the_tiff_and_the_png_are_the_same_picture(figure: Sheet, picture: Image.Image) -> None:
    tiff = Image.open(io.BytesIO(write(figure, ".tif")))
    assert ImageChops.difference(tiff, picture).getbbox() is None


# -- vectors -------------------------------------------------------------------------------------------------


def test_the_pdf_has_its_size_searchable_text_in_its_own_face_and_words_about_itself(figure: Sheet) -> None:
    reader = pypdf.PdfReader(io.BytesIO(write(figure, ".pdf")))
    (page,) = reader.pages
    found_mm = [float(side) / 72 * 25.4 for side in (page.mediabox.width, page.mediabox.height)]
    assert found_mm == pytest.approx(size_mm(figure), abs=0.1)
    text = " ".join(page.extract_text().split())
    assert CAPTION in text
    assert "outbound gantry 문" in text
    fonts = page["/Resources"]["/Font"].values()
    assert fonts
    for font in fonts:
        inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert len(inner["/FontFile2"].get_object().get_data()) < 200_000  # a subset, not six megabytes
    assert reader.metadata is not None
    assert reader.metadata.title == TITLE
    assert reader.metadata["/CreationDate"] == "D:20260304050607Z"
    assert_describes(reader.root_object["/Metadata"].get_object().get_data().decode())
    assert "side by side of kilometre 7" in str(alternatives(reader))
    assert {len(one.image.size) for one in page.images} == {2}


def alternatives(reader: pypdf.PdfReader) -> list[str]:
    """Alternative texts in the tree of the PDF's structure."""
    found, waiting = [], [reader.root_object["/StructTreeRoot"].get_object()]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += [one.get_object() for one in node]
        elif isinstance(node, dict):
            found += [str(node["/Alt"])] if "/Alt" in node else []
            waiting += [node["/K"].get_object()] if "/K" in node else []
    return found


def test_the_pdf_looks_as_the_png_does(figure: Sheet, picture: Image.Image) -> None:
    page = pypdfium2.PdfDocument(write(figure, ".pdf"))[0]
    assert difference(page.render(scale=150 / 72).to_pil(), picture) < 35


def test_the_svg_has_its_size_real_text_vectors_and_nothing_foreign(figure: Sheet) -> None:
    content = write(figure, ".svg").decode()
    root = fromstring(content)
    space = "{http://www.w3.org/2000/svg}"
    found = [float(root.attrib[side].removesuffix("mm")) for side in ("width", "height")]
    assert found == pytest.approx(size_mm(figure), abs=0.01)
    lines = [one.text for one in root.iter(f"{space}text")]
    assert lines == [one.text for one in figure.drawing.items if isinstance(one, Text)]
    assert CAPTION in " ".join(str(line) for line in lines)
    assert len(list(root.iter(f"{space}image"))) >= 2
    assert list(root.iter(f"{space}polyline"))
    assert next(root.iter(f"{space}desc")).text == figure.words.alt
    assert_describes(content[content.index("<x:xmpmeta") : content.index("</metadata>")])
    addresses = re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?([^"\')>]{1,12})', content)
    assert {one[:5] for one in addresses if not one.startswith("#")} == {"data:"}


# -- office --------------------------------------------------------------------------------------------------


def test_slides_have_pictures_shapes_and_words_that_can_be_edited(figure: Sheet) -> None:
    deck = pptx.Presentation(io.BytesIO(write(figure, ".pptx")))
    (slide,) = deck.slides
    assert deck.slide_width / 36000 == pytest.approx(size_mm(figure)[0], abs=0.1)
    shapes = list(slide.shapes)
    pictures = [one for one in shapes if one.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.PICTURE]
    told = [one._element.nvPicPr.cNvPr.get("descr") for one in pictures if one.name.startswith("Panel")]
    assert told[0].startswith(figure.words.alt)
    assert told[1] == "(b) 1 May 2021, present"
    words = [one.text_frame.text for one in shapes if one.has_text_frame and one.text_frame.text]
    assert f"Figure. {CAPTION}" in words
    assert "outbound gantry 문" in words
    groups = [one for one in shapes if one.shape_type == pptx.enum.shapes.MSO_SHAPE_TYPE.GROUP]
    assert groups  # a stroke and its rim move together
    assert any(one._element.spPr.find(".//{*}custGeom") is not None for one in groups[0].shapes)
    assert len({one.shape_id for one in shapes}) == len(shapes)
    for one in shapes:  # nothing stands beside the slide, whatever a mark does
        if one.name.startswith("Mark"):
            assert one.left >= -36000
            assert one.left + one.width <= deck.slide_width + 36000
    properties = deck.core_properties
    assert (properties.title, properties.author) == (TITLE, "A. Drawer")
    assert properties.created.isoformat() == "2026-03-04T05:06:07"
    assert "sha256:1234" in properties.identifier


def test_the_document_has_a_group_of_shapes_with_alternative_text_and_a_caption(figure: Sheet) -> None:
    content = write(figure, ".docx")
    document = docx.Document(io.BytesIO(content))
    assert document.paragraphs[-1].text == f"Figure. {CAPTION}"
    assert document.paragraphs[-1].style.name == "Caption"
    body = document.element.body
    (drawing,) = body.findall(".//{*}inline")
    assert drawing.find("{*}docPr").get("descr") == figure.words.alt
    extent = drawing.find("{*}extent")
    width_mm = int(extent.get("cx")) / 36000
    assert width_mm == pytest.approx(size_mm(figure)[0], abs=0.1)
    section = document.sections[0]
    assert width_mm <= (section.page_width - section.left_margin - section.right_margin) / 36000 + 0.1
    assert len(body.findall(".//{*}pic")) >= 2
    assert body.findall(".//{*}custGeom")
    assert "outbound gantry 문" in [one.text for one in body.findall(".//{*}txbxContent//{*}t")]
    assert document.core_properties.title == TITLE
    assert document.core_properties.modified.replace(tzinfo=None).isoformat() == "2026-03-04T05:06:07"


def test_the_document_brings_the_faces_of_every_character_that_it_shows() -> None:
    content = write(sheet(dpi=72, caption=HANGUL), ".docx")
    shown = "".join(one.text or "" for one in docx.Document(io.BytesIO(content)).element.findall(".//{*}t"))
    assert set(HANGUL) <= set(shown)
    faces = embedded_faces(content)
    assert list(faces) == ["embedRegular", "embedBold"]
    for kind, face in faces.items():
        assert {ord(char) for char in shown} <= face.getBestCmap().keys()
        assert {*range(0x20, 0x7F), *range(0xA0, 0x100)} <= face.getBestCmap().keys()
        assert face["name"].getDebugName(1) == "Noto Sans KR"
        assert face["OS/2"].usWeightClass == (700 if kind == "embedBold" else 400)
        assert face["OS/2"].fsType == 0  # may be embedded and installed
        assert face["OS/2"].ulCodePageRange1 & 1 << 19  # is one for Korean


def test_the_document_says_that_it_brings_faces_in_the_order_of_the_schema() -> None:
    document = docx.Document(io.BytesIO(write(sheet(dpi=72), ".docx")))
    named = [one.tag.rpartition("}")[2] for one in document.settings.element]
    assert named[:4] == ["zoom", "embedTrueTypeFonts", "saveSubsetFonts", "proofState"]
    for fonts in [document.styles["Caption"].element.rPr.rFonts, *document.element.findall(".//{*}rFonts")]:
        named_faces = {key.rpartition("}")[2]: value for key, value in fonts.items()}
        assert {named_faces[key] for key in ("ascii", "hAnsi", "eastAsia")} == {"Noto Sans KR"}


@pytest.mark.parametrize("suffix", [".pptx", ".docx", ".kmz"])
def test_zips_carry_one_fixed_day_and_no_trace_of_the_machine(suffix: str, figure: Sheet) -> None:
    with zipfile.ZipFile(io.BytesIO(write(figure, suffix))) as archive:
        entries = archive.infolist()
    assert {one.date_time for one in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {one.create_system for one in entries} == {3}
    assert len({one.filename for one in entries}) == len(entries)


def test_a_figure_without_a_caption_in_it_has_none_in_office_files() -> None:
    bare = sheet(dpi=72, caption="")
    assert all(
        "Figure." not in one.text for one in docx.Document(io.BytesIO(write(bare, ".docx"))).paragraphs
    )
    shapes = pptx.Presentation(io.BytesIO(write(bare, ".pptx"))).slides[0].shapes
    assert "Caption" not in [one.name for one in shapes]


def drawn_with(*items: Item) -> Sheet:
    """The figure with more in its drawing list, and no caption, so that it is drawn as it is."""
    figure = sheet(dpi=72, caption="")
    return replace(figure, drawing=replace(figure.drawing, items=(*figure.drawing.items, *items)))


def test_dots_hatching_and_areas_are_drawn_and_what_lies_outside_its_clip_is_not() -> None:
    box = Box(20, 20, 80, 80)
    dot = Polyline(((50.0, 50.0), (50.0, 50.0)), 8, (1, 2, 3), box)
    area = Polygon(((10.0, 30.0), (60.0, 30.0), (60.0, 60.0)), (4, 5, 6), box)
    outside = Polyline(((200.0, 200.0), (220.0, 220.0)), 2, (7, 8, 9), box)
    empty = Text("", 30, 30, Box(30, 30, 30, 30), 8, False, (9, 9, 9))
    figure = drawn_with(Hatch(Box(90, 90, 110, 100)), dot, area, outside, empty)
    deck = pptx.Presentation(io.BytesIO(write(figure, ".pptx"))).slides[0]
    assert "Hatching" in [one.name for one in deck.shapes]
    for content in (deck.shapes._spTree.xml, docx.Document(io.BytesIO(write(figure, ".docx"))).element.xml):
        assert 'prst="ellipse"' in content
        assert "010203" in content
        assert "040506" in content
        assert "070809" not in content
    page = pypdfium2.PdfDocument(write(figure, ".pdf"))[0].render(scale=1).to_pil()
    assert difference(page, Image.open(io.BytesIO(write(figure, ".png")))) < 60
    assert write(figure, ".svg").count(b"<image") == 3


# -- moving --------------------------------------------------------------------------------------------------


def test_the_gif_has_a_frame_for_each_panel_as_long_as_the_pace_says() -> None:
    three = small(sheet(3))
    gif = Image.open(io.BytesIO(write(three, ".gif")))
    stands = []
    frames = []
    for number in range(gif.n_frames):  # type: ignore[attr-defined]
        gif.seek(number)
        stands.append(gif.info["duration"] / 1000)
        frames.append(gif.convert("RGB"))
    assert stands == pace(three.days)
    assert gif.info["loop"] == 0
    assert CAPTION in gif.info["comment"].decode()
    assert len({frame.tobytes() for frame in frames}) == 3
    assert has_colour(frames[1], (255, 221, 0))  # thin marks keep their colour


def has_colour(frame: Image.Image, ink: tuple[int, int, int]) -> bool:
    away = np.abs(np.asarray(frame, int) - ink).max(axis=2)
    return bool((away < 12).sum() > 20)


def test_frames_of_different_heights_stand_on_one_page() -> None:
    figure = sheet(dpi=72)
    crowded = replace(figure.spec.panels[1], height=60)
    spec = replace(figure.spec, panels=(figure.spec.panels[0], crowded))
    gif = Image.open(io.BytesIO(write(replace(figure, spec=spec), ".gif")))
    tall = gif.size
    gif.seek(1)
    assert gif.convert("RGB").size == tall
    assert gif.convert("RGB").getpixel((5, tall[1] - 3)) == (255, 255, 255)


def test_the_film_shows_each_panel_as_long_as_the_pace_says() -> None:
    three = small(sheet(3))
    with av.open(io.BytesIO(write(three, ".mp4"))) as film:
        (stream,) = film.streams.video
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert float(stream.average_rate) == 10  # type: ignore[arg-type]
        pictures: list[NDArray[np.uint8]] = [frame.to_ndarray(format="gray") for frame in film.decode(stream)]
        assert CAPTION in film.metadata["comment"]
        assert "creation_time" not in film.metadata
    jumps = [
        n for n in range(1, len(pictures)) if np.abs(pictures[n].astype(int) - pictures[n - 1]).mean() > 4
    ]
    first, second, third = pace(three.days)
    assert jumps == [round(first * 10), round((first + second) * 10)]
    assert len(pictures) == round((first + second + third) * 10)


def test_another_program_reads_the_film(tmp_path: Path, skip_or_fail: Callable[[str], None]) -> None:
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        skip_or_fail("ffprobe is not installed: install ffmpeg")
    three = small(sheet(3))
    (tmp_path / "film.mp4").write_bytes(write(three, ".mp4"))
    command = [str(ffprobe), "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"]
    done = subprocess.run([*command, str(tmp_path / "film.mp4")], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    said = json.loads(done.stdout)
    (stream,) = said["streams"]
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    assert int(stream["nb_read_frames"]) == round(sum(pace(three.days)) * 10)
    assert float(said["format"]["duration"]) == pytest.approx(sum(pace(three.days)), abs=0.11)
    assert CAPTION in said["format"]["tags"]["comment"]


# -- on the ground -------------------------------------------------------------------------------------------


def test_the_geotiff_has_a_page_for_each_panel_on_the_grid(figure: Sheet) -> None:
    grid = figure.grids[0]
    assert grid is not None
    with MemoryFile(write(figure, ".geo.tif")) as file:
        for page in (1, 2):
            with rasterio.open(f"GTIFF_DIR:{page}:{file.name}") as image:
                assert image.crs.to_string() == grid.crs
                assert tuple(image.transform)[:6] == grid.transform
                assert image.shape == grid.shape
                panel = figure.panels[page - 1]
                assert (image.read((1, 2, 3))[:, panel.valid] == panel.rgb[:, panel.valid]).all()
                assert ((image.dataset_mask() > 0) == panel.valid).all()
                assert image.tags()["TIFFTAG_COPYRIGHT"] == figure.words.credit


def test_the_kmz_lays_each_panel_where_it_lies_with_its_days(figure: Sheet) -> None:
    with zipfile.ZipFile(io.BytesIO(write(figure, ".kmz"))) as archive:
        root = fromstring(archive.read("doc.kml"))
        overlays = root.findall(".//{*}GroundOverlay")
        assert [one.find("{*}TimeStamp/{*}when").text for one in overlays] == ["2019-05-01", "2021-05-01"]
        for one in overlays:
            box = {
                side: float(one.find(f"{{*}}LatLonBox/{{*}}{side}").text)
                for side in ("north", "south", "east", "west")
            }
            assert (box["west"] + box["east"]) / 2 == pytest.approx(PLACE.lon, abs=1e-5)
            assert (box["north"] + box["south"]) / 2 == pytest.approx(PLACE.lat, abs=1e-5)
            assert (box["north"] - box["south"]) * 111_000 == pytest.approx(120, abs=8)
            image = Image.open(io.BytesIO(archive.read(one.find("{*}Icon/{*}href").text)))
            assert image.mode == "RGBA"
            assert image.getextrema()[3] == (0, 255)


@pytest.mark.parametrize("suffix", [".kmz", ".geo.tif"])
def test_what_needs_the_ground_is_refused_without_it(suffix: str) -> None:
    with pytest.raises(InputRefused, match="choose captures on the map"):
        write(sheet(dpi=72, on_grid=False), suffix)


def test_panels_without_coordinates_are_left_out_on_the_ground() -> None:
    figure = sheet(dpi=72)
    mixed = replace(figure, grids=(None, figure.grids[1]))
    with zipfile.ZipFile(io.BytesIO(write(mixed, ".kmz"))) as archive:
        assert archive.namelist() == ["doc.kml", "panels/2.png"]
    with MemoryFile(write(mixed, ".geo.tif")) as file, file.open() as image:
        assert not image.subdatasets
        assert "1 May 2021" in image.tags()["TIFFTAG_IMAGEDESCRIPTION"]


def test_a_swipe_of_pictures_without_one_extent_is_refused() -> None:
    figure = sheet(dpi=72)
    with pytest.raises(InputRefused, match="different extent"):
        write(replace(figure, spec=replace(figure.spec, metres_per_px=None)), ".html")
    other = replace(figure.spec.panels[1], width=50)
    with pytest.raises(InputRefused, match="different extent"):
        write(replace(figure, spec=replace(figure.spec, panels=(figure.spec.panels[0], other))), ".html")


def test_a_swipe_of_one_picture_is_refused() -> None:
    with pytest.raises(InputRefused, match="needs two"):
        write(sheet(1, dpi=72), ".html")


def test_a_swipe_brings_the_face_of_every_character_that_it_shows() -> None:
    page = write(sheet(dpi=72, caption="A gantry (평양-향산관광도로)."), ".html").decode()
    faces = re.findall(r"font-weight:(\d+);src:url\(data:font/ttf;base64,([^)]+)\)", page)
    has = {weight: TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap() for weight, data in faces}
    assert {ord(char) for char in "(평양-향산관광도로)."} <= has["400"].keys()
    assert {ord(char) for char in "SYNTHETIC 2021"} <= has["700"].keys()
    assert "font-src data:" in page


# -- words that somebody means ill with ----------------------------------------------------------------------


def test_hostile_words_come_out_as_words_in_every_format() -> None:
    figure = small(hostile())
    files = {suffix: write(figure, suffix) for suffix in SUFFIXES}
    kept = "".join(char for char in HOSTILE if char not in "\x00\x01\ufffe")
    svg = fromstring(files[".svg"])
    assert next(svg.iter("{http://www.w3.org/2000/svg}title")).text == kept
    assert "{http://www.w3.org/2000/svg}script" not in {one.tag for one in svg.iter()}
    page = files[".html"].decode()
    assert page.count("<script>") == 1
    assert "\x00" not in page
    assert "alert(1)" in page
    assert "</script><script>alert(1)</script>" in tidy(kept)
    deck = pptx.Presentation(io.BytesIO(files[".pptx"])).slides[0]
    assert (
        next(one.text_frame.text for one in deck.shapes if one.name == "Caption") == f"Figure. {tidy(kept)}"
    )
    assert docx.Document(io.BytesIO(files[".docx"])).paragraphs[-1].text == f"Figure. {tidy(kept)}"
    with zipfile.ZipFile(io.BytesIO(files[".kmz"])) as archive:
        assert fromstring(archive.read("doc.kml")).find(".//{*}name").text == kept
    text = pypdf.PdfReader(io.BytesIO(files[".pdf"])).pages[0].extract_text()
    assert "<script>alert(1)</script>" in text
    assert '=HYPERLINK("x")' in text
    for suffix in (".png", ".jpg", ".tif"):
        assert b"&lt;script&gt;alert(1)" in files[suffix]


def test_a_template_sign_in_a_caption_is_not_a_place_holder() -> None:
    page = write(sheet(dpi=72, caption="$title ${credit} $$ costs $5"), ".html").decode()
    assert "$title ${credit} $$ costs $5" in page


# -- the same again ------------------------------------------------------------------------------------------


def hashes(**environment: str) -> list[str]:
    run = [sys.executable, "-P", str(ROOT / "tests" / "figure_sheets.py")]
    found = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(run, env=found, capture_output=True, text=True, check=True).stdout.splitlines()


def test_another_process_another_seed_and_another_zone_write_the_same_bytes() -> None:
    one = hashes(PYTHONHASHSEED="1", TZ="UTC")
    other = hashes(PYTHONHASHSEED="77", TZ="Asia/Pyongyang", LC_ALL="C", HOME="/nowhere")
    assert one == other
    assert [line.split()[0] for line in one] == list(SUFFIXES)


# -- names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.PNG", ".png"),
        ("a.geo.tif", ".geo.tif"),
        ("a.tif", ".tif"),
        ("geo.tif", ".tif"),
        ("a.bmp", ""),
        ("png", ""),
    ],
)
def test_the_end_of_a_name_says_the_format(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix
