"""Metadata that were cut off, flipped or changed in their types: a reading, nothing, or one refusal; never a fault."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import metadata_samples as samples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workflow import plugins
from workflow.errors import InputRefused
from workflow.metadata import SourceFile
from workflow.model import Basis

DIALECTS = tuple(plugins.load("workflow.providers").values())
OWN = {
    samples.IMD_NAME: samples.IMD,
    "whole-city.xml": samples.MAXAR_XML,
    "MTD_MSIL2A.xml": samples.S2_PRODUCT,
    "MTD_TL.xml": samples.S2_TILE,
    "manifest.safe": samples.S1_MANIFEST,
    "ortho_7.xml": samples.ISO_XML,
    "county.xml": samples.FGDC_XML,
    "scene.hdr": samples.ENVI_HEADER,
    samples.OLD_MTL_NAME: samples.OLD_MTL,
}
PICTURES = {
    "MTD_MSIL2A.xml": samples.S2_PICTURE,
    "MTD_TL.xml": samples.S2_PICTURE,
    "manifest.safe": samples.S1_PICTURE,
}
REAL = (
    "planet_api/tests/data/data_item_20220125_075509_67_1061.json",
    "planet/tests/data-files/order/manifest.json",
    "planet_notebooks/jupyter-notebooks/use_cases/crop_segmentation/pre-data/test_scene_cropped_metadata.xml",
    "stac_spec/examples/extended-item.json",
    "landsat/tests/data-files/assets/LC08_L2SP_005009_20150710_20200908_02_T2_MTL.json",
    "landsat/tests/data-files/assets/LC08_L2SP_005009_20150710_20200908_02_T2_MTL.txt",
    "landsat/tests/data-files/mss/LM01_L1GS_001010_19720908_20200909_02_T2_MTL.xml",
    "naip/tests/data-files/m_3008501_ne_16_1_20110815.txt",
    "naip/tests/data-files/m_3211605_ne_11_060_20200415_20200730.xml",
    "naip/tests/data-files/m_4112001_sw_10_060_20220716.xml",
    "../landsat_taizhou_2000_2003/2000TM.HDR",
)
OTHERS = (
    "0",
    "-1",
    "1e999",
    "NaN",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "99999999",
    "true",
    "null",
)
AS_JSON = (
    None,
    True,
    0,
    -1,
    10**400,
    1e300,
    "",
    "x",
    "\ud800",
    [],
    [[]],
    {},
    {"id": 1},
    "0001-01-01T00:00:00+14:00",
)


def picture(name: str) -> str:
    stem = re.sub("(?:^data_item_|_MTL|_metadata)$", "", name.rpartition(".")[0].removeprefix("data_item_"))
    return PICTURES.get(name, f"{stem}.tif")


def try_all(name: str, text: str) -> None:
    for tags in (
        {},
        {"Band_1": text[:200], "TIFFTAG_DATETIME": text[:30], "EXIF_DateTimeOriginal": text[-20:]},
    ):
        source = SourceFile(picture(name), tags, {name: text})
        for dialect in DIALECTS:
            try:
                found = dialect.read(source)
            except InputRefused:
                continue
            assert found is None or set(found.sources) <= set(type(found).__slots__)
            if found is not None:
                json.dumps([found.platform, found.provider, found.credit, found.licence]).encode()
                assert found.acquired is None or found.acquired.basis is not Basis.STATED


@st.composite
def mangled(draw: st.DrawFn, text: str) -> str:
    raw = bytearray(text.encode())
    how = draw(st.sampled_from(["cut", "flip", "swap"]))
    if how == "cut":
        return raw[: draw(st.integers(0, len(raw)))].decode(errors="replace")
    if how == "flip":
        for _ in range(draw(st.integers(1, 30))):
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
        return raw.decode(errors="replace")
    values = list(re.finditer(r"(?<=[>\"= ])[\w.:+-]{2,40}(?=[<\";\n,])", text))
    for match in reversed(draw(st.lists(st.sampled_from(values), min_size=1, max_size=8, unique=True))):
        other = draw(st.sampled_from(OTHERS))
        text = text[: match.start()] + other + text[match.end() :] if match.end() <= len(text) else text
    return text


def swapped(tree: Any, draw: st.DrawFn) -> Any:
    """The tree with some of its values changed for ones of another type."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(AS_JSON))
    if isinstance(tree, dict):
        return {name: swapped(value, draw) for name, value in tree.items()}
    return tree


quiet = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", OWN)
@quiet
@given(data=st.data())
def test_mangled_samples_never_give_a_fault(name: str, data: st.DataObject) -> None:
    try_all(name, data.draw(mangled(OWN[name])))


@pytest.mark.data
@pytest.mark.parametrize("path", REAL)
@quiet
@given(data=st.data())
def test_mangled_real_files_never_give_a_fault(test_data: Path, path: str, data: st.DataObject) -> None:
    file = test_data / "product_metadata" / path
    text = file.read_text("utf-8")
    try_all(file.name, data.draw(mangled(text)))
    if text.startswith("{"):
        try_all(file.name, json.dumps(swapped(json.loads(text), data.draw)))


@pytest.mark.data
@pytest.mark.parametrize("path", REAL)
def test_the_files_that_are_mangled_are_read_when_they_are_not(test_data: Path, path: str) -> None:
    file = test_data / "product_metadata" / path
    name = file.name
    named = {
        "manifest.json": "20180119_XXXXXXX_XXXX_3B_Visual_file_format.tif",
        "extended-item.json": "20201211_223832_CS2.tif",
    }
    source = SourceFile(named.get(name, picture(name)), {}, {name: file.read_text("utf-8")})
    found = [found for dialect in DIALECTS if dialect.name != "file name" and (found := dialect.read(source))]
    assert any(one.acquired for one in found)


@pytest.mark.parametrize("name", OWN)
def test_the_samples_that_are_mangled_are_read_when_they_are_not(name: str) -> None:
    named = {samples.IMD_NAME: "21NOV14023110-M2AS-000000000010_01_P001.TIF"}
    source = SourceFile(named.get(name, picture(name)), {}, {name: OWN[name]})
    assert any(
        found.acquired
        for dialect in DIALECTS
        if dialect.name != "file name" and (found := dialect.read(source))
    )
