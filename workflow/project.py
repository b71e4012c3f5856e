"""A project folder: the register, the imagery library and the record behind one door.

A folder with `sites.geojson` and `imagery/` is a project. What the program makes lies in `imagery/` and
`.sitetrack/`. Opening it brings the register file and the record together, so that editing `sites.geojson` by hand or
through git is a way to work.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from workflow.errors import AmbiguousName, InputRefused, ProjectUnusable, UnknownName
from workflow.interpretability import Limits, limits_with, parse_limits
from workflow.model import Annotation, Capture, Georeference, Observation, Offset, Site, TargetClass
from workflow.reconcile import Reconciled, reconcile
from workflow.register import write_register
from workflow.settings import (
    BACKUP_FILE,
    DATABASE_VARIABLE,
    IMAGERY_DIR,
    LIMITS_FILE,
    REGISTER_FILE,
    STATE_DIR,
)
from workflow.stills import Still, split_name, timecode
from workflow.store import Record
from workflow.ties import open_record

__all__ = ["Project", "checked_root", "find_project", "init_project", "team_database"]

_SHORTEST_PREFIX = 4


def find_project(start: Path) -> Path:
    """The nearest folder from `start` upwards that is a project.

    Raises
    ------
    ProjectUnusable
        when there is none.
    """
    for folder in (start, *start.parents):
        if is_project(folder):
            return folder
    raise ProjectUnusable(
        start,
        f"no project here or above (a folder with {REGISTER_FILE} and {IMAGERY_DIR}/)",
        "make one with 'sitetrack init DIR' or name one with --project DIR",
    )


def is_project(folder: Path) -> bool:
    """Whether `folder` holds `sites.geojson` and `imagery/`."""
    return (folder / REGISTER_FILE).is_file() and (folder / IMAGERY_DIR).is_dir()


def init_project(folder: Path) -> Path:
    """Make an empty project in `folder`, which may exist; nothing in it is touched.

    Raises
    ------
    InputRefused
        when `folder` is a project already or cannot be written.
    """
    if (folder / REGISTER_FILE).exists():
        raise InputRefused(str(folder), f"holds a {REGISTER_FILE} already", "choose another folder")
    try:
        (folder / IMAGERY_DIR).mkdir(parents=True, exist_ok=True)
        write_register(folder / REGISTER_FILE, ())
    except OSError as error:
        raise InputRefused(
            str(folder), f"cannot be written ({error.strerror})", "choose another folder"
        ) from error
    return folder


def team_database() -> str:
    """Address of the team's record, from SITETRACK_DATABASE_URL; "" where each folder has its own."""
    return os.environ.get(DATABASE_VARIABLE, "").strip()


def checked_root(folder: Path) -> Path:
    """The absolute path of a project's folder.

    Raises
    ------
    ProjectUnusable
        when it is none.
    """
    root = folder.resolve()
    if not is_project(root):
        raise ProjectUnusable(
            root,
            f"not a project ({REGISTER_FILE} and {IMAGERY_DIR}/ are missing)",
            "run 'sitetrack init' on it first",
        )
    return root


