"""A project folder: the register, the imagery library and the record behind one door.

A folder with `sites.geojson` and `imagery/` is a project. What the program makes lies in `imagery/` and
`.sitetrack/`. Opening it takes a changed register file into the record, so that editing `sites.geojson` by hand or
through git is a way to work.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType

from workflow.errors import AmbiguousName, InputRefused, ProjectUnusable, UnknownName
from workflow.model import Annotation, Author, Capture, Observation, Offset, Site
from workflow.register import read_sites, write_register
from workflow.settings import IMAGERY_DIR, RECORD_FILE, REGISTER_FILE, STATE_DIR
from workflow.store import Record

__all__ = ["Project", "find_project", "init_project"]

_REGISTER_SHA = "register_sha256"
_REGISTER_AUTHOR = Author("register file")
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


class Project:
    """An open project folder; use it as a context manager."""

    def __init__(self, root: Path, record: Record) -> None:
        """Hold `root` and its open `record`; `open` is the way in."""
        self.root = root
        self.record = record
        self.warnings: tuple[str, ...] = ()

    @classmethod
    def open(cls, root: Path) -> Project:
        """Open the project in `root` and take in its register file if that has changed.

        `warnings` then holds a sentence for each feature of the register that was refused.

        Raises
        ------
        ProjectUnusable
            when `root` is no project, or its record cannot be read.
        """
        root = root.resolve()
        if not is_project(root):
            raise ProjectUnusable(
                root,
                f"not a project ({REGISTER_FILE} and {IMAGERY_DIR}/ are missing)",
                "run 'sitetrack init' on it first",
            )
        project = cls(root, Record.open(root / STATE_DIR / RECORD_FILE))
        try:
            project.warnings = project._take_register()
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
        return tuple(
            sorted((row.value for row in self.record.rows(Capture)), key=lambda capture: capture.date_order)
        )

    def capture(self, reference: str) -> Capture:
        """The capture with that id, unique prefix of an id (4 characters or more) or original file name.

        Raises
        ------
        UnknownName, AmbiguousName
            when none or several fit.
        """
        row = self.record.get(Capture, reference)
        if row is not None:
            return row.value
        captures = self.captures()
        fits = [capture for capture in captures if capture.file == reference] or [
            capture
            for capture in captures
            if len(reference) >= _SHORTEST_PREFIX and capture.sha256.startswith(reference.lower())
        ]
        if not fits:
            raise UnknownName("capture", reference, [capture.file for capture in captures])
        if len(fits) > 1:
            raise AmbiguousName("capture", reference, [f"{capture.id} {capture.file}" for capture in fits])
        return fits[0]

    def observations(self, *, site: str | None = None) -> tuple[Observation, ...]:
        """Observations that were not taken back, all or of one site."""
        rows = self.record.rows(Observation, site=site)
        return tuple(row.value for row in rows if not row.value.deleted)

    def statements(self, *, site: str | None = None) -> tuple[Observation, ...]:
        """Observations that count, all or of one site: not taken back, returned or superseded.

        One on a capture that was the wrong picture does not count; where only its licence ended, it does.
        """
        void = {one.id for one in self.all_captures() if one.withdrawn is not None and one.withdrawn.void}
        said = self.observations(site=site)
        return tuple(one for one in said if one.review.counts and one.capture not in void)

    def annotations(self, *, site: str | None = None, capture: str | None = None) -> tuple[Annotation, ...]:
        """Annotations that were not deleted, all or of one site or capture."""
        rows = self.record.rows(Annotation, site=site, capture=capture)
        return tuple(row.value for row in rows if not row.value.deleted)

    def offsets(self, *, site: str | None = None) -> tuple[Offset, ...]:
        """All offsets, or those of one site."""
        return tuple(row.value for row in self.record.rows(Offset, site=site))

    # -- the register file ---------------------------------------------------------------------------------------

    def write_register(self) -> None:
        """Write the record's sites to the register file."""
        write_register(self.register_file, self.sites())
        self.record.set_meta(_REGISTER_SHA, _sha256(self.register_file))

    def _take_register(self) -> tuple[str, ...]:
        """Take a register file that changed since last time into the record; sentences on what was refused."""
        sha256 = _sha256(self.register_file)
        if self.record.meta(_REGISTER_SHA) == sha256:
            return ()
        reading = read_sites(self.register_file)
        with self.record.write(_REGISTER_AUTHOR, f"{REGISTER_FILE} changed") as transaction:
            for site in reading.sites:
                known = transaction.get(Site, site.id)
                transaction.put(site, base_version=known.version if known else 0)
        if not reading.refused:  # else say so again next time
            self.record.set_meta(_REGISTER_SHA, sha256)
        stated = {site.id for site in reading.sites}
        gone = [site.id for site in self.sites() if site.id not in stated]
        kept = f"{REGISTER_FILE} no longer has {', '.join(gone)}; the record keeps them."
        return (*(str(error) for error in reading.refused), *([kept] if gone and not reading.refused else []))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
