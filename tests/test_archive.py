"""What comes with a capture: said, proposed, read in it, attached, looking like another; as versions of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from stamp_samples import Authority, bitcoin, pending, proof, step

from workflow import actions
from workflow.actions.attaching import LARGEST, kind_of_attachment
from workflow.backup import back_up
from workflow.bundle import BundleOptions, make_bundle, verify
from workflow.cli import main
from workflow.errors import EditConflict, InputRefused, NotAllowed, UnknownName
from workflow.intake import IntakeOptions
from workflow.model import AttachmentKind, Author, Basis, Capture, CaptureKind, FileRole, Origin, Role, Site
from workflow.pipeline.ingest import ingest
from workflow.project import Project, init_project
from workflow.readmodels.archive import attached_file, attachments, duplicates, likes, proposal_rows
from workflow.readmodels.custody import verify as verify_project
from workflow.readmodels.screentext import read_text

ANNA = Author("Anna")
LEAD = Author("Lena", Role.LEAD)
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' photoshop:Credit='&lt;b&gt;Agency'/>"
    b"</rdf:RDF></x:xmpmeta>"
)


def ground(seed: int) -> Image.Image:
    small = np.random.default_rng(seed).integers(60, 180, (10, 14, 3)).astype("uint8")
    return Image.fromarray(small).resize((560, 400), Image.Resampling.BICUBIC)


def make_project(root: Path) -> Path:
    """A screenshot with a date bar, the same saved again, and a photograph with EXIF and XMP."""
    shot = ground(1)
    draw, font = ImageDraw.Draw(shot), ImageFont.load_default(15)
    for top, text in (
        (0, "Imagery Date: 2021-11-14"),
        (374, "Google Earth  Image © 2021 Maxar Technologies"),
    ):
        draw.rectangle((0, top, 560, top + 26), fill="black")
        draw.text((20, top + 4), text, font=font, fill="white")
    folder = root.parent / "pictures"
    folder.mkdir()
    shot.save(folder / "shot.png")
    shot.resize((420, 300)).save(folder / "again.jpg", quality=50)
    exif = Image.Exif()
    exif[0x8298] = "(c) A"
    exif.get_ifd(0x8769)[0x9003] = "2020:02:03 04:05:06"
    ground(2).save(folder / "photo.jpg", exif=exif, xmp=XMP)
    with Project.open(init_project(root)) as project:
        with project.record.write(ANNA, "site") as transaction:
            transaction.put(Site("gate", "Gate"), base_version=0)
        origin = Origin("https://example.org/", "Google Earth", "2022-05-06")
        screen = IntakeOptions(
            "unknown",
            "Google Earth",
            kind=CaptureKind.SATELLITE,
            site="gate",
            licence="CC-BY-4.0",
            origin=origin,
        )
        ingest(project, ANNA, [folder / "shot.png"], screen)
        ingest(project, ANNA, [folder / "again.jpg"], replace(screen, licence="", origin=None))
        ingest(project, ANNA, [folder / "photo.jpg"], IntakeOptions(kind=CaptureKind.GROUND, site="gate"))
    return root


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("archive") / "project")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Iterator[Project]:
    with Project.open(shutil.copytree(template, tmp_path / "project")) as opened:
        yield opened


def original(project: Project, name: str = "shot.png") -> bytes:
    return (project.root / project.capture(name).original).read_bytes()


def is_sound(project: Project) -> bool:
    (row,) = verify_project(project)
    return bool(row["ok"])


# -- what is attached ----------------------------------------------------------------------------------------


def test_an_attached_file_is_kept_read_only_in_the_chain_and_verified(project: Project) -> None:
    before = project.record.chain_head().count
    changed = actions.attach(project, ANNA, "shot.png", "page.html", PAGE, note="as saved")
    (one,) = changed.attachments
    sha256 = hashlib.sha256(PAGE).hexdigest()
    path = project.root / one.path
    assert (one.kind, one.name, one.sha256, one.note) == (
        AttachmentKind.PAGE,
        "page.html",
        sha256,
        "as saved",
    )
    assert one.path == f"imagery/attachments/{changed.id}-{sha256}.html"
    assert path.read_bytes() == PAGE
    assert not path.stat().st_mode & 0o222
    assert project.record.chain_head().count == before + 2
    assert is_sound(project)
    path.chmod(0o644)
    path.write_bytes(PAGE[:-1] + b"!")
    (row,) = verify_project(project)
    assert [line for line in row["problems"] if "attachment of capture" in line and "was changed" in line]


def test_the_same_file_again_changes_nothing_and_two_captures_have_their_own(project: Project) -> None:
    first = actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    assert actions.attach(project, ANNA, "shot.png", "other name.html", PAGE) == first
    second = actions.attach(project, ANNA, "again.jpg", "page.html", PAGE)
    assert first.attachments[0].path != second.attachments[0].path
    assert len(attachments(project)) == 2


def test_a_stray_file_among_the_attachments_is_told(project: Project) -> None:
    actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    (project.imagery / "attachments" / "stray.html").write_bytes(b"x")
    (row,) = verify_project(project)
    assert [line for line in row["problems"] if "attachments/stray.html belongs to no capture" in line]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.html", b"\xef\xbb\xbf \n<HTML><body>", AttachmentKind.PAGE),
        ("a.xhtml", b"<?xml version='1.0'?><html/>", AttachmentKind.PAGE),
        ("a.mhtml", b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n\r\n", AttachmentKind.PAGE),
        ("a.png", b"\x89PNG\r\n\x1a\n..", AttachmentKind.SCREENSHOT),
        ("a.jpg", b"\xff\xd8\xff\xe0", AttachmentKind.SCREENSHOT),
        ("a.pdf", b"%PDF-1.7", AttachmentKind.SCREENSHOT),
        ("a.tsr", b"\x30\x82", AttachmentKind.TIMESTAMP),
        ("a.tst", b"\x30\x82", AttachmentKind.TIMESTAMP),
        ("a.ots", b"\x00OpenTimestamps", AttachmentKind.OPENTIMESTAMPS),
    ],
)
def test_the_content_tells_what_a_file_is(name: str, content: bytes, kind: AttachmentKind) -> None:
    assert kind_of_attachment(name, content)[0] is kind


@pytest.mark.parametrize("content", [b"MZ\x90", b"PK\x03\x04", b"#!/bin/sh", b"<svg/>", b"<?xml?><svg/>"])
def test_anything_else_is_refused(project: Project, content: bytes) -> None:
    with pytest.raises(InputRefused, match="is neither a web page, a picture of one, nor a proof of time"):
        actions.attach(project, ANNA, "shot.png", "a.exe", content)


def test_what_may_not_be_attached_is_a_sentence(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputRefused, match="is empty"):
        actions.attach(project, ANNA, "shot.png", "a.html", b"")
    with pytest.raises(InputRefused, match="is no screenshot, it is a page"):
        actions.attach(project, ANNA, "shot.png", "a.html", PAGE, AttachmentKind.SCREENSHOT)
    with pytest.raises(NotAllowed, match="may not attach files to a capture"):
        actions.attach(project, Author("V", Role.VIEWER), "shot.png", "a.html", PAGE)
    monkeypatch.setitem(LARGEST, AttachmentKind.PAGE, 10)
    with pytest.raises(InputRefused, match="the limit is 10"):
        actions.attach(project, ANNA, "shot.png", "a.html", PAGE)
    assert not (project.imagery / "attachments").exists()


def test_a_hostile_name_is_text_and_no_path(project: Project) -> None:
    changed = actions.attach(project, ANNA, "shot.png", "../../<b>x.html", PAGE)
    assert changed.attachments[0].name == "../../<b>x.html"
    assert (project.root / changed.attachments[0].path).parent == project.imagery / "attachments"


def test_too_many_files_are_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.actions.attaching._MOST", 1)
    actions.attach(project, ANNA, "shot.png", "a.html", PAGE)
    with pytest.raises(InputRefused, match="1 files are attached already"):
        actions.attach(project, ANNA, "shot.png", "b.html", PAGE + b" ")


# -- proofs of time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_token_of_the_original_is_kept_with_what_it_says(
    project: Project, authority: Authority, algorithm: str
) -> None:
    answer = authority.stamp(original(project), algorithm)
    changed = actions.attach(project, ANNA, "shot.png", "shot.tsr", answer, AttachmentKind.TIMESTAMP)
    stamp = changed.attachments[0].stamp
    assert stamp is not None
    assert (stamp.of, stamp.algorithm, stamp.authority) == ("original", algorithm, "CN=Test TSA,O=Tests")
    assert stamp.at is not None
    (row,) = attachments(project, project.capture("shot.png"))
    assert row["says"].endswith(
        "fits the certificate in the token; whether the authority can be trusted is not judged"
    )
    assert project.capture("shot.png") == changed  # it is the same when it is read again


def test_a_proof_of_another_file_is_refused_and_one_of_an_attached_file_is_not(
    project: Project, authority: Authority
) -> None:
    answer = authority.stamp(PAGE)
    with pytest.raises(InputRefused, match="proves the time of another file: its SHA-256 begins with"):
        actions.attach(project, ANNA, "shot.png", "page.tsr", answer)
    actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    changed = actions.attach(project, ANNA, "shot.png", "page.tsr", answer)
    assert changed.attachments[1].stamp is not None
    assert changed.attachments[1].stamp.of == "page.html"


def test_an_open_timestamp_is_pending_or_names_its_block(project: Project) -> None:
    waiting = proof(original(project), step(0x08, pending("https://calendar.example")))
    there = proof(original(project), step(0x08, bitcoin(800_000)))
    actions.attach(project, ANNA, "shot.png", "a.ots", waiting)
    actions.attach(project, ANNA, "shot.png", "b.ots", there)
    first, second = attachments(project, project.capture("shot.png"))
    assert first["says"].endswith("pending: no block yet; calendar https://calendar.example")
    assert "Bitcoin block 800000 with Merkle root" in second["says"]
    assert second["says"].endswith("(not looked up)")
    assert (first["blocks"], first["pending"], second["blocks"]) == (
        [],
        ["https://calendar.example"],
        [800_000],
    )


def test_a_proof_of_an_original_that_is_gone_says_so(project: Project, authority: Authority) -> None:
    answer = authority.stamp(original(project))
    path = project.root / project.capture("shot.png").original
    path.chmod(0o644)
    path.unlink()
    with pytest.raises(InputRefused, match="the original cannot be read"):
        actions.attach(project, ANNA, "shot.png", "a.tsr", answer)


# -- what becomes of attached files --------------------------------------------------------------------------


def test_a_backup_has_what_is_attached_and_what_was_before(project: Project, tmp_path: Path) -> None:
    actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    known = project.record.get(Capture, project.capture("shot.png").id)
    assert known is not None
    actions.undo(project, ANNA, "capture", known.value.id, base_version=known.version, reason="a slip")
    assert project.capture("shot.png").attachments == ()
    manifest = back_up(project, tmp_path / "backup", datetime(2026, 1, 1, tzinfo=UTC))
    (copied,) = [file.path for file in manifest.files if "/attachments/" in file.path]
    assert not (tmp_path / "backup" / copied).stat().st_mode & 0o222
    assert is_sound(project)


def test_a_bundle_has_proofs_always_and_pages_where_the_original_may_go(
    project: Project, tmp_path: Path
) -> None:
    for name in ("shot.png", "again.jpg"):
        actions.attach(project, ANNA, name, "page.html", PAGE)
        actions.attach(project, ANNA, name, "a.ots", proof(original(project, name), step(0x08, bitcoin(1))))
    made = make_bundle(project, ANNA, tmp_path / "b.zip", BundleOptions("a court"))
    held = {row["file"]: row["attachments"] for row in made.manifest["captures"]}
    free, kept = project.capture("shot.png").id, project.capture("again.jpg").id
    assert held["shot.png"] == [f"attachments/{free}.1.html", f"attachments/{free}.2.ots"]
    assert held["again.jpg"] == [f"attachments/{kept}.2.ots"]
    assert verify.check(verify.Zip(made.file)).problems == []
    with zipfile.ZipFile(made.file) as file:
        file.extractall(tmp_path / "open")
    manifest = json.loads((tmp_path / "open" / "manifest.json").read_bytes())
    changed = tmp_path / "open" / f"attachments/{free}.1.html"
    changed.write_bytes(PAGE + b"!")
    for one in manifest["files"]:
        if one["path"] == f"attachments/{free}.1.html":
            one |= {"sha256": hashlib.sha256(PAGE + b"!").hexdigest(), "size_bytes": len(PAGE) + 1}
    del manifest["sha256"]
    (tmp_path / "open" / "manifest.json").write_bytes(verify.render_manifest(manifest))
    (problem,) = verify.check(verify.Folder(tmp_path / "open")).problems
    assert "is not what the record knows to be attached to capture" in problem


def test_files_go_with_those_of_a_withdrawn_capture(project: Project) -> None:
    changed = actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    actions.withdraw(project, LEAD, "shot.png", reason="licence ended", remove_files=True)
    assert not (project.root / changed.attachments[0].path).exists()
    with pytest.raises(InputRefused, match="withdrawn"):
        actions.attach(project, ANNA, changed.id, "page.html", PAGE)
    assert is_sound(project)


def test_a_picture_that_is_brought_back_comes_without_them(project: Project, template: Path) -> None:
    actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    actions.withdraw(project, LEAD, "shot.png", reason="licence ended", remove_files=True)
    picture = template.parent / "pictures" / "shot.png"
    screen = IntakeOptions("unknown", kind=CaptureKind.SATELLITE, site="gate")
    ingest(project, LEAD, [picture], screen, reinstate=True)
    assert project.capture("shot.png").attachments == ()
    assert is_sound(project)


def test_an_attached_file_is_found_by_its_hash_alone(project: Project) -> None:
    changed = actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    (one,) = changed.attachments
    assert attached_file(project, changed.id, one.sha256) == ("page.html", project.root / one.path)
    for capture, sha256 in ((changed.id, "0" * 64), ("0" * 16, one.sha256), (changed.id, "../record")):
        with pytest.raises(UnknownName):
            attached_file(project, capture, sha256)
    (project.root / one.path).chmod(0o644)
    (project.root / one.path).unlink()
    with pytest.raises(InputRefused, match="is missing"):
        attached_file(project, changed.id, one.sha256)


# -- what is said of it --------------------------------------------------------------------------------------


def test_what_is_said_of_a_capture_is_changed_as_a_version(project: Project) -> None:
    said = {"credit": " Photo:  A ", "origin.url": "https://example.org/b", "origin.by": "J. Doe"}
    changed = actions.describe_capture(project, ANNA, "shot.png", said, reason="found again")
    assert changed.credit == "Photo: A"
    assert changed.origin == Origin("https://example.org/b", "Google Earth", "2022-05-06", "J. Doe")
    assert project.record.history(Capture, changed.id)[-1].reason == "found again"
    same = actions.describe_capture(project, ANNA, "shot.png", {"credit": "Photo: A"})
    assert same == changed


def test_a_credit_that_is_typed_no_longer_comes_from_the_file(project: Project) -> None:
    assert [one.attribute for one in project.capture("photo.jpg").sources] == ["acquired", "credit"]
    changed = actions.describe_capture(project, ANNA, "photo.jpg", {"credit": "Photo: B"})
    assert [one.attribute for one in changed.sources] == ["acquired"]


def test_two_who_say_something_else_see_both(project: Project) -> None:
    known = project.record.get(Capture, project.capture("shot.png").id)
    assert known is not None
    actions.describe_capture(project, ANNA, "shot.png", {"credit": "A"})
    both = actions.describe_capture(
        project, LEAD, "shot.png", {"licence": "public domain"}, base_version=known.version
    )
    assert (both.credit, both.licence) == ("A", "public domain")
    with pytest.raises(EditConflict):
        actions.describe_capture(project, LEAD, "shot.png", {"credit": "B"}, base_version=known.version)


def test_what_cannot_be_said_is_refused(project: Project) -> None:
    with pytest.raises(InputRefused, match="it is no address of a page"):
        actions.describe_capture(project, ANNA, "shot.png", {"origin.url": "javascript:1"})
    with pytest.raises(UnknownName, match="sha256"):
        actions.describe_capture(project, ANNA, "shot.png", {"sha256": "0"})
    with pytest.raises(NotAllowed):
        actions.describe_capture(project, Author("V", Role.VIEWER), "shot.png", {"credit": "x"})


# -- what it proposes itself ---------------------------------------------------------------------------------


def test_proposals_are_kept_at_intake_and_taken_one_by_one(project: Project) -> None:
    photo = project.capture("photo.jpg")
    rows = proposal_rows(photo)
    assert [(row["attribute"], row["value"], row["taken"]) for row in rows] == [
        ("acquired", "3 February 2020", False),  # it is dated so, but nobody has confirmed it
        ("credit", "<b>Agency", False),
        ("credit", "(c) A", True),
    ]
    taken = actions.take_proposal(project, ANNA, photo.id, photo.proposals[1])
    assert taken.credit == "<b>Agency"
    assert {one.attribute: one.source for one in taken.sources}["credit"] == "photo.jpg: XMP_photoshop:Credit"
    dated = actions.set_date(project, ANNA, photo.id, "2019")
    again = actions.take_proposal(project, ANNA, dated.id, photo.proposals[0])
    assert again.acquired.earliest == date(2020, 2, 3)
    assert again.acquired.basis is Basis.FILE_TAG


def test_a_date_from_the_file_is_said_to_be_unconfirmed_until_somebody_takes_it(project: Project) -> None:
    photo = project.capture("photo.jpg")
    assert not photo.date_is_confirmed
    assert photo.warnings[0] == (
        "the date is a tag of the file and nobody has confirmed it: a camera's clock is as somebody set it"
    )
    confirmed = actions.take_proposal(project, ANNA, photo.id, photo.proposals[0])
    assert confirmed.date_is_confirmed
    assert confirmed.acquired == photo.acquired
    assert proposal_rows(confirmed)[0]["taken"]
    assert "taken from the file" in project.record.history(Capture, photo.id)[-1].reason
    assert project.capture("shot.png").date_is_confirmed


def test_a_stated_date_takes_the_place_of_an_unconfirmed_one(project: Project) -> None:
    stated = actions.set_date(project, ANNA, "photo.jpg", "3 February 2020")
    assert (stated.date_is_confirmed, stated.acquired.basis) == (True, Basis.STATED)


def test_exif_in_a_png_dates_it_as_that_of_a_photograph_does(project: Project, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    exif.get_ifd(0x8769)[0x9003] = "2020:02:03 04:05:06"
    ground(9).save(tmp_path / "phone.png", exif=exif)
    options = IntakeOptions(kind=CaptureKind.GROUND, site="gate", credit="A")
    [phone] = ingest(project, ANNA, [tmp_path / "phone.png"], options).captures
    assert (phone.acquired.earliest, phone.acquired.basis) == (date(2020, 2, 3), Basis.FILE_TAG)
    assert not phone.date_is_confirmed
    assert phone.platform == "Canon"
    assert [one.attribute for one in phone.proposals] == ["acquired", "platform"]


def test_only_what_the_file_says_can_be_taken(project: Project) -> None:
    photo = project.capture("photo.jpg")
    with pytest.raises(InputRefused, match="the file says no such thing"):
        actions.take_proposal(project, ANNA, photo.id, replace(photo.proposals[1], value="me"))
    with pytest.raises(InputRefused, match="the file says no such thing"):
        actions.take_proposal(project, ANNA, "shot.png", photo.proposals[1])


# -- what is printed in it -----------------------------------------------------------------------------------


@pytest.fixture
def reader(skip_or_fail: Any) -> None:
    if shutil.which("tesseract") is None:
        skip_or_fail("tesseract is not installed")


@pytest.mark.usefixtures("reader")
def test_a_date_and_a_credit_are_read_with_their_crops_and_nothing_is_written(project: Project) -> None:
    before = project.record.chain_head()
    found = {one.reading.attribute: one for one in read_text(project, project.capture("shot.png"))}
    assert project.record.chain_head() == before
    assert found["credit"].value == "Image: Google Earth, © 2021 Maxar Technologies"
    assert found["acquired"].words == "14 November 2021 or later"
    left, top, width, height = found["acquired"].reading.box
    picture = Image.open(project.root / project.capture("shot.png").original)
    crop = picture.crop((left, top, left + width, top + height))
    assert found["acquired"].reading.crop_sha256 == hashlib.sha256(np.asarray(crop).tobytes()).hexdigest()
    taken = actions.take_reading(
        project, ANNA, "shot.png", found["acquired"].reading, found["acquired"].value or ""
    )
    assert taken.acquired.earliest == date(2021, 11, 14)
    assert taken.acquired.latest == date(2022, 5, 6)  # the day of the screenshot
    assert taken.readings == (found["acquired"].reading,)
    assert taken.readings[0].reader.startswith("tesseract ")


@pytest.mark.usefixtures("reader")
def test_the_command_writes_the_crops_and_takes_by_number(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(
            [
                *("captures", "read", "shot.png", "-o", str(tmp_path / "crops"), "--take", "1"),
                *("--json", "--project", str(project.root)),
            ]
        )
    assert left.value.code == 0
    rows = json.loads(capsys.readouterr().out)
    keys = "number attribute value text confidence box crop_sha256 reader problem"
    assert {key for row in rows for key in row} == set(keys.split())
    assert sorted(path.name for path in (tmp_path / "crops").iterdir()) == ["1.png", "2.png"]
    assert project.capture("shot.png").readings[0].attribute == rows[0]["attribute"]


# -- pictures that look alike --------------------------------------------------------------------------------


def test_a_picture_that_was_saved_again_is_told_and_kept(project: Project) -> None:
    (row,) = duplicates(project)
    assert {row["file"], row["like_file"]} == {"shot.png", "again.jpg"}
    assert row["bits"] <= 4
    shot = project.capture("shot.png")
    ((other, bits),) = likes(shot, project.captures())
    assert (other.file, bits) == ("again.jpg", row["bits"])


def test_a_capture_from_before_hashes_were_kept_is_hashed_then(project: Project) -> None:
    shot = project.capture("shot.png")
    known = project.record.get(Capture, shot.id)
    assert known is not None
    with project.record.write(ANNA, "as it was") as transaction:
        transaction.put(replace(shot, likeness=""), base_version=known.version)
    assert likes(project.capture("shot.png"), project.captures()) == []
    assert len(duplicates(project)) == 1


def test_the_kinds_of_files_of_a_capture(project: Project) -> None:
    changed = actions.attach(project, ANNA, "shot.png", "page.html", PAGE)
    assert [role for role, _, _ in changed.files] == [
        FileRole.ORIGINAL,
        FileRole.WORKING,
        FileRole.ATTACHMENT,
    ]
