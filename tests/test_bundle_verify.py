"""The verifier that lies in a bundle: it finds every change, and a hostile bundle does it no harm."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bundle_sample import ANNA, benchmark, change_manifest, list_anew, make_project, read_lines, write_lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workflow.bundle import BundleOptions, make_bundle, verify
from workflow.bundle.zipping import Zipping
from workflow.project import Project

SOME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a whole project, positions included."""
    folder = tmp_path_factory.mktemp("bundle")
    with Project.open(make_project(folder)) as project:
        options = BundleOptions("to be tampered with", with_positions=True)
        return make_bundle(project, ANNA, folder / "b.zip", options).file


@pytest.fixture
def folder(zipped: Path, tmp_path: Path) -> Path:
    """That bundle, unpacked."""
    with zipfile.ZipFile(zipped) as file:
        file.extractall(tmp_path / "b")
    return tmp_path / "b"


def problems(path: Path) -> list[str]:
    try:
        return verify.check(verify.opened(path)).problems
    except verify.Unreadable as error:
        return [str(error)]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The bundle's own verifier, with the standard library alone and an empty environment."""
    # Windows starts no program without its own folder
    environment = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=folder.parent)


# -- it holds --------------------------------------------------------------------------------------------------------


def test_a_bundle_holds_as_a_folder_and_as_a_zip_with_the_standard_library_alone(
    folder: Path, zipped: Path
) -> None:
    for done in (run(folder), run(folder, str(folder)), run(folder, str(zipped))):
        assert (done.returncode, done.stderr) == (0, "")
        assert "Result: all that can be checked holds." in done.stdout
        assert "Does not hold" not in done.stdout


def test_the_verifier_writes_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    run(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_other_programs_read_the_zip(zipped: Path) -> None:
    with zipfile.ZipFile(zipped) as file:
        assert file.testzip() is None
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_is_printed_of_a_bundle_cannot_steer_a_terminal(folder: Path) -> None:
    change_manifest(folder, lambda content: content["left_out"].append("\x1b[2Jgone"))
    done = run(folder)
    assert "\x1b" not in done.stdout
    assert "?[2Jgone" in done.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("a", "b"), ("there-is-none.zip",)])
def test_a_wrong_call_is_told_apart_from_a_wrong_bundle(folder: Path, arguments: tuple[str, ...]) -> None:
    assert run(folder, *arguments).returncode == 2


# -- it does not -----------------------------------------------------------------------------------------------------


def flip(path: Path, at: int = -1, pattern: int = 1) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= pattern
    path.write_bytes(data)


def an_original(folder: Path) -> None:
    flip(next((folder / "originals").iterdir()), 1000)


def another_date(folder: Path) -> None:
    path = folder / verify.RECORD
    text = path.read_text("utf-8")
    assert "2020-06-01" in text
    path.write_text(text.replace("2020-06-01", "2019-06-01", 1), "utf-8", newline="\n")


def a_removed_revision(folder: Path) -> None:
    rows = read_lines(folder)
    write_lines(folder, [*rows[:7], *rows[8:]])


def the_last_revision(folder: Path) -> None:
    write_lines(folder, read_lines(folder)[:-1])


def another_order(folder: Path) -> None:
    rows = read_lines(folder)
    rows[4], rows[5] = rows[5], rows[4]
    write_lines(folder, rows)


def a_revision_without_words(folder: Path) -> None:
    rows = read_lines(folder)
    rows[6] = {key: rows[6][key] for key in verify.LINKED}
    write_lines(folder, rows)


def another_author(folder: Path) -> None:
    rows = read_lines(folder)
    rows[9]["author"] = "Somebody else"
    write_lines(folder, rows)


def a_figure(folder: Path) -> None:
    flip(folder / "figures/001-again.png", 5000)


def another_figure(folder: Path) -> None:
    """Picture and hash in its sidecar are exchanged together."""
    picture = folder / "figures/001-again.png"
    flip(picture, 5000)
    change_sidecar(
        folder, lambda content: content.update(sha256=verify.hashlib.sha256(picture.read_bytes()).hexdigest())
    )


