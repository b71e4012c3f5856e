"""Small sound files, made in memory, and the ways in which `mutations.py` spoils them.

Each way takes the bytes, a seeded source of chance and an address that must never be asked, and gives other bytes.
"""

from __future__ import annotations

import copy
import io
import json
import random
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.io import MemoryFile
from rasterio.rpc import RPC
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine

Files = dict[str, bytes]
"""Bytes by the suffix of the file; the pixels first."""
Change = Callable[[bytes, random.Random, str], bytes]

_PLACE: dict[str, Any] = {"crs": "EPSG:32651", "transform": Affine(0.5, 0, 4e5, 0, -0.5, 4.3e6)}
_DEGREES: dict[str, Any] = {"crs": "EPSG:4326", "transform": Affine(1e-5, 0, 125, 0, -1e-5, 39)}
_TERM = [1.0] + [0.0] * 19
_RPC = RPC(
    height_off=50, height_scale=500, lat_off=39, lat_scale=0.05, long_off=125, long_scale=0.05, line_off=30,
    line_scale=30, samp_off=30, samp_scale=30, line_num_coeff=[0.0, 0.0, -1.0, 0.02] + [0.0] * 16,
    line_den_coeff=_TERM, samp_num_coeff=[0.0, 1.0, 0.0, 0.01] + [0.0] * 16, samp_den_coeff=_TERM, err_bias=4.0,
)  # fmt: skip


def rasters(address: str) -> dict[str, Files]:
    """Sound rasters by name, one of them with an overview that would be fetched from `address`."""
    rng = np.random.default_rng(1)
    colours = rng.integers(1, 250, (3, 70, 90)).astype("uint8")
    grey = rng.integers(0, 2047, (1, 70, 90)).astype("uint16")
    slope = np.broadcast_to(np.linspace(0, 1, 90, dtype="float32"), (1, 70, 90)).copy()
    slope[0, :5] = np.nan
    points = [
        GroundControlPoint(row, col, 125 + col / 1e4, 39 - row / 1e4) for row in (0, 60) for col in (0, 80)
    ]
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    made = {
        "plain": _raster(colours, **_PLACE),
        "tiled deflate": _raster(colours, **_PLACE, **tiled, compress="deflate", predictor=2),
        "cog": _raster(
            np.tile(colours, (1, 8, 8)), driver="COG", **_PLACE, blocksize=128, compress="deflate"
        ),
        "lzw": _raster(grey, **_PLACE, compress="lzw", predictor=2),
        "packbits": _raster(grey, **_PLACE, compress="packbits"),
        "jpeg in tiff": _raster(colours, **_PLACE, **tiled, compress="jpeg", photometric="ycbcr"),
        "float": _raster(slope, **_PLACE, compress="deflate", predictor=3, nodata=-1.0),
        "palette": _raster(colours[:1] % 4, **_PLACE, colormap={0: (0, 0, 0), 1: (255, 0, 0), 3: (0, 9, 0)}),
        "bigtiff": _raster(colours, **_PLACE, bigtiff="YES", compress="zstd"),
        "planes": _raster(colours, **_PLACE, interleave="band", compress="deflate"),
        "control points": _raster(colours, gcps=(points, rasterio.CRS.from_epsg(4326))),
        "polynomials": _raster(colours, rpcs=_RPC),
        "overview elsewhere": _raster(
            colours, **_PLACE, overview=f"/vsicurl/{address}overview.tif", compress="deflate"
        ),
        "png": _raster(colours, driver="PNG"),
        "png 16": _raster(grey, driver="PNG"),
        "jpeg": _raster(colours, driver="JPEG"),
        "jp2": _raster(colours, driver="JP2OpenJPEG", ending=".jp2", **_PLACE, QUALITY="100"),
        "j2k": _raster(colours, driver="JP2OpenJPEG", ending=".j2k", QUALITY="100", REVERSIBLE="YES"),
        "nitf": _raster(colours, driver="NITF", ICORDS="G", **_DEGREES),
        "nitf jpeg": _nitf(colours, ICORDS="D", IC="C3"),
        "nitf jp2": _nitf(colours, IC="C8"),
    }
    found = {name: {_suffix(content): content} for name, content in made.items()}
    return found | {"envi": _envi(colours)}


