"""The register file and the record, brought together both ways: nothing of either side is lost.

Longer than others, because the cases and the law that holds for any edits stand on the same small project folder.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import event

from workflow import reconcile as reconciling
from workflow.actions import resolve_conflict
from workflow.errors import ProjectUnusable
from workflow.model import Author, LonLat, Position, Site, Target, TargetClass
from workflow.project import Project, init_project
from workflow.reconcile import Reconciled, reconcile
from workflow.settings import RECORD_FILE, STATE_DIR
from workflow.store import Record

ANNA = Author("Anna")


def feature(key: str, lon: float = 125.7, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, 39.0]},
        "properties": {"id": key, "name": key.title(), "targets": ["gantry"], **properties},
    }


class Folder:
    """A project folder, whose file is edited as a person would, and whose record as the program does."""

    def __init__(self, root: Path, record: Record | None = None) -> None:
        self.root = init_project(root)
        self.file = root / "sites.geojson"
        self.record = record or Record.open(root / STATE_DIR / RECORD_FILE)

    def reconcile(self) -> Reconciled:
        return reconcile(self.root, self.record)

    def write(self, *features: dict[str, Any], **members: Any) -> None:
        root = {"type": "FeatureCollection", **members, "features": list(features)}
        self.file.write_text(json.dumps(root, ensure_ascii=False), "utf-8")

    def features(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.file.read_text("utf-8"))["features"]
        return found

    def stated(self, key: str) -> dict[str, Any]:
        return next(one["properties"] for one in self.features() if one["properties"]["id"] == key)

    def state(self, key: str, **fields: Any) -> None:
        """Change a feature of the file by hand; None takes the property out."""
        found = self.features()
        properties = next(one["properties"] for one in found if one["properties"]["id"] == key)
        properties |= fields
        for name in [name for name, value in fields.items() if value is None]:
            del properties[name]
        self.write(*found)

    def take_out(self, key: str) -> None:
        self.write(*(one for one in self.features() if one["properties"]["id"] != key))

    def keep(self, key: str, author: Author = ANNA, **fields: Any) -> None:
        """Change a site of the record, or make it."""
        known = self.record.get(Site, key)
        place, gantry = Position(LonLat(125.7, 39.0)), Target("gantry", kind=TargetClass.GANTRY)
        blank = Site(key, key.title(), position=place, targets=(gantry,))
        with self.record.write(author, "survey") as transaction:
            site = replace(known.value if known else blank, **fields)
            transaction.put(site, known.version if known else 0)

    def site(self, key: str) -> Site:
        known = self.record.get(Site, key)
        assert known is not None
        return known.value


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path / "project")
    with made.record:
        made.write(feature("arch", note="old", road="Ring"), feature("bridge", 125.8))
        assert made.reconcile() == Reconciled()
        yield made


# -- what changed, and what happens --------------------------------------------------------------------------


def test_a_change_of_the_file_is_a_revision_by_the_register_file(folder: Folder) -> None:
    folder.state("arch", note="new")
    assert folder.reconcile() == Reconciled()
    last = folder.record.history(Site, "arch")[-1]
    assert (folder.site("arch").note, last.author, last.version) == ("new", "register file", 2)
    assert last.reason == "sites.geojson changed"
    assert len(folder.record.history(Site, "bridge")) == 1


def test_a_change_of_the_record_is_written_to_the_file(folder: Folder) -> None:
    folder.keep("arch", note="new", position=Position(LonLat(125.123456789012, 39.1), 2.5, "as read"))
    assert folder.reconcile() == Reconciled()
    assert (folder.stated("arch")["note"], folder.stated("arch")["road"]) == ("new", "Ring")
    assert folder.features()[0]["geometry"]["coordinates"] == [125.123456789012, 39.1]
    assert len(folder.record.history(Site, "arch")) == 2


def test_changes_of_different_fields_reach_both(folder: Folder) -> None:
    folder.keep("arch", note="new")
    folder.state("arch", road="Avenue")
    assert folder.reconcile() == Reconciled()
    assert (folder.site("arch").note, folder.site("arch").road) == ("new", "Avenue")
    assert (folder.stated("arch")["note"], folder.stated("arch")["road"]) == ("new", "Avenue")


def test_the_same_change_on_both_sides_is_no_conflict(folder: Folder) -> None:
    folder.keep("arch", note="new")
    folder.state("arch", note="new")
    assert folder.reconcile() == Reconciled()
    assert len(folder.record.history(Site, "arch")) == 2


def test_the_same_field_changed_apart_is_shown_with_both_values_and_nothing_is_touched(
    folder: Folder,
) -> None:
    folder.keep("arch", note="surveyed")
    folder.state("arch", note="printed", road="Avenue")
    before = folder.file.read_bytes(), folder.record.revision
    for _ in range(2):  # and again at the next opening
        (conflict,) = (done := folder.reconcile()).conflicts
        ((field),) = conflict.fields
        assert (conflict.site, field.field) == ("arch", "note")
        assert (field.base, field.theirs, field.mine) == ("old", "surveyed", "printed")
        (sentence,) = done.warnings
        assert "arch, note" in sentence
        assert "'printed'" in sentence
        assert "'surveyed'" in sentence
        assert "sites resolve arch --take file" in sentence
        assert (folder.file.read_bytes(), folder.record.revision) == before


def test_a_conflict_of_one_site_does_not_hold_up_the_others(folder: Folder) -> None:
    folder.keep("arch", note="surveyed")
    folder.state("arch", note="printed")
    folder.state("bridge", note="from the file")
    folder.keep("mast", note="from the record")
    assert [one.site for one in folder.reconcile().conflicts] == ["arch"]
    assert folder.site("bridge").note == "from the file"
    assert folder.stated("mast")["note"] == "from the record"
    assert (folder.stated("arch")["note"], folder.site("arch").note) == ("printed", "surveyed")


def test_a_site_new_on_one_side_is_new_on_the_other(folder: Folder) -> None:
    folder.write(*folder.features(), feature("mast"))
    folder.keep("tower", note="new")
    assert folder.reconcile() == Reconciled()
    assert folder.site("mast").name == "Mast"
    assert [one["properties"]["id"] for one in folder.features()] == ["arch", "bridge", "mast", "tower"]


def test_a_site_gone_from_the_file_stays_in_the_record_and_out_of_the_file(folder: Folder) -> None:
    folder.take_out("arch")
    assert folder.reconcile().warnings == ("sites.geojson no longer has arch; the record keeps them.",)
    folder.keep("bridge", note="new")  # the file is written
    folder.reconcile()
    assert [one["properties"]["id"] for one in folder.features()] == ["bridge"]
    assert folder.site("arch").note == "old"


def test_a_site_gone_from_the_file_that_the_record_changed_is_a_conflict(folder: Folder) -> None:
    folder.take_out("arch")
    folder.keep("arch", note="new")
    (conflict,) = (done := folder.reconcile()).conflicts
    assert (conflict.site, conflict.is_gone) == ("arch", True)
    assert "no longer has it" in done.warnings[0]
    assert folder.site("arch").note == "new"


def test_changes_that_only_do_not_fit_as_a_whole_are_a_conflict(folder: Folder) -> None:
    folder.keep("arch", targets=(Target("gantry"), Target("mast")))
    folder.reconcile()
    folder.state("arch", targets=[{"id": "mast", "kind": "other"}])
    folder.keep("arch", targets=(Target("gantry"),))  # each took another target out: none would be left
    (conflict,) = folder.reconcile().conflicts
    assert {one.field for one in conflict.fields} == {"targets.gantry", "targets.mast"}
    assert [one["id"] for one in folder.stated("arch")["targets"]] == ["mast"]
    assert [one.id for one in folder.site("arch").targets] == ["gantry"]


def test_a_site_of_the_record_without_a_target_counts_as_the_file_reads_it(folder: Folder) -> None:
    folder.keep("bare", targets=())
    folder.reconcile()
    assert folder.stated("bare")["targets"] == [{"id": "other", "kind": "other"}]
    revision = folder.record.revision
    assert folder.reconcile() == Reconciled()
    assert folder.record.revision == revision


def test_a_site_that_no_file_can_state_is_named_and_does_not_spoil_the_file(folder: Folder) -> None:
    folder.keep("long", name="x" * 1001)
    folder.keep("arch", note="new")
    (sentence,) = folder.reconcile().warnings
    assert "long" in sentence
    assert "1001 characters" in sentence
    assert [one["properties"]["id"] for one in folder.features()] == ["arch", "bridge"]
    assert folder.stated("arch")["note"] == "new"


# -- the first time ------------------------------------------------------------------------------------------


def without_base(folder: Folder) -> None:
    (folder.root / STATE_DIR / "register.json").unlink()


def test_a_clone_whose_file_the_record_once_had_gets_what_is_newer(folder: Folder) -> None:
    folder.keep("arch", note="new")
    without_base(folder)
    assert folder.reconcile() == Reconciled()
    assert folder.stated("arch")["note"] == "new"


def test_a_clone_that_states_what_the_record_never_had_is_a_conflict_of_each_field(folder: Folder) -> None:
    folder.keep("arch", note="surveyed", road="Avenue")
    folder.state("arch", note="printed", road="Street")
    without_base(folder)
    (conflict,) = folder.reconcile().conflicts
    shown = [(one.field, one.base, one.mine, one.theirs) for one in conflict.fields]
    assert shown == [("road", None, "Street", "Avenue"), ("note", None, "printed", "surveyed")]


def test_two_folders_share_a_record_and_hear_of_each_other(folder: Folder, tmp_path: Path) -> None:
    other = Folder(tmp_path / "other", folder.record)
    assert other.reconcile() == Reconciled()
    assert other.stated("arch")["note"] == "old"
    other.state("arch", note="from the other")
    assert (other.reconcile(), folder.reconcile()) == (Reconciled(), Reconciled())
    assert folder.stated("arch")["note"] == "from the other"
    assert [one.version for one in folder.record.history(Site, "arch")] == [1, 2]


def test_a_project_of_an_earlier_version_takes_what_its_file_states(folder: Folder) -> None:
    without_base(folder)
    folder.record.set_meta("register_sha256", "0" * 64)
    folder.state("arch", note="edited by hand")
    folder.take_out("bridge")
    done = folder.reconcile()
    assert (done.conflicts, folder.site("arch").note) == ((), "edited by hand")
    assert "no longer has bridge" in done.warnings[0]
    assert [one["properties"]["id"] for one in folder.features()] == ["arch"]
    assert not folder.record.meta("register_sha256")  # read once


def test_a_record_put_back_to_an_earlier_state_does_not_overwrite_the_file(
    folder: Folder, tmp_path: Path
) -> None:
    early = Folder(tmp_path / "early")
    early.write(feature("arch", note="of the backup"))
    early.reconcile()
    folder.record.close()
    folder.record = early.record
    (conflict,) = folder.reconcile().conflicts
    assert ("note", "of the backup", "old") in [(one.field, one.theirs, one.mine) for one in conflict.fields]
    assert folder.stated("arch")["note"] == "old"


def test_a_damaged_base_is_none(folder: Folder) -> None:
    folder.keep("arch", note="new")
    (folder.root / STATE_DIR / "register.json").write_text('{"sha256": ')
    assert folder.reconcile() == Reconciled()
    assert folder.stated("arch")["note"] == "new"


# -- what is not ours ----------------------------------------------------------------------------------------


def test_a_write_back_keeps_what_is_not_ours_and_the_order(folder: Folder) -> None:
    first, second = folder.features()
    plain = {"type": "Feature", "id": "plain", "properties": {"mine": 1}, "geometry": None, "extra": 5}
    second["properties"] |= {"colour": {"r": 0.1}, "radius_m": 150, "note": ""}
    first["properties"] |= {"colour": "red"}
    first |= {"bbox": [1, 2, 3, 4], "layer": "roads"}
    folder.write(second, plain, first, name="survey", bbox=[0, 0, 1, 1])
    folder.reconcile()
    folder.keep("arch", note="new")
    folder.reconcile()
    root = json.loads(folder.file.read_text("utf-8"))
    assert root["name"] == "survey"
    assert "bbox" not in root
    assert root["features"][:2] == [second, plain]
    changed = root["features"][2]
    assert (changed["properties"]["colour"], changed["layer"]) == ("red", "roads")
    assert changed["properties"]["note"] == "new"


def test_a_single_feature_becomes_a_collection_when_another_is_written(folder: Folder) -> None:
    only = feature("arch", note="old", road="Ring", colour="red")
    folder.file.write_text(json.dumps(only))
    folder.reconcile()
    folder.keep("tower", note="new")
    folder.reconcile()
    assert folder.features()[0] == only
    assert folder.stated("tower")["note"] == "new"


def test_a_site_far_from_the_others_reads_back_and_may_be_moved(folder: Folder) -> None:
    folder.write(*folder.features(), *(feature(f"near-{number}", 60.0) for number in range(4)))
    folder.reconcile()
    folder.keep("far", position=Position(LonLat(39.0, 60.0)))
    folder.reconcile()
    folder.state("near-0", note="touched")
    assert folder.reconcile().refused == ()
    folder.keep("far", position=Position(LonLat(39.0, 60.5)))  # the file still has the place before
    assert folder.reconcile() == Reconciled()
    assert folder.features()[-1]["geometry"]["coordinates"] == [39.0, 60.5]


@pytest.mark.parametrize("text", ["{", '{"type": "FeatureCollection", "features": [7]}', "null"])
def test_a_file_that_cannot_be_read_whole_is_never_written(folder: Folder, text: str) -> None:
    good = folder.file.read_bytes()
    folder.file.write_text(text)
    folder.keep("arch", note="new")
    for _ in range(2):
        done = folder.reconcile()
        assert done.refused
        assert not [one for one in done.warnings if "no longer has" in one]
        assert folder.file.read_text() == text
    folder.file.write_bytes(good)
    assert folder.reconcile() == Reconciled()
    assert folder.stated("arch")["note"] == "new"


def test_what_can_be_read_of_a_file_is_taken_and_the_record_waits_with_the_rest(folder: Folder) -> None:
    bad = feature("bad", radius_m=-5)
    folder.write(*folder.features(), bad)
    folder.state("arch", road="Avenue")
    folder.keep("arch", note="new")
    before = folder.file.read_bytes()
    done = folder.reconcile()
    assert (folder.site("arch").road, folder.site("arch").note) == ("Avenue", "new")
    assert folder.file.read_bytes() == before
    folder.keep("bridge", note="waits")
    assert "changes of arch, bridge wait" in folder.reconcile().warnings[1]
    assert len(done.refused) == 1
    folder.state("arch", road="Street")  # the person goes on
    folder.state("bad", radius_m=5)
    assert folder.reconcile() == Reconciled()
    assert (folder.stated("arch")["note"], folder.site("arch").road) == ("new", "Street")
    assert folder.stated("bridge")["note"] == "waits"


def test_a_file_with_what_json_has_not_is_not_written(folder: Folder) -> None:
    folder.state("bridge", height=float("nan"))
    folder.keep("arch", note="new")
    before = folder.file.read_bytes()
    assert "cannot be written as JSON" in folder.reconcile().warnings[0]
    assert folder.file.read_bytes() == before
    folder.state("bridge", height=None)
    assert folder.reconcile() == Reconciled()
    assert folder.stated("arch")["note"] == "new"


# -- stopped between, and several at once --------------------------------------------------------------------


class Stopped(Exception):
    pass


def stop_at(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def stop(*_: object) -> None:
        raise Stopped

    monkeypatch.setattr(reconciling, name, stop)


@pytest.mark.parametrize("step", ["_put", "_write_file", "_write_base"])
def test_stopped_before_any_step_the_next_opening_goes_on(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder.keep("arch", note="new")
    folder.state("arch", road="Avenue")
    folder.state("bridge", note="from the file")
    folder.keep("tower", note="from the record")
    with monkeypatch.context() as patch:
        stop_at(patch, step)
        with pytest.raises(Stopped):
            folder.reconcile()
    assert folder.reconcile() == Reconciled()
    assert (folder.stated("arch")["note"], folder.site("arch").road) == ("new", "Avenue")
    assert (folder.site("bridge").note, folder.stated("tower")["note"]) == (
        "from the file",
        "from the record",
    )
    versions = [len(folder.record.history(Site, key)) for key in ("arch", "bridge", "tower")]
    assert versions == [3, 2, 1]


def test_a_file_that_cannot_be_written_is_named_and_tried_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.keep("arch", note="new")
    write = reconciling.write_if_changed

    def refuse(target: Path, content: bytes) -> bool:
        if target.name == "sites.geojson":
            raise PermissionError(13, "Permission denied")
        return write(target, content)

    with monkeypatch.context() as patch:
        patch.setattr(reconciling, "write_if_changed", refuse)
        assert "cannot be written (Permission denied)" in folder.reconcile().warnings[0]
    assert folder.reconcile() == Reconciled()
    assert folder.stated("arch")["note"] == "new"


def test_a_file_saved_meanwhile_is_read_again_and_not_overwritten(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.keep("arch", note="new")
    folder.state("arch", road="Avenue")
    rewrite = reconciling.rewritten
    left = [lambda: folder.state("arch", road="Street"), lambda: folder.state("bridge", note="saved")]

    def meanwhile(*arguments: Any) -> bytes:
        if left:
            left.pop(0)()
        return rewrite(*arguments)

    monkeypatch.setattr(reconciling, "rewritten", meanwhile)
    assert folder.reconcile() == Reconciled()
    assert (folder.stated("arch")["road"], folder.stated("arch")["note"]) == ("Street", "new")
    assert (folder.site("arch").road, folder.site("bridge").note) == ("Street", "saved")


def test_a_file_that_never_rests_is_left_for_the_next_opening(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.keep("arch", note="new")
    rewrite, saved = reconciling.rewritten, iter(range(100))

    def meanwhile(*arguments: Any) -> bytes:
        folder.state("bridge", note=str(next(saved)))
        return rewrite(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(reconciling, "rewritten", meanwhile)
        assert "changes all the time" in folder.reconcile().warnings[0]
    assert folder.reconcile() == Reconciled()
    assert (folder.stated("arch")["note"], folder.stated("bridge")["note"]) == ("new", "4")


def test_several_that_open_at_once_make_each_revision_once(folder: Folder) -> None:
    folder.state("arch", note="new")
    folder.keep("bridge", note="from the record")
    start, done = threading.Barrier(4), []

    def open_it() -> None:
        with Record.open(folder.root / STATE_DIR / RECORD_FILE) as record:
            start.wait()
            done.append(reconcile(folder.root, record))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [Reconciled()] * 4
    assert [one.version for one in folder.record.history(Site, "arch")] == [1, 2]
    assert folder.stated("bridge")["note"] == "from the record"


def test_two_folders_that_take_the_same_change_at_once_make_one_revision(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Folder(tmp_path / "other", folder.record)
    other.reconcile()
    folder.state("arch", note="new")
    other.state("arch", note="new", road="Avenue")
    agree, waiting = reconciling.agree, [other]

    def agree_late(sides: Any) -> Any:
        found = agree(sides)
        if waiting:
            waiting.pop().reconcile()
        return found

    monkeypatch.setattr(reconciling, "agree", agree_late)
    assert folder.reconcile() == Reconciled()
    assert (folder.site("arch").note, folder.site("arch").road) == ("new", "Avenue")
    assert folder.stated("arch")["road"] == "Avenue"
    assert [one.version for one in folder.record.history(Site, "arch")] == [1, 2]


def test_the_register_is_held_by_one_at_a_time(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.store.sqlite.BUSY_SECONDS", 0.02)
    folder.state("arch", note="new")
    with FileLock(folder.root / STATE_DIR / "register.lock"), pytest.raises(ProjectUnusable, match="writing"):
        folder.reconcile()
    assert folder.reconcile() == Reconciled()


def test_when_nothing_changed_one_statement_is_asked_and_nothing_parsed_or_written(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    engine = folder.record._backend._engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    stop_at(monkeypatch, "sites_of")
    stop_at(monkeypatch, "write_if_changed")
    assert folder.reconcile() == Reconciled()
    assert len([one for one in asked if not one.startswith("BEGIN")]) == 1


# -- any edits -----------------------------------------------------------------------------------------------

KEYS, NAMES = ("arch", "bridge", "tower"), ("note", "road")
keys, names, values = st.sampled_from(KEYS), st.sampled_from(NAMES), st.sampled_from(("a", "b", ""))
Values = dict[str, str]


class BothSides(RuleBasedStateMachine):
    """Edits on either side, held against the rule in its plainest words: what each side has, and had when both agreed.

    The towers are new on one side or on both at once; what is taken out of the file may be put back.
    """

    def __init__(self) -> None:
        super().__init__()
        self.room = tempfile.TemporaryDirectory()
        self.folder = Folder(Path(self.room.name) / "project")
        self.file: dict[str, Values] = {}
        self.record: dict[str, Values] = {}
        self.agreed: dict[str, Values] = {}
        self.earlier: dict[str, list[Values]] = {key: [] for key in KEYS}
        self.conflicts: dict[str, set[str]] = {}

    def teardown(self) -> None:
        assert self.folder.record.verify().problems == ()
        self.folder.record.close()
        self.room.cleanup()

    @initialize()
    def begin(self) -> None:
        for key in ("arch", "bridge"):
            self.put_in_file(key, "", "")
        self.bring_together()

    # -- edits -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.file)
    @rule(data=st.data(), name=names, value=values)
    def edit_file(self, data: st.DataObject, name: str, value: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.file)))
        self.folder.state(key, **{name: value})
        self.file[key] |= {name: value}

    @rule(key=keys, name=names, value=values)
    def edit_record(self, key: str, name: str, value: str) -> None:
        self.folder.keep(key, **{name: value})
        self.now_in_record(key, {**self.record.get(key, dict.fromkeys(NAMES, "")), name: value})

    @precondition(lambda self: self.file)
    @rule(data=st.data())
    def take_out_of_file(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.file)))
        self.folder.take_out(key)
        del self.file[key]

    @rule(key=keys, note=values, road=values)
    def put_in_file(self, key: str, note: str, road: str) -> None:
        if key not in self.file:
            self.folder.write(*self.folder.features(), feature(key, note=note, road=road))
            self.file[key] = {"note": note, "road": road}

    # -- brought together --------------------------------------------------------------------------------------

    @rule()
    def bring_together(self) -> None:
        done = self.folder.reconcile()
        self.expect()
        assert {one.site: {field.field for field in one.fields} for one in done.conflicts} == self.conflicts
        for conflict in done.conflicts:
            if not conflict.is_gone:
                for field in conflict.fields:
                    assert field.mine == self.file[conflict.site][field.field]
                    assert field.theirs == self.record[conflict.site][field.field]
        before = self.folder.file.read_bytes(), self.folder.record.revision
        assert self.folder.reconcile().conflicts == done.conflicts
        assert (self.folder.file.read_bytes(), self.folder.record.revision) == before
        self.both_are_as_expected()

    @precondition(lambda self: self.conflicts)
    @rule(side=st.sampled_from(["file", "record"]))
    def decide(self, side: str) -> None:
        self.bring_together()
        if not self.conflicts:  # the last edits have settled it
            return
        key, fields = next(iter(self.conflicts.items()))
        with Project.open(self.folder.root) as project:
            resolve_conflict(project, ANNA, key, take=side, reason="decided")
        if key not in self.file:
            self.agreed.pop(key)
            if side == "file":
                self.agreed[key] = self.record[key]
        elif side == "file":
            self.now_in_record(key, self.record[key] | {name: self.file[key][name] for name in fields})
        else:
            self.agreed[key] = self.agreed.get(key, {}) | {name: self.file[key][name] for name in fields}
        self.expect()
        assert key not in self.conflicts
        self.both_are_as_expected()

    def both_are_as_expected(self) -> None:
        stated = [one["properties"] for one in self.folder.features()]
        assert {one["id"]: {name: one.get(name, "") for name in NAMES} for one in stated} == self.file
        kept = [row.value for row in self.folder.record.rows(Site)]
        assert {one.id: {name: getattr(one, name) for name in NAMES} for one in kept} == self.record

    # -- the rule in its plainest words --------------------------------------------------------------------------

    def now_in_record(self, key: str, site: Values) -> None:
        if key in self.record and self.record[key] != site:
            self.earlier[key].append(self.record[key])
        self.record[key] = site

    def expect(self) -> None:
        self.conflicts = {}
        for key in KEYS:
            if key in self.file and key in self.record:
                self.expect_both(key)
            elif key in self.file:
                self.all_have(key, self.file[key])
            elif key in self.record and key not in self.agreed:
                self.all_have(key, self.record[key])
            elif key in self.record and self.record[key] != self.agreed[key]:
                self.conflicts[key] = {"site"}

    def expect_both(self, key: str) -> None:
        file, record, agreed = self.file[key], self.record[key], self.agreed.get(key, {})
        if not agreed and file != record and file in self.earlier[key]:
            self.all_have(key, record)
            return
        apart = {name for name in NAMES if agreed.get(name) not in (file[name], record[name])}
        apart = {name for name in apart if file[name] != record[name]}
        if apart:
            self.conflicts[key] = apart
        else:
            merged = {name: file[name] if file[name] != agreed.get(name) else record[name] for name in NAMES}
            self.all_have(key, merged)

    def all_have(self, key: str, site: Values) -> None:
        self.now_in_record(key, dict(site))
        self.file[key] = dict(site)
        self.agreed[key] = dict(site)


BothSides.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    phases=(Phase.generate,),  # a dozen steps are read as they are, making them fewer takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestNoEditOfEitherSideIsEverLost = BothSides.TestCase
