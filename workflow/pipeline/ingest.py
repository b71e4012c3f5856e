"""Taking pictures in: walk, read apart two at a time, record each as soon as it is ready, catalogue at the
end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workflow import plugins
from workflow.errors import InputRefused, NotAllowed
from workflow.exporters.stac import write_catalogue
from workflow.files import remove_below
from workflow.intake import (
    PICTURE_SUFFIXES,
    IntakeOptions,
    Order,
    data_of_header,
    listed_tiles,
    orders_of,
    software,
    sweep,
    take_in,
    without_tiles,
)
from workflow.model import Author, Capture, ControlPoints, IntakeEvent, Role, StoredFile
from workflow.pipeline.georeference import georeference, georeferenced
from workflow.providers.profiles import credit_of_profile, profile_of
from workflow.settings import ATTACHMENTS, ORIGINALS, WORKING

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction

__all__ = ["IngestReport", "Outcome", "ingest", "pictures_in"]

Progress = Callable[[str, int, int], None]
_AT_ONCE = 2
_WHAT = "pictures"
_BY_ITS_POINTS = "laid by the ground control points of the file"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: a capture, which is `new` or was there already, or why it was not taken."""

    path: Path
    capture: Capture | None = None
    new: bool = False
    refused: InputRefused | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of the paths, in their order: captures taken (again), how many of them are new, and
    refusals.
    """

    captures: tuple[Capture, ...]
    new: int
    refused: tuple[InputRefused, ...]


def ingest(
    project: Project,
    author: Author,
    paths: Iterable[Path],
    options: IntakeOptions,
    progress: Progress | None = None,
    *,
    reinstate: bool = False,
    names: Mapping[Path, str] | None = None,
    clip: Order | None = None,
    told: Callable[[Outcome], None] | None = None,
) -> IngestReport:
    """Take every picture of `paths` (files, and folders walked for picture suffixes) into the project.

    Each capture is recorded as soon as it is ready; whatever stops the run, what was recorded stays and is in
    the catalogue. A picture that is there already is one capture and one more provenance entry. One that was
    withdrawn is refused; with `reinstate` a lead brings back those whose files were removed.

    With `clip`, which `workflow.intake.clip_of` makes, its stills become one capture, and `paths` count for nothing.

    `names` has what files are called in the record where that is not their name on this disk; `told` hears what became
    of each file as soon as it is known.

    Raises
    ------
    NotAllowed
        for a viewer, and when anybody but a lead asks for `reinstate`.
    UnknownName
        when `options.site` is no site of the project.
    """
    if author.role is Role.VIEWER:
        raise NotAllowed(author.name, author.role.value, "take pictures in")
    if reinstate and author.role is not Role.LEAD:
        raise NotAllowed(author.name, author.role.value, "bring a withdrawn capture back")
    if options.site is not None:
        project.site(options.site)
    sweep(project.imagery)
    paths = tuple(paths)
    library = [project.imagery / name for name in (ORIGINALS, WORKING, ATTACHMENTS)]
    files, refused = pictures_in(paths, leave_out=library) if clip is None else ((), ())
    orders, files, broken = orders_of(files) if clip is None else ({clip.tiles[0]: clip}, clip.tiles[:1], {})
    refused += tuple(dict.fromkeys(broken.values()))
    roots = tuple(path for path in paths if path.is_dir())
    run = _Run(project, author, _with_profile(options), roots, len(files), progress or _silent, reinstate)
    run.names, run.told, run.orders = names or {}, told or _untold, orders
    for path, refusal in broken.items():
        run.told(Outcome(path, refused=refusal))
    try:
        run.take(files)
    finally:
        write_catalogue(project.imagery, project.captures())
    return run.report(files, refused)


def pictures_in(
    paths: Iterable[Path], leave_out: Iterable[Path] = ()
) -> tuple[tuple[Path, ...], tuple[InputRefused, ...]]:
    """The pictures of files and folders, in a stable order and each once; refusals of folders without any.

    What lies in the folders `leave_out` is passed over in a walk: a project's own library is no input of it.
    """
    files: dict[Path, None] = {}
    refused: list[InputRefused] = []
    left_out = tuple(folder.resolve() for folder in leave_out)
    for path in paths:
        found = list(_walk(path, left_out)) if path.is_dir() else _named(path)
        if not found and path.is_file():
            refused.append(without_tiles(path))
        elif not found:
            suffixes = ", ".join(sorted(PICTURE_SUFFIXES))
            refused.append(
                InputRefused(str(path), f"no pictures in this folder ({suffixes})", "give another folder")
            )
        files.update(dict.fromkeys(found))
    return tuple(files), tuple(refused)


def _walk(folder: Path, left_out: Sequence[Path]) -> Iterator[Path]:
    """Pictures below a folder; hidden files and folders, and those in `left_out`, are passed over."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or any(path.resolve().is_relative_to(other) for other in left_out):
            continue
        picture = path if path.suffix.lower() in PICTURE_SUFFIXES else data_of_header(path)
        if picture is not None and picture.is_file():
            yield picture