def _raster(data: np.ndarray, *, driver: str = "GTiff", **more: Any) -> bytes:
    after = {name: more.pop(name, None) for name in ("colormap", "gcps", "overview")}
    ending = more.pop("ending", "")
    shape = {"count": len(data), "height": data.shape[1], "width": data.shape[2], "dtype": data.dtype.name}
    with warnings.catch_warnings(), MemoryFile(ext=ending) as memory:
        warnings.simplefilter("ignore")
        with memory.open(driver=driver, **shape, **more) as file:
            if after["gcps"]:
                file.gcps = after["gcps"]
            if after["colormap"]:
                file.write_colormap(1, after["colormap"])
            if after["overview"]:
                file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=after["overview"])
            file.write(data)
        return bytes(memory.read())


def _nitf(data: np.ndarray, **more: str) -> bytes:
    """Packed NITF can only be made of another raster."""
    with MemoryFile(_raster(data, **_DEGREES)) as plain, MemoryFile(ext=".ntf") as memory:
        copy_raster(plain.name, memory.name, driver="NITF", **more)
        return bytes(memory.read())


def _suffix(content: bytes) -> str:
    known = {
        b"\xffO": ".j2k",
        b"II": ".tif",
        b"\xff\xd8": ".jpg",
        b"\x89P": ".png",
        b"\0\0": ".jp2",
        b"NI": ".ntf",
    }
    return known[content[:2]]


def _envi(data: np.ndarray) -> Files:
    count, rows, columns = data.shape
    header = (
        f"ENVI\ndescription = {{made}}\nsamples = {columns}\nlines = {rows}\nbands = {count}\nheader offset = 0\n"
        "file type = ENVI Standard\ndata type = 1\ninterleave = bsq\nbyte order = 0\n"
        "map info = {UTM, 1, 1, 400000, 4300000, 0.5, 0.5, 51, North, WGS-84}\nband names = {a, b, c}\n"
    )
    return {".img": data.tobytes(), ".hdr": header.encode()}


# -- registers -----------------------------------------------------------------------------------------------------


def geojson(_: str) -> list[bytes]:
    """Sound registers of sites."""
    shapes: list[dict[str, Any]] = [
        {"type": "Point", "coordinates": [125.7, 39.0]},
        {"type": "LineString", "coordinates": [[125.7, 39.0], [125.71, 39.01]]},
        {"type": "Polygon", "coordinates": [[[125.7, 39], [125.8, 39], [125.8, 39.1], [125.7, 39]]]},
        {"type": "MultiPolygon", "coordinates": [[[[125.7, 39], [125.8, 39], [125.8, 39.1], [125.7, 39]]]]},
    ]
    stated = {
        "name": "관문", "category": "road-camera-gantry", "targets": ["gantry", {"id": "camera"}], "radius_m": 60,
        "bearing_deg": 12.5, "traffic": "both", "note": "a note", "timezone": "Asia/Pyongyang",
        "evidence": [{"target": "gantry", "event": "appeared", "wording": "by 2019", "page": "3"}],
    }  # fmt: skip
    features = [
        {"type": "Feature", "geometry": shape, "properties": {**stated, "id": f"place-{at}"}}
        for at, shape in enumerate(shapes)
    ]
    whole = {"type": "FeatureCollection", "features": features}
    return [json.dumps(one, ensure_ascii=False).encode() for one in (whole, features[0])]


