"""What goes into a bundle: which sites and captures, which of their revisions in full, which files, and why not others.

A site that is not public is left out whole: its place stands in its revisions, its marks and its pictures, and a
revision cannot be shortened without losing its hash.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.errors import InputRefused, UnknownName
from workflow.licences import Passing, passing
from workflow.model import Capture, Site, slug
from workflow.visibility import is_told

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["BundleOptions", "Contents", "File", "collect", "in_full"]

_OF_CAPTURES = ("capture", "file", "intake_event")
_LARGEST_SIDECAR = 16 * 2**20

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BundleOptions:
    """What is asked for: `why` it is made; `sites` and `figures`, both empty for all; whether `originals` go along."""

    why: str
    sites: tuple[str, ...] = ()
    figures: tuple[Path, ...] = ()
    originals: bool = True
    with_positions: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes in: its `name` in the bundle, where it is, and the hash it must have where one was noted."""

    name: str
    path: Path
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes in. `captures` are in the order of their dates, `whole` says that nothing of the record is left out.

    `held` are rows of the manifest on captures and figures, `left_out` sentences on what is not there.
    """

    sites: tuple[Site, ...]
    captures: tuple[Capture, ...]
    whole: bool
    files: tuple[File, ...]
    held: tuple[dict[str, Any], ...]
    figures: tuple[dict[str, str], ...]
    left_out: tuple[str, ...]

    def takes(self) -> Callable[[Row], bool]:
        """Whether a revision's row goes in in full."""
        if self.whole:
            return lambda _: True
        return in_full({site.id for site in self.sites}, {capture.id for capture in self.captures})


def in_full(sites: set[str], captures: set[str]) -> Callable[[Row], bool]:
    """Whether a revision's row is of one of these sites or captures."""
    return lambda row: row["capture"] in captures if row["kind"] in _OF_CAPTURES else row["site"] in sites


def collect(project: Project, options: BundleOptions) -> Contents:
    """Decide what goes in, in one state of the record that the caller holds.

    Raises
    ------
    UnknownName
        when a site is not known.
    InputRefused
        when a site that is asked for is not public, or a figure cannot be read as one of this record.
    """
    figures = [_read_figure(path) for path in options.figures]
    sites, left_out = _sites(project, options, [sidecar["site"] for _, _, sidecar in figures])
    chosen = {site.id for site in sites}
    if not options.figures:
        figures = [one for one in _noted_figures(project) if one[2]["site"] in chosen]
    shown = {panel["capture"] for _, _, sidecar in figures for panel in sidecar["panels"]}
    everything = len(sites) == len(project.sites())
    named = None if everything else _captures_of(project.record.revision_rows(), chosen) | shown
    captures = tuple(one for one in project.all_captures() if named is None or one.id in named)
    files, rows = _figure_files(figures)
    held, chips = [], _chips(project, chosen)
    for capture in captures:
        row, some = _held(project, capture, options, chips.get(capture.id, []))
        held.append(row)
        files += some
    if not everything:
        left_out.append(
            "Other sites of the project, what is said of them, and its published claims: their revisions are here by "
            "hash alone."
        )
    return Contents(sites, captures, everything, tuple(files), tuple(held), tuple(rows), tuple(left_out))


def _sites(
    project: Project, options: BundleOptions, of_figures: Sequence[str]
) -> tuple[tuple[Site, ...], list[str]]:
    """The sites that go in, in the order of the register, and a sentence on each that does not."""
    there = {site.id: site for site in project.sites()}
    asked = {*options.sites, *of_figures}
    for key in sorted(asked):
        if key not in there:
            raise UnknownName("site", key, tuple(there))
    audience = "restricted" if options.with_positions else "public"
    hidden = {key for key, site in there.items() if not is_told(site, audience)}
    for key in sorted(asked & hidden):
        raise InputRefused(
            f"Site {key}",
            f"is not public ({there[key].visibility}), and a bundle tells where it is",
            "leave it out, or give --with-positions where whoever receives the bundle may know",
        )
    wanted = asked or there.keys() - hidden
    withheld = sum(key in hidden for key in there) if not asked else 0
    said = [f"Sites that are not public, and where they are: {withheld} left out."] if withheld else []
    return tuple(site for key, site in there.items() if key in wanted), said


def _captures_of(rows: Iterable[Row], sites: set[str]) -> set[str]:
    """Captures that revisions of these sites are about, and those they are aligned to."""
    found: set[str] = set()
    for row in rows:
        if row["site"] in sites and row["capture"] is not None:
            found.add(row["capture"])
            if row["kind"] == "offset":
                found.add(json.loads(row["payload"])["reference"])
    return found


# -- pictures ------------------------------------------------------------------------------------------------------