def change_sidecar(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "figures/001-again.png.json"
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")


def another_date_in_a_sidecar(folder: Path) -> None:
    change_sidecar(folder, lambda content: content["panels"][0]["acquired"].update(earliest="2001-01-01"))


def a_mark_that_was_never_drawn(folder: Path) -> None:
    mark = {"id": "m9", "version": 1}
    change_sidecar(folder, lambda content: content["panels"][0]["annotations"].append(mark))


def another_chain_in_a_sidecar(folder: Path) -> None:
    change_sidecar(folder, lambda content: content["chain"].update(sha256="0" * 64))


def another_capture_in_a_sidecar(folder: Path) -> None:
    change_sidecar(folder, lambda content: content["panels"][0].update(capture="f" * 16))


def an_invented_offset(folder: Path) -> None:
    change_sidecar(folder, lambda content: content["panels"][0].update(offset={"version": 1, "dx_m": 9.0}))


def an_added_file(folder: Path) -> None:
    (folder / "originals" / "more.tif").write_bytes(b"II*")


def a_missing_file(folder: Path) -> None:
    next((folder / "working").iterdir()).unlink()


def an_anchor(folder: Path) -> None:
    path = folder / verify.ANCHORS
    path.write_text(path.read_text().replace("a", "b").replace("1", "2"))


def the_reason(folder: Path) -> None:
    path = folder / verify.MANIFEST
    path.write_text(
        path.read_text("utf-8").replace("to be tampered with", "nothing at all here"), "utf-8", newline="\n"
    )


NAIVE = [
    (an_original, r"originals/\w+\.tif was changed"),
    (another_date, "version 1 was changed after it was written"),
    (a_removed_revision, "has revision 9 where 8 is due"),
    (the_last_revision, "The chain ends at revision"),
    (another_order, "does not follow the revision before it"),
    (a_revision_without_words, "some were taken out"),
    (another_author, "was changed after it was written"),
    (a_figure, r"figures/001-again\.png was changed"),
    (another_figure, r"figures/001-again\.png was changed"),
    (another_date_in_a_sidecar, r"says of capture \w+ what the record never said: date"),
    (a_mark_that_was_never_drawn, "shows annotation m9 at version 1, which the record does not have"),
    (another_chain_in_a_sidecar, "of a chain that had another hash there"),
    (another_capture_in_a_sidecar, "shows capture f{16}, which the record did not have"),
    (an_invented_offset, r"says of the offset of capture \w+ what the record never said"),
    (an_added_file, r"originals/more\.tif is not in the list of files: it was added"),
    (a_missing_file, r"working/\w+\.tif is missing"),
    (an_anchor, "anchors.txt"),
    (the_reason, "manifest.json was changed"),
]
LISTED = [pair for pair in NAIVE if pair[0] not in (an_added_file, another_figure, the_reason)]


@pytest.mark.parametrize(("change", "sentence"), NAIVE, ids=lambda one: getattr(one, "__name__", ""))
def test_a_change_is_named(folder: Path, change: Callable[[Path], None], sentence: str) -> None:
    change(folder)
    done = run(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(sentence, done.stdout)


@pytest.mark.parametrize(("change", "sentence"), LISTED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_change_is_found_also_where_the_list_of_files_was_made_to_fit(
    folder: Path, change: Callable[[Path], None], sentence: str
) -> None:
    change(folder)
    list_anew(folder)
    assert problems(folder)
    assert not any("SHA-256 is not the one that was listed" in one for one in problems(folder))


@pytest.mark.parametrize("name", [verify.RECORD, verify.ANCHORS])
def test_a_bundle_without_its_record_or_anchors_does_not_hold(folder: Path, name: str) -> None:
    (folder / name).unlink()
    list_anew(folder)
    assert f"{name} is not in the list of files, and every bundle has it." in problems(folder)


def test_a_truncated_zip_is_named(zipped: Path, tmp_path: Path) -> None:
    data = zipped.read_bytes()
    cut = tmp_path / "cut.zip"
    for size in (0, 1, 21, 22, 1000, len(data) // 2, len(data) - 1):
        cut.write_bytes(data[:size])
        assert "The zip is cut off" in problems(cut)[0]
    cut.write_bytes(data + b"x")
    assert "The zip is cut off" in problems(cut)[0]


@SOME
@given(st.data())
def test_any_changed_byte_of_any_file_is_found(folder: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(path for path in folder.rglob("*") if path.is_file())))
    before = path.read_bytes()
    if not before:
        return
    flip(path, data.draw(st.integers(0, len(before) - 1)), data.draw(st.integers(1, 255)))
    try:
        assert problems(folder)
    finally:
        path.write_bytes(before)


@SOME
@given(st.data())
def test_any_changed_byte_of_the_zip_is_found(zipped: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole = zipped.read_bytes()
    outside = st.integers(len(whole) - 8000, len(whole) - 1) | st.integers(0, 100)
    at = data.draw(st.integers(0, len(whole) - 1) | outside)
    pattern = data.draw(st.integers(1, 255))
    (tmp_path / "x.zip").write_bytes(whole[:at] + bytes([whole[at] ^ pattern]) + whole[at + 1 :])
    assert problems(tmp_path / "x.zip")


# -- hostile ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../out.txt", "/etc/out", "a/../../out", "C:out", "a\\b", "a//b", ".hidden", "가.txt", ""]
)
def test_a_zip_with_a_name_that_leads_elsewhere_is_not_read(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr(zipfile.ZipInfo(name), b"x")
    assert "no bundle has" in problems(tmp_path / "x.zip")[0] or "changed" in problems(tmp_path / "x.zip")[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.zip"]


def test_a_compressed_zip_is_not_unpacked(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("manifest.json", b"0" * 50_000_000)
    assert (tmp_path / "bomb.zip").stat().st_size < 100_000
    assert "packed anew by another program" in problems(tmp_path / "bomb.zip")[0]


def test_a_zip_packed_anew_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "anew"), "zip", folder))
    assert "anew" in problems(packed)[0]


def test_a_symbolic_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("manifest.json")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        file.writestr(entry, "/etc/passwd")
    assert "was changed in what its list says of manifest.json" in problems(tmp_path / "x.zip")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_a_folder_are_named_and_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    original = next((folder / "originals").iterdir())
    shutil.move(original, outside / original.name)
    original.symlink_to(outside / original.name)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    found = "\n".join(problems(folder))
    assert f"originals/{original.name} is a link" in found
    assert f"originals/{original.name} is missing" in found
    assert "loop is a link" in found
    assert "pipe is neither file nor folder" in found


def test_deep_folders_are_named_and_not_entered(folder: Path) -> None:
    (folder / "a/b/c/d/e/f/g").mkdir(parents=True)
    assert any("a/b/c/d/e is a folder that no bundle has" in one for one in problems(folder))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b"[" * 200_000, b'{"format": 1e999}', b"\xff", b'{"a":' * 5000]
)
def test_a_manifest_that_is_none_is_told_in_a_sentence(folder: Path, raw: bytes) -> None:
    (folder / verify.MANIFEST).write_bytes(raw)
    assert "cannot be read" in problems(folder)[0]
    (folder / verify.MANIFEST).unlink()
    assert "There is no manifest.json" in problems(folder)[0]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def paths(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ways to every value inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(deeper for key, one in inner for deeper in paths(one, (*way, key)))]


def put(value: Any, way: tuple[Any, ...], new: Any) -> None:
    for key in way[:-1]:
        value = value[key]
    value[way[-1]] = new


@SOME
@given(st.data(), ANYTHING)
def test_no_value_in_manifest_record_or_sidecar_breaks_the_verifier(
    folder: Path, data: st.DataObject, new: Any
) -> None:
    name = data.draw(st.sampled_from([verify.MANIFEST, verify.RECORD, "figures/001-again.png.json"]))
    path = folder / name
    before = path.read_bytes()
    lines = (
        [json.loads(line) for line in before.splitlines()] if name == verify.RECORD else [json.loads(before)]
    )
    at = data.draw(st.integers(0, len(lines) - 1))
    ways = [way for way in paths(lines[at]) if way]
    put(lines[at], data.draw(st.sampled_from(ways)), new)
    try:
        path.write_bytes("".join(f"{json.dumps(line)}\n" for line in lines).encode())
        assert problems(folder)
    finally:
        path.write_bytes(before)


def test_a_manifest_of_a_later_format_says_so(folder: Path) -> None:
    change_manifest(folder, lambda content: content.update(format="sitetrack-bundle/9"))
    assert "its format is 'sitetrack-bundle/9'" in problems(folder)[0]


# -- the zip's form --------------------------------------------------------------------------------------------------


def test_a_file_beyond_four_gigabytes_is_listed_as_other_programs_read_it(tmp_path: Path) -> None:
    """Headers alone: the file between them is a hole."""
    size, path = 5 << 30, tmp_path / "large.zip"
    listed = b""
    with path.open("wb") as file:
        for name in ("a.tif", "b.tif"):
            start = file.tell()
            file.write(verify.local_header(name, size if name == "a.tif" else 3, 7))
            file.seek(size if name == "a.tif" else 3, os.SEEK_CUR)
            listed += verify.central_header(name, size if name == "a.tif" else 3, 7, start)
        start = file.tell()
        file.write(listed + verify.zip_end(2, len(listed), start))
    with zipfile.ZipFile(path) as known:
        assert [one.file_size for one in known.infolist()] == [size, 3]
    assert verify.Zip(path).sizes == {"a.tif": size, "b.tif": 3}


def test_more_files_than_the_short_count_holds_are_listed(tmp_path: Path) -> None:
    with (tmp_path / "many.zip").open("w+b") as file:
        zipping = Zipping(file)
        for number in range(65_536):
            zipping.add(f"f{number}", io.BytesIO(b""), 0)
        zipping.close()
    assert len(verify.Zip(tmp_path / "many.zip").sizes) == 65_536
    with zipfile.ZipFile(tmp_path / "many.zip") as known:
        assert len(known.namelist()) == 65_536


def packed(path: Path, *files: tuple[str, int, bytes], count: int | None = None) -> Path:
    """A zip by hand: names, how far each begins behind its place, contents; `count` is what its end says."""
    body = listed = b""
    for name, gap, content in files:
        crc = verify.binascii.crc32(content)
        body += b"x" * gap
        listed += verify.central_header(name, len(content), crc, len(body) - gap)
        body += verify.local_header(name, len(content), crc) + content
    end = verify.zip_end(len(files) if count is None else count, len(listed), len(body))
    path.write_bytes(body + listed + end)
    return path


@pytest.mark.parametrize(
    ("files", "count", "sentence"),
    [
        ([("a", 0, b"1"), ("a", 0, b"2")], None, "holds a twice"),
        ([("a", 0, b"1"), ("b", 3, b"2")], None, "was changed in front of b"),
        ([("a", 0, b"1"), ("b", 0, b"2")], 1, "bytes that belong to no file"),
        ([("a", 0, b"1")], 2, "changed in its list of files"),
        ([("a", 0, b"1")], 2_000_000, "changed in its list of files"),
    ],
)
def test_a_zip_that_was_put_together_otherwise_is_refused(
    tmp_path: Path, files: list[tuple[str, int, bytes]], count: int | None, sentence: str
) -> None:
    assert sentence in problems(packed(tmp_path / "x.zip", *files, count=count))[0]


def test_a_checksum_of_the_zip_that_was_changed_everywhere_is_named(zipped: Path, tmp_path: Path) -> None:
    """The same wrong number in front of the file and in the list."""
    data, crc = zipped.read_bytes(), verify.Zip(zipped).crcs["README.txt"]
    assert data.count(crc.to_bytes(4, "little")) == 2
    (tmp_path / "x.zip").write_bytes(data.replace(crc.to_bytes(4, "little"), bytes(4)))
    assert problems(tmp_path / "x.zip") == ["The zip's own checksum of README.txt was changed."]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content["captures"].pop(), "is in the record and not in the manifest"),
        (
            lambda content: content["captures"][0].update(id="f" * 16),
            "is in the manifest and not in the record",
        ),
        (lambda content: content["captures"][0].update(sha256="0" * 64), "The manifest's hash of capture"),
        (lambda content: content["captures"][0].update(original="README.txt"), "is not the original that"),
        (lambda content: content["captures"][0].update(working="README.txt"), "is not the working copy that"),
        (lambda content: content["chain"].update(count=3), "The chain ends at revision"),
        (lambda content: content["files"].pop(), "it was added"),
        (
            lambda content: content["figures"][0].update(sidecar="README.txt"),
            "has a sidecar that cannot be read",
        ),
    ],
)
def test_a_manifest_that_was_written_anew_has_to_fit_the_record(
    folder: Path, change: Callable[[dict[str, Any]], Any], sentence: str
) -> None:
    change_manifest(folder, change)
    assert any(sentence in one for one in problems(folder))


@pytest.mark.parametrize("size", [2, 4])
def test_a_file_that_grows_or_shrinks_while_it_is_read_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="is not of"):
        Zipping(io.BytesIO()).add("a", io.BytesIO(b"xyz"), size)


# -- the campaign ----------------------------------------------------------------------------------------------------


def test_a_short_campaign_of_changes_misses_none() -> None:
    lines, missed = benchmark("tamper_bundle").campaign(40, 7)
    assert missed == []
    assert [line[0] for line in lines] == ["files", "the zip", "the record"]
    assert all(line[2] == "0 missed" for line in lines)
