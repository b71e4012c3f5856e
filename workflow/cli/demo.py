"""``sitetrack demo``: the sample project on rendered scenes, ready to look at."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow.cli.options import NamedPath, progress, report
from workflow.errors import InputRefused, ProjectUnusable, WorkflowError
from workflow.model import Author

if TYPE_CHECKING:
    from workflow.demo import Scene
    from workflow.intake import IntakeOptions
    from workflow.project import Project

__all__ = ["command"]

Progress = Callable[[str, int, int], None]
_AUTHOR = Author("sitetrack demo")
_FOLDER = Path("sitetrack-demo")
_SEED_NAME = "demo_seed"
_AT_ONCE = 2


@click.command("demo")
@click.argument("folder", metavar="[DIR]", required=False, type=NamedPath(file_okay=False))
@click.option("--no-serve", is_flag=True, help="Make the project and do not open the dashboard.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the dashboard.")
@click.option("--seed", type=click.IntRange(0, 2**31), help="Another seed makes other places and pictures.")
def command(folder: Path | None, no_serve: bool, port: int | None, seed: int | None) -> None:
    """Make the sample project in DIR, with rendered scenes, and open the dashboard.

    DIR is by default the nearest project folder upwards, else ./sitetrack-demo. A project that holds real
    pictures is refused. Doing it again does only what is missing.
    """
    from workflow.demo import SEED
    from workflow.project import Project

    root = folder if folder is not None else _nearest()
    with Project.open(_made(root)) as project:
        refused = _fill(project, SEED if seed is None else seed)
        click.echo(_summary(project))
    report(refused)
    if not no_serve:
        from workflow.cli.serve import run_server

        run_server(root, port=port, open_browser=True)


def _nearest() -> Path:
    from workflow.project import find_project

    try:
        return find_project(Path.cwd())
    except ProjectUnusable:
        return _FOLDER


def _made(root: Path) -> Path:
    """`root` as a project: as it is, or made now."""
    from workflow.project import init_project
    from workflow.settings import REGISTER_FILE

    return root if (root / REGISTER_FILE).exists() else init_project(root)


def sample_register() -> Path:
    """The sample's sites: beside the renderer in an installed wheel, else at the repository's root.

    Raises
    ------
    ProjectUnusable
        when neither is there.
    """
    import workflow.demo

    package = Path(workflow.demo.__file__).parent
    for folder in (package, package.parents[1]):
        if (folder / "sites.geojson").is_file():
            return folder / "sites.geojson"
    raise ProjectUnusable(package, "the sample's sites.geojson is missing", "install the project again")


def _fill(project: Project, seed: int) -> Sequence[WorkflowError]:
    """Bring the sample into `project` as far as it is missing; what was refused on the way."""
    from workflow.demo import scenes
    from workflow.pipeline.track import track

    _check(project, seed)
    _take_sites(project)
    told = scenes(project.sites(), seed)
    if not told:
        raise InputRefused(
            str(project.root), "has none of the sample's sites", "name another folder for the demo"
        )
    project.record.set_meta(_SEED_NAME, str(seed))
    with progress() as show:
        refused = _take_pictures(project, told, show)
        track(project, _AUTHOR, progress=show)
        _say(project, told, show)
    _lay(project, told)
    return refused


def _check(project: Project, seed: int) -> None:
    """Refuse a project with real pictures, or with the scenes of another seed, before anything is written."""
    real = [capture for capture in project.captures() if not capture.synthetic]
    if real:
        raise InputRefused(
            str(project.root),
            f"holds pictures that are not rendered ({real[0].file})",
            "name another folder for the demo",
        )
    before = project.record.meta(_SEED_NAME)
    if before is not None and before != str(seed):
        raise InputRefused(
            str(project.root), f"holds the scenes of seed {before}", f"name another folder for seed {seed}"
        )


def _take_sites(project: Project) -> None:
    from workflow.actions import import_sites

    if not project.sites():
        import_sites(project, _AUTHOR, [sample_register()])


def _take_pictures(project: Project, told: Sequence[Scene], show: Progress) -> Sequence[WorkflowError]:
    """Render what the project does not hold yet, and take it in; the loose files are gone afterwards."""
    held = {capture.file for capture in project.captures()}
    missing = [scene for scene in told if scene.file not in held]
    if not missing:
        return ()
    with tempfile.TemporaryDirectory(prefix="sitetrack-demo-") as folder:
        _render(missing, Path(folder), show)
        return _ingest(project, missing, Path(folder), show)


def _render(missing: Sequence[Scene], folder: Path, show: Progress) -> None:
    from concurrent.futures import ThreadPoolExecutor, as_completed

    from workflow.demo import render

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs = [pool.submit(render, scene, folder) for scene in missing]
        try:
            for done, job in enumerate(as_completed(jobs), 1):
                job.result()
                show("Scenes", done, len(jobs))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _ingest(
    project: Project, missing: Sequence[Scene], folder: Path, show: Progress
) -> Sequence[WorkflowError]:
    """Take the rendered files in, those of equal options together."""
    from workflow.pipeline.ingest import ingest

    groups: dict[IntakeOptions, list[Path]] = {}
    for scene in missing:
        groups.setdefault(_options(scene), []).append(folder / scene.file)
    refused: list[WorkflowError] = []
    taken = 0
    for options, paths in groups.items():
        before = taken

        def shifted(what: str, done: int, total: int, before: int = before) -> None:  # noqa: ARG001
            show(what, before + done, len(missing))

        refused += ingest(project, _AUTHOR, paths, options, shifted).refused
        taken += len(paths)
    return refused


def _options(scene: Scene) -> IntakeOptions:
    from workflow.intake import IntakeOptions

    return IntakeOptions(
        acquired=scene.acquired,
        provider=scene.provider,
        credit=scene.credit,
        licence=scene.licence,
        kind=scene.kind,
        site=scene.site if scene.gsd_m is None else None,
        synthetic=True,
        basis=scene.basis,
    )


def _say(project: Project, told: Sequence[Scene], show: Progress) -> None:
    """Record the sample analysts' statements and marks, except where they have spoken already."""
    from workflow.actions import annotate, observe
    from workflow.demo import marks

    captures = {capture.file: capture.id for capture in project.captures()}
    said = {(one.site, one.target, one.capture, one.author) for one in project.observations()}
    statements = [(scene, one) for scene in told for one in scene.observations if scene.file in captures]
    for done, (scene, one) in enumerate(statements, 1):
        if (scene.site, one.target, captures[scene.file], one.analyst) not in said:
            observe(
                project,
                Author(one.analyst),
                site=scene.site,
                capture=captures[scene.file],
                state=one.state,
                target=one.target,
                confidence=one.confidence,
                note=one.note,
            )
        show("Statements", done, len(statements))
    for scene in told:
        for analyst, operation in marks(scene, captures[scene.file]) if scene.file in captures else ():
            annotate(project, Author(analyst), [operation])