def _held(
    project: Project, capture: Capture, options: BundleOptions, cached: list[File]
) -> tuple[dict[str, Any], list[File]]:
    """The manifest's row on a capture, and the files of it that go in."""
    may = passing(capture.licence, capture.credit, capture.withdrawn.reason if capture.withdrawn else "")
    originals, reason = _original(project, capture, options, may)
    working = [] if may.derived else _working(project, capture)
    chips = [] if may.derived else cached
    attached = _attached(project, capture, may_pages=bool(originals))
    row = {
        "id": capture.id,
        "file": capture.file,
        "sha256": capture.sha256,
        "credit": capture.credit,
        "licence": capture.licence,
        "terms": may.terms,
        "condition": may.condition,
        "original": originals[0].name if originals else None,
        "parts": [one.name for one in originals[1:]],
        "original_withheld": reason,
        "working": working[0].name if working else None,
        "chips": [one.name for one in chips],
        "attachments": [one.name for one in attached],
        "derived_withheld": may.derived,
        "synthetic": capture.synthetic,
    }
    return row, [*originals, *working, *chips, *attached]


def _original(
    project: Project, capture: Capture, options: BundleOptions, may: Passing
) -> tuple[list[File], str]:
    """The original, or why it does not go in."""
    if may.original:
        return [], may.original
    if not options.originals:
        return [], "the bundle was asked for without originals"
    path = project.root / capture.original
    parts = [
        File(f"originals/{capture.id}.{at}{_suffix(part)}", part, one.sha256)
        for at, one in enumerate(capture.parts, 1)
        for part in (project.root / one.path,)
    ]
    return [File(f"originals/{capture.id}{_suffix(path)}", path, capture.sha256), *parts], ""


def _working(project: Project, capture: Capture) -> list[File]:
    path = project.root / capture.working
    if not capture.working or not path.is_file():
        return []
    return [File(f"working/{capture.id}{_suffix(path)}", path, capture.working_sha256)]


def _attached(project: Project, capture: Capture, *, may_pages: bool) -> list[File]:
    """What is attached: proofs of time hold a hash alone and always go, pages and pictures of them as originals do."""
    return [
        File(f"attachments/{capture.id}.{at}{_suffix(path)}", path, one.sha256)
        for at, one in enumerate(capture.attachments, 1)
        if may_pages or one.stamp is not None
        for path in (project.root / one.path,)
        if capture.withdrawn is None or not capture.withdrawn.files_removed
    ]


def _chips(project: Project, sites: set[str]) -> dict[str, list[File]]:
    """By capture, chips of the cache that are there; they can be cut again, so none is missed."""
    found: dict[str, list[File]] = {}
    for entry in project.record.chips():
        path = project.root / entry.file
        if entry.site in sites and path.is_file():
            found.setdefault(entry.capture, []).append(File(f"chips/{entry.capture}-{entry.site}.npz", path))
    return found


def _suffix(path: Path) -> str:
    """The suffix of a file where it is plain, as the library has them."""
    suffix = path.suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) < 9 else ""


# -- figures -------------------------------------------------------------------------------------------------------

Figure = tuple[str, Path, dict[str, Any]]
"""Name for the reader, the picture, what its sidecar says."""


def _noted_figures(project: Project) -> list[Figure]:
    """Figures that the project noted and that still lie where they were written."""
    paths = [project.root / entry.file for entry in project.record.figures()]
    return [_read_figure(path) for path in paths if path.is_file() and _sidecar_of(path).is_file()]


def _sidecar_of(picture: Path) -> Path:
    return picture.with_name(f"{picture.name}.json")


def _read_figure(path: Path) -> Figure:
    """The figure at `path`, which is the picture or its sidecar."""
    picture = path.with_name(path.name.removesuffix(".json")) if path.suffix == ".json" else path
    try:
        with _sidecar_of(picture).open("rb") as file:
            sidecar = json.loads(file.read(_LARGEST_SIDECAR))
        site, panels = sidecar["site"], [panel["capture"] for panel in sidecar["panels"]]
        if not all(isinstance(one, str) for one in (site, *panels)):
            raise ValueError("names that are no text")
    except OSError as error:
        raise InputRefused(
            str(picture),
            f"its sidecar cannot be read ({error.strerror})",
            "name a figure that 'figure' wrote",
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputRefused(
            str(picture), "the file beside it is no sidecar of a figure", "make the figure anew"
        ) from error
    return picture.name, picture, sidecar


def _figure_files(figures: Sequence[Figure]) -> tuple[list[File], list[dict[str, str]]]:
    files, rows = [], []
    for number, (name, picture, sidecar) in enumerate(figures, 1):
        stem = slug(picture.stem)[:60]
        inside = f"figures/{number:03}{f'-{stem}' if stem else ''}{_suffix(picture)}"
        files += [File(inside, picture), File(f"{inside}.json", _sidecar_of(picture))]
        rows.append({"file": inside, "sidecar": f"{inside}.json", "name": name, "site": sidecar["site"]})
    return files, rows