def kml(address: str) -> list[bytes]:
    """Sound documents; links and icons in them must never be fetched."""
    places = "".join(
        f"<Placemark id='p{at}'><name>관문 {at}</name><description><![CDATA[<b>a</b>]]></description>"
        f"<ExtendedData><Data name='category'><value>gate</value></Data></ExtendedData>"
        f"<TimeStamp><when>2019-05</when></TimeStamp>{shape}</Placemark>"
        for at, shape in enumerate(
            (
                "<Point><coordinates>125.7,39.0,0</coordinates></Point>",
                "<LineString><coordinates>125.7,39 125.71,39.01</coordinates></LineString>",
                "<Polygon><outerBoundaryIs><LinearRing><coordinates>125.7,39 125.8,39 125.8,39.1 125.7,39</coordinates>"
                "</LinearRing></outerBoundaryIs></Polygon>",
            )
        )
    )
    icon = f"<Style id='s'><IconStyle><Icon><href>{address}icon.png</href></Icon></IconStyle></Style>"
    link = f"<NetworkLink><Link><href>{address}more.kml</href></Link></NetworkLink>"
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    return [f"{head}{icon}<Folder><name>f</name>{places}</Folder>{link}</Document></kml>".encode()]


def zipped(document: bytes, chance: random.Random) -> bytes:
    """A KMZ around a document, at times with names and members that are not as they should be."""
    name = chance.choice(["doc.kml", "doc.kml", "doc.kml", "../doc.kml", "a/b.kml", "/etc/doc.kml", "x.txt"])
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        archive.writestr(name, document)
        if chance.random() < 0.2:
            archive.writestr("files/icon.png", bytes(chance.randrange(1, 200_000)))
    return memory.getvalue()


# -- ways to spoil -------------------------------------------------------------------------------------------------


def flip(content: bytes, chance: random.Random, _: str) -> bytes:
    """A few bits turned over, most of them in the first part."""
    spoiled = bytearray(content)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(min(len(spoiled), 400) if chance.random() < 0.6 else len(spoiled))
        spoiled[at] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def cut(content: bytes, chance: random.Random, _: str) -> bytes:
    """The end, or a part of the middle, is missing."""
    start = chance.randrange(1, len(content))
    return content[:start] + (b"" if chance.random() < 0.7 else content[start + chance.randrange(1, 200) :])


def splice(content: bytes, chance: random.Random, _: str) -> bytes:
    """A part is put over another place, or in between."""
    start, target = chance.randrange(len(content)), chance.randrange(len(content))
    part = content[start : start + chance.randrange(1, 300)]
    return content[:target] + part + content[target + (len(part) if chance.random() < 0.7 else 0) :]


_EXTREMES = (0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)


def number(content: bytes, chance: random.Random, _: str) -> bytes:
    """A whole number in the head becomes an extreme one."""
    spoiled = bytearray(content)
    for _ in range(chance.randrange(1, 4)):
        form = chance.choice(["<H", ">H", "<I", ">I", "<Q"])
        size = struct.calcsize(form)
        if len(spoiled) > size:
            at = chance.randrange(min(len(spoiled) - size, 700))
            spoiled[at : at + size] = struct.pack(form, chance.choice(_EXTREMES) & (2 ** (8 * size) - 1))
    return bytes(spoiled)


def tiff_field(content: bytes, chance: random.Random, address: str) -> bytes:
    """The tag, type, count or value of a field in the first directory of a little-endian TIFF is changed."""
    if content[:4] != b"II*\0":
        return number(content, chance, address)
    spoiled = bytearray(content)
    (start,) = struct.unpack_from("<I", spoiled, 4)
    if start + 2 > len(spoiled):
        return number(content, chance, address)
    (count,) = struct.unpack_from("<H", spoiled, start)
    for _ in range(chance.randrange(1, 4)):
        entry = start + 2 + 12 * chance.randrange(max(1, count))
        if entry + 12 > len(spoiled):
            break
        which = chance.randrange(4)
        if which < 2:
            tag = chance.choice((0, 1, 3, 4, 5, 12, 16, 258, 259, 273, 324))
            struct.pack_into("<H", spoiled, entry + 2 * which, tag)
        else:
            value = chance.choice((*_EXTREMES, chance.randrange(10**6)))
            struct.pack_into("<I", spoiled, entry + 4 * (which - 1), value)
    return bytes(spoiled)


_WORDS = (
    "1e400", "-1e400", "NaN", "Infinity", "null", "true", '""', "[]", "{}", "1" * 400, "-0", "91", "181", "999999999",
    '"\\u0000"', '"\\ud800"', '"‮"', "[[[[[[[[[[[[", '{"id":1,"id":2}', '"=cmd()"', "9" * 5000,
)  # fmt: skip