def _named(path: Path) -> list[Path]:
    """The pictures that one name stands for: those of a tile list, the pixels of an ENVI header, else the file."""
    if path.suffix.lower() == ".til" and path.is_file():
        return listed_tiles(path)
    return [data_of_header(path) or path]


def _silent(what: str, done: int, total: int) -> None:
    """No progress."""


def _untold(outcome: Outcome) -> None:
    """Nobody hears of it."""


class _Run:
    """One run over a list of files. Children work in threads; the record is written from this one alone."""

    def __init__(
        self,
        project: Project,
        author: Author,
        options: IntakeOptions,
        roots: Sequence[Path],
        total: int,
        progress: Progress,
        reinstate: bool,
    ) -> None:
        self._project, self._author, self._options, self._roots = project, author, options, roots
        self._total, self._progress, self._reinstate = total, progress, reinstate
        self._known = {capture.id: capture for capture in project.all_captures()}
        self._dialects = tuple(plugins.load("workflow.providers").values())
        self.names: Mapping[Path, str] = {}
        self.told: Callable[[Outcome], None] = _untold
        self.orders: Mapping[Path, Order] = {}
        self._cleared: set[str] = set()
        self._outcomes: dict[Path, Capture | InputRefused] = {}
        self._new = 0

    def take(self, files: Sequence[Path]) -> None:
        """Take all of them; on the way out, those that have not begun are given up."""
        self._progress(_WHAT, 0, self._total)
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="intake")
        futures: dict[Future[Capture], Path] = {}
        try:
            futures.update((pool.submit(self._take_one, path), path) for path in files)
            for future in as_completed(futures):
                path, before = futures[future], self._new
                became = self._outcomes[path] = self._settle(path, future)
                order = self.orders.get(path)
                for one in order.tiles if order else (path,):
                    self.told(_outcome(one, became, self._new > before))
                self._progress(_WHAT, len(self._outcomes), self._total)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            self._settle_finished(futures)

    def _settle_finished(self, futures: Mapping[Future[Capture], Path]) -> None:
        """Record what was still being taken when the run was stopped: its files are in place by now."""
        for future, path in futures.items():
            if path not in self._outcomes and not future.cancelled() and future.exception() is None:
                self._outcomes[path] = self._settle(path, future)

    def _take_one(self, path: Path) -> Capture:
        root = next((root for root in self._roots if path.is_relative_to(root)), None)
        order = self.orders.get(path)
        imagery, before = self._project.imagery, self._before
        return take_in(path, imagery, self._options, self._dialects, known=before, root=root, order=order)

    def _before(self, key: str) -> Capture | None:
        """The capture of that id where it is in use; None where it is new, or brought back with new files."""
        known = self._known.get(key)
        if known is None:
            return None
        if known.withdrawn is None:
            return known if (self._project.root / known.picture).is_file() else None
        self._may_come_back(known)
        if key not in self._cleared:
            self._cleared.add(key)
            for path in (*(path for _, path, _ in known.files), known.picture):  # what a removal left
                remove_below(self._project.imagery, self._project.root / path)
        return None

    def _may_come_back(self, known: Capture) -> None:
        if known.withdrawn is None or (self._reinstate and known.withdrawn.files_removed):
            return
        kept = "a lead takes that back with 'sitetrack captures reinstate'"
        gone = "a lead brings it back with 'sitetrack ingest --reinstate'"
        raise InputRefused(
            f"{known.file} (capture {known.id})",
            f"it was {self._project.withdrawal_of(known)}",
            gone if known.withdrawn.files_removed else kept,
        )

    def _settle(self, path: Path, future: Future[Capture]) -> Capture | InputRefused:
        try:
            return self._record(path, _dressed(future.result(), self._options))
        except InputRefused as refused:
            if refused.subject not in (path.name, self._name(path)):
                return refused
            return InputRefused(self._name(path), refused.problem, refused.remedy)

    def _name(self, path: Path) -> str:
        order = self.orders.get(path)
        return order.name if order else self.names.get(path, path.name)

    def _record(self, path: Path, taken: Capture) -> Capture:
        """Put the capture if it is new, its files, and that it came in; what the record has already counts."""
        capture = replace(taken, control=None)
        name = self._name(path)
        with self._project.record.write(self._author, f"ingest {name}") as transaction:
            known = transaction.get(Capture, capture.id)
            if known is None:
                capture = replace(capture, file=name)
                transaction.put(capture, base_version=0)
            elif known.value.withdrawn is None:
                capture = self._moved(known.value, capture)
                if capture != known.value:
                    transaction.put(capture, base_version=known.version)
            else:
                self._may_come_back(known.value)
                capture = self._back(known.value, taken)
                transaction.put(capture, base_version=known.version)
                self._put_files(transaction, taken)
            self._put_files(transaction, capture)
            before = len(transaction.rows(IntakeEvent, capture=capture.id))
            event = IntakeEvent(
                id=f"{capture.id}.{before + 1}",
                capture=capture.id,
                file=name,
                sha256=capture.sha256,
                size_bytes=self._size(capture),
                software=software(),
            )
            transaction.put(event, base_version=0)
        self._new += known is None
        return self._laid(capture, taken.control) if known is None and taken.control else capture

    def _laid(self, capture: Capture, own: ControlPoints) -> Capture:
        """A second version of a new capture, laid by the ground control points of its file, or told why it is not."""
        try:
            return georeference(
                self._project, self._author, capture.id, own.points, crs=own.crs, reason=_BY_ITS_POINTS
            )
        except InputRefused as refused:
            said = f"the ground control points of the file are not used: {refused.problem}"
            told = replace(capture, warnings=(*capture.warnings, said))
            with self._project.record.write(self._author, said) as transaction:
                transaction.put(told, base_version=1)
            return told

    def _moved(self, known: Capture, taken: Capture) -> Capture:
        """What is known, with the paths of its originals where they are now if they are not where they were."""
        root = self._project.root
        there = all((root / path).is_file() for path in _originals(known))
        return known if there else replace(known, original=taken.original, parts=taken.parts)

    def _size(self, capture: Capture) -> int:
        """Bytes of the files that came in."""
        paths = [one.path for one in capture.parts] or [capture.original]
        return sum((self._project.root / path).stat().st_size for path in paths)

    def _back(self, known: Capture, taken: Capture) -> Capture:
        """A withdrawn capture whose files are there again; one that was placed by hand is warped again."""
        back = replace(
            known,
            withdrawn=None,
            working_sha256=taken.working_sha256,
            original=taken.original,
            parts=taken.parts,
            frames=tuple(
                replace(one, view=was.view) for one, was in zip(taken.frames, known.frames, strict=True)
            ),
            attachments=(),  # they went with the files
        )
        return back if known.control is None else georeferenced(self._project, back, known.control)

    def _put_files(self, transaction: Transaction, capture: Capture) -> None:
        """Note original and working copy, where they are not noted or were removed."""
        noted = {row.value.path: row for row in transaction.rows(StoredFile, capture=capture.id)}
        for role, path, sha256 in capture.files:
            row = noted.get(path) or transaction.get(StoredFile, path)
            if row is None or row.value.removed:
                size = (self._project.root / path).stat().st_size
                stored = StoredFile(path, sha256, size, role, capture.id)
                transaction.put(stored, base_version=row.version if row else 0)

    def report(self, files: Sequence[Path], refused: Sequence[InputRefused]) -> IngestReport:
        """The outcomes in the order of the files."""
        outcomes = [self._outcomes[path] for path in files if path in self._outcomes]
        captures = dict.fromkeys(outcome for outcome in outcomes if isinstance(outcome, Capture))
        errors = tuple(outcome for outcome in outcomes if isinstance(outcome, InputRefused))
        return IngestReport(tuple(captures), self._new, (*refused, *errors))


def _originals(capture: Capture) -> list[str]:
    return [capture.original, *(one.path for one in capture.parts)]


def _outcome(path: Path, became: Capture | InputRefused, new: bool) -> Outcome:
    return Outcome(path, became, new) if isinstance(became, Capture) else Outcome(path, refused=became)


def _with_profile(options: IntakeOptions) -> IntakeOptions:
    """The options with the provider's usual kind and basis of dates, where none is stated."""
    profile = profile_of(options.provider)
    if profile is None:
        return options
    return replace(options, kind=options.kind or profile.kind, basis=options.basis or profile.basis)


def _dressed(capture: Capture, options: IntakeOptions) -> Capture:
    """The capture with its provider's usual kind, credit and terms where nothing else gives them."""
    profile = profile_of(capture.provider)
    if profile is None:
        return capture
    credit = credit_of_profile(profile, capture.acquired)
    return replace(
        capture,
        kind=options.kind or profile.kind,
        credit=capture.credit or credit,
        licence=capture.licence or profile.licence,
    )