def _lay(project: Project, told: Sequence[Scene]) -> None:
    """Say where the stills were taken from, and lay those of one view on the first of them."""
    from workflow.actions import align_still, set_standpoint
    from workflow.demo import ANALYSTS, Encoding, same_places, standpoint_of

    author = Author(ANALYSTS["a"])
    captures = {capture.file: capture for capture in project.captures()}
    stills: dict[str, list[Scene]] = {}
    for scene in told:
        if scene.view.encoding is Encoding.STILL and scene.file in captures:
            stills.setdefault(scene.site, []).append(scene)
    for first, *others in stills.values():
        if len(others) and captures[first.file].standpoint is None:
            set_standpoint(project, author, captures[first.file].id, standpoint_of(first))
        for scene in others:
            if captures[scene.file].view is None:
                pairs = same_places(scene, first)
                align_still(project, author, captures[scene.file].id, captures[first.file].id, pairs)


def _summary(project: Project) -> str:
    """Counts, and when each target of a located site appeared."""
    from workflow.readmodels.evidence import timeline

    counts = (
        f"{len(project.sites())} sites, {len(project.captures())} rendered pictures (SYNTHETIC), "
        f"{len(project.observations())} statements in {project.root}"
    )
    rows = [
        f"  {row['site']}, {row['target']}: {row['event'] + ' ' if row['seen'] else ''}{row['phrase']}"
        for row in timeline(project)
        if row["synthetic"]
    ]
    return "\n".join([counts, *rows])