class Project:
    """An open project folder; use it as a context manager."""

    def __init__(self, root: Path, record: Record) -> None:
        """Hold `root` and its open `record`; `open` is the way in."""
        self.root = root
        self.record = record
        self.reconciled = Reconciled()
        self._in_order: tuple[object, tuple[Capture, ...]] = (None, ())

    @classmethod
    def open(cls, root: Path, database: str | None = None) -> Project:
        """Open the project in `root` and bring its register file and its record together.

        The record is the one in `database` (None: SITETRACK_DATABASE_URL; "" or not set: the folder's own file).
        A backup is opened as it was made: with its own record, and nothing is taken in.

        Raises
        ------
        ProjectUnusable
            when `root` is no project, or its record cannot be read or is not the one that it works with.
        """
        root = checked_root(root)
        is_backup = (root / BACKUP_FILE).is_file()
        database = team_database() if database is None else database
        project = cls(root, open_record(root / STATE_DIR, "" if is_backup else database))
        try:
            if not is_backup:
                project.reconcile_register()
        except BaseException:
            project.close()
            raise
        return project

    def close(self) -> None:
        """Close the record."""
        self.record.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- where things lie ----------------------------------------------------------------------------------------

    @property
    def imagery(self) -> Path:
        """Folder of originals, working copies and the catalogue."""
        return self.root / IMAGERY_DIR

    @property
    def state_dir(self) -> Path:
        """Folder of the record, the chip cache and exports."""
        return self.root / STATE_DIR

    @property
    def register_file(self) -> Path:
        """The register's plain-text face."""
        return self.root / REGISTER_FILE

    def name_of(self, path: Path) -> str:
        """How a file is called in the record: POSIX, relative to the project where it lies in it, else absolute."""
        whole = path.resolve()
        return (whole.relative_to(self.root) if whole.is_relative_to(self.root) else whole).as_posix()

    # -- what it holds -------------------------------------------------------------------------------------------

    def sites(self) -> tuple[Site, ...]:
        """All sites in the order of their registration."""
        return tuple(row.value for row in self.record.rows(Site))

    def site(self, site_id: str) -> Site:
        """The site with that id.

        Raises
        ------
        UnknownName
            when there is none; the nearest id is offered.
        """
        row = self.record.get(Site, site_id)
        if row is None:
            raise UnknownName("site", site_id, [site.id for site in self.sites()])
        return row.value

    def captures(self) -> tuple[Capture, ...]:
        """All captures in use, undated ones last, else by earliest day, latest day and id; withdrawn ones are not."""
        return tuple(one for one in self.all_captures() if one.withdrawn is None)

    def all_captures(self) -> tuple[Capture, ...]:
        """All captures ever taken in, the withdrawn too, in the order of `captures`."""
        rows = self.record.rows(Capture)
        known = self._in_order
        if rows is not known[0]:  # the record gives the same rows until something was written
            found = tuple(sorted((row.value for row in rows), key=lambda capture: capture.date_order))
            known = self._in_order = rows, found
        return known[1]

    def stills(self, site_id: str) -> tuple[Capture, ...]:
        """Pictures of a site that do not lie on the map and are in use, in the order of `captures`."""
        rows = (row.value for row in self.record.rows(Capture, site=site_id))
        apart = (one for one in rows if one.withdrawn is None and one.georeference is Georeference.NONE)
        return tuple(sorted(apart, key=lambda capture: capture.date_order))

    def capture(self, reference: str, *, withdrawn: bool = False) -> Capture:
        """The capture with that id, unique prefix of an id (4 characters or more) or original file name.

        Captures in use come first; one that was withdrawn is given where `withdrawn` allows it.

        Raises
        ------
        UnknownName, AmbiguousName
            when none or several fit.
        InputRefused
            when the only one that fits was withdrawn.
        """
        row = self.record.get(Capture, reference)
        if row is not None:
            return row.value if withdrawn else self.in_use(row.value)
        captures = self.all_captures()
        used = [capture for capture in captures if capture.withdrawn is None]
        fits = _fitting(used, reference) or _fitting(captures, reference)
        if not fits:
            raise UnknownName("capture", reference, [capture.file for capture in used])
        if len(fits) > 1:
            raise AmbiguousName("capture", reference, [f"{capture.id} {capture.file}" for capture in fits])
        return fits[0] if withdrawn else self.in_use(fits[0])

    def still(self, reference: str, *, withdrawn: bool = False) -> Still:
        """The capture of that name; with ``@00:02:40`` behind it that frame of a clip, else the first.

        Raises
        ------
        UnknownName, AmbiguousName, InputRefused
            as `capture`; also when the clip has no such frame.
        """
        name, at_s = split_name(reference)
        if at_s is None or any(one.file == reference for one in self.all_captures()):
            return Still(self.capture(reference, withdrawn=withdrawn))
        capture = self.capture(name, withdrawn=withdrawn)
        codes = [timecode(one.at_s) for one in capture.frames]
        if timecode(at_s) not in codes:
            raise UnknownName(f"frame of {capture.file}", timecode(at_s), codes)
        return Still(capture, codes.index(timecode(at_s)))

    def in_use(self, capture: Capture) -> Capture:
        """The capture itself, where it was not withdrawn.

        Raises
        ------
        InputRefused
            when it was: on which day, by whom and why.
        """
        if capture.withdrawn is None:
            return capture
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            self.withdrawal_of(capture),
            "choose another, or have a lead take the withdrawal back with 'sitetrack captures reinstate'",
        )

    def withdrawal_of(self, capture: Capture) -> str:
        """``withdrawn on 2026-11-25 by L. Lead: licence ended`` for a capture that is, else empty."""
        if capture.withdrawn is None:
            return ""
        begun = None
        for revision in reversed(self.record.history(Capture, capture.id)):
            if json.loads(revision.payload).get("withdrawn") is None:
                break
            begun = revision
        who = f" on {begun.at.date()} by {begun.author}" if begun else ""
        return f"withdrawn{who}: {capture.withdrawn.reason}"

    def standpoint_since(self, capture: Capture) -> int | None:
        """The version of a capture with which its camera was last stated otherwise, None where it never was."""
        before, since = None, None
        for revision in self.record.history(Capture, capture.id):
            stated = json.loads(revision.payload).get("standpoint")
            if stated != before:
                before, since = stated, revision.version
        return since

    def observations(self, *, site: str | None = None) -> tuple[Observation, ...]:
        """Observations that were not taken back, all or of one site."""
        rows = self.record.rows(Observation, site=site)
        return tuple(row.value for row in rows if not row.value.deleted)

    def statements(self, *, site: str | None = None) -> tuple[Observation, ...]:
        """Observations that count, all or of one site: not taken back, returned or superseded.

        One on a capture that was the wrong picture does not count; where only its licence ended, it does.
        """
        return self.witnesses(site=site)[0]

    def witnesses(self, *, site: str | None = None) -> tuple[tuple[Observation, ...], dict[str, Capture]]:
        """What `statements` gives, and by id the captures that they are on, the withdrawn ones too."""
        said = self.observations(site=site)
        whole = site is None
        rows = (
            self.record.rows(Capture) if whole else self.record.many(Capture, {one.capture for one in said})
        )
        shown = {row.value.id: row.value for row in rows}
        void = {one.id for one in shown.values() if one.withdrawn is not None and one.withdrawn.void}
        return tuple(one for one in said if one.review.counts and one.capture not in void), shown

    def annotations(self, *, site: str | None = None, capture: str | None = None) -> tuple[Annotation, ...]:
        """Annotations that were not deleted, all or of one site or capture."""
        rows = self.record.rows(Annotation, site=site, capture=capture)
        return tuple(row.value for row in rows if not row.value.deleted)

    def offsets(self, *, site: str | None = None) -> tuple[Offset, ...]:
        """All offsets, or those of one site."""
        return tuple(row.value for row in self.record.rows(Offset, site=site))

    # -- what captures can show ----------------------------------------------------------------------------------

    @property
    def limits_file(self) -> Path:
        """What the project sets of the limits of classes; it need not be there."""
        return self.root / LIMITS_FILE

    def limits_text(self) -> str:
        """Text of that file, empty where there is none.

        Raises
        ------
        InputRefused
            when it is there and cannot be read as text.
        """
        try:
            return self.limits_file.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise InputRefused(
                LIMITS_FILE, f"it cannot be read as text ({error})", "write it again in UTF-8"
            ) from error

    def limits(self) -> Mapping[TargetClass, Limits]:
        """How fine a capture must be to show each class: the defaults and what the project sets, read now.

        Raises
        ------
        InputRefused
            when the project's file is bad; it is never guessed at.
        """
        return limits_with(parse_limits(self.limits_text(), LIMITS_FILE))

    # -- the register file ---------------------------------------------------------------------------------------

    def reconcile_register(self) -> Reconciled:
        """Bring the register file and the record together; to be called after every change of sites.

        What came of it is kept as `reconciled`.

        Raises
        ------
        ProjectUnusable
            when another program holds the register for a minute.
        """
        self.reconciled = reconcile(self.root, self.record)
        return self.reconciled

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each feature of the register that was refused and each field that two sides changed."""
        return self.reconciled.warnings


def _fitting(captures: Sequence[Capture], reference: str) -> list[Capture]:
    """Those of that file name, else those whose id begins so."""
    return [capture for capture in captures if capture.file == reference] or [
        capture
        for capture in captures
        if len(reference) >= _SHORTEST_PREFIX and capture.sha256.startswith(reference.lower())
    ]