def json_word(content: bytes, chance: random.Random, address: str) -> bytes:
    """A word of a JSON text becomes another; at times the whole is nested deeply, or another CRS is named."""
    text = content.decode(errors="replace")
    draw = chance.random()
    if draw < 0.05:
        return b"[" * chance.randrange(1000, 200_000)
    if draw < 0.1:
        crs = json.dumps({"type": "link", "properties": {"href": f"{address}crs"}})
        return text.replace("{", '{"crs": ' + crs + ",", 1).encode()
    ends = [at for at, one in enumerate(text) if one in ',:[]{}"']
    start, end = sorted(chance.sample(ends, 2)) if len(ends) > 1 else (0, 0)
    end = min(end, start + 60)
    return (text[: start + 1] + chance.choice(_WORDS) + text[end:]).encode(errors="surrogatepass")


_VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 91.5, 181, 2**70, 1e308, float("nan"), float("inf"), "", "x" * 5000, "\0", "\ud800", "‮", [], {},
    [[[]]], {"type": "Point"}, "2021~", "05/09/1987", "=cmd()", ["gantry"] * 3000, "EPSG:3857", "<script>",
)  # fmt: skip


def json_value(content: bytes, chance: random.Random, address: str) -> bytes:
    """One or two values of a sound JSON text become others; what is no JSON is spoiled as a text."""
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return json_word(content, chance, address)
    for _ in range(chance.choice((1, 1, 2))):
        places = list(_places(whole))
        if places:
            inside, key = chance.choice(places)
            inside[key] = copy.deepcopy(chance.choice((*_VALUES, address)))
    return json.dumps(whole).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in lists and objects, as what it is in and its key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in list(pairs):
        yield value, key
        yield from _places(inside)


def xml_text(content: bytes, chance: random.Random, address: str) -> bytes:
    """A text between two tags becomes another."""
    parts = content.split(b">")
    at = chance.randrange(len(parts))
    words = (b"nan,nan", b"1e999,1", b"125.7", b"", b"181,91,0", b"x" * 5000, b"1,2 " * 3000, "‮".encode(), b"2019-99",
             b"=cmd()", b"&lt;script&gt;", address.encode())  # fmt: skip
    parts[at] = chance.choice(words) + parts[at][parts[at].find(b"<") :]
    return b">".join(parts)


def xml_word(content: bytes, chance: random.Random, address: str) -> bytes:
    """Something that XML allows and we do not is put in: entities, links, includes, depth; or a tag is broken."""
    text = content.decode(errors="replace")
    evil = (
        f'<!DOCTYPE kml SYSTEM "{address}dtd">', f'<!DOCTYPE kml [<!ENTITY a SYSTEM "{address}x">]>',
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        f'<?xml-stylesheet href="{address}s.xsl"?>',
    )  # fmt: skip
    inside = (
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}i"/>', "&a;", "&#0;", "\0", "<",
        f"<NetworkLink><Link><href>{address}l.kml</href></Link></NetworkLink>", "<Folder>" * 3000, "]]>", "--",
        "<coordinates>nan,inf</coordinates>", "<coordinates>" + "1,2 " * 5000 + "</coordinates>", "</Placemark>",
        f'<MultiGeometry xsi:schemaLocation="{address}a {address}b">', "<Point/>", "9e999", "\ud800", "‮",
    )  # fmt: skip
    if chance.random() < 0.3:
        at = text.find("<kml")
        return (text[:at] + chance.choice(evil) + text[at:]).encode(errors="surrogatepass")
    at = chance.randrange(len(text))
    return (text[:at] + chance.choice(inside) + text[at:]).encode(errors="surrogatepass")


WAYS: Mapping[str, tuple[Change, ...]] = {
    "rasters": (flip, flip, cut, splice, number, tiff_field, tiff_field),
    "geojson": (flip, cut, splice, json_word, json_word, json_value, json_value, json_value),
    "kml": (flip, cut, splice, xml_word, xml_word, xml_text, xml_text, xml_text),
    "kmz": (flip, flip, cut, splice, number),
}
