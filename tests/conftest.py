"""Fixtures that every test may use."""

from __future__ import annotations

import functools
import hashlib
import os
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

# how long an example takes says what else the machine does; in CI a commit is judged by the same examples each time
settings.register_profile(
    "unhurried",
    settings.get_profile("ci" if os.environ.get("CI") else "default"),
    deadline=None,
)
settings.load_profile("unhurried")
# the long run of the laws: pytest -m laws --hypothesis-profile laws
settings.register_profile(
    "laws", max_examples=10_000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)

# settings that say where tests find what they need
KEPT_SETTINGS = ("SITETRACK_TEST_DATA", "SITETRACK_TEST_DATABASE")
DEFAULT_TEST_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def skip_or_fail() -> Callable[[str], None]:
    """Skip on a developer's machine, fail where CI promises that everything is there."""
    return pytest.fail if os.environ.get("CI") else pytest.skip


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI everything is there: a test that was skipped should have run, and fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", ()) if reporter else ()
    if os.environ.get("CI") and skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(skipped)} skipped in CI, where nothing may be missing", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def test_data(skip_or_fail: Callable[[str], None]) -> Path:
    """Folder of real imagery and metadata, from SITETRACK_TEST_DATA."""
    folder = Path(os.environ.get("SITETRACK_TEST_DATA") or DEFAULT_TEST_DATA)
    if not folder.is_dir():
        skip_or_fail(f"no real imagery at {folder}: set SITETRACK_TEST_DATA to its folder")
    return folder


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's shell reaches a test."""
    for name in list(os.environ):
        if name.startswith("SITETRACK_") and name not in KEPT_SETTINGS:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_database(skip_or_fail: Callable[[str], None]) -> Iterator[str]:
    """Address of a database with PostGIS of this test process's own, on the server of SITETRACK_TEST_DATABASE."""
    server = os.environ.get("SITETRACK_TEST_DATABASE")
    if not server:
        skip_or_fail("set SITETRACK_TEST_DATABASE to a PostgreSQL address where databases may be made")
        return
    import psycopg

    address = urlsplit(server)
    name = f"{address.path.strip('/') or 'sitetrack'}_{uuid.uuid4().hex[:12]}"
    own = address._replace(path=f"/{name}", query="").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            with psycopg.connect(own, autocommit=True) as inside:
                inside.execute("CREATE EXTENSION postgis")
            yield own
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgres_url(postgres_database: str) -> Iterator[str]:
    """Address of an empty schema of the test's own; what stands beside it (copies of older formats) goes with it."""
    import psycopg

    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{postgres_database}?options=-csearch_path%3D{name},public"
        connection.execute(
            "SET lock_timeout TO '20s'"
        )  # a test that left a transaction open fails, it does not hang
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [name])
        for (schema,) in found.fetchall():
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


@pytest.fixture(scope="session")
def postgres_schema(postgres_database: str) -> Callable[[], str]:
    """Gives the address of another empty schema at each call; they go with the database."""

    def make() -> str:
        import psycopg

        name = f"m{uuid.uuid4().hex[:12]}"
        with psycopg.connect(postgres_database, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{postgres_database}?options=-csearch_path%3D{name},public"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a record may be made: a file, then a database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return tmp_path / ".sitetrack" / "record.sqlite"


@pytest.fixture
def run_together() -> Callable[..., None]:
    """Run `work(*arguments)` in several threads that start at once; an error in one is raised."""

    def run(work: Callable[..., object], *arguments: object, times: int) -> None:
        start = threading.Barrier(times)

        def one() -> None:
            start.wait(30)
            work(*arguments)

        with ThreadPoolExecutor(times) as pool:
            for done in [pool.submit(one) for _ in range(times)]:
                done.result(120)

    return run


class Watched:
    """A project made for a test: sites, and captures of one rendered ground written as working copies."""

    PLACE = (125.7, 39.0)
    GROUND_M = 400.0

    def __init__(self, root: Path) -> None:
        from workflow.project import Project, init_project

        self.project = Project.open(init_project(root))

    def add_site(
        self, site_id: str = "crossing", *, radius_m: float = 60.0, east_m: float = 0.0, targets=("gantry",)
    ):
        """A located site, `east_m` away from the middle of the ground."""
        from workflow.model import Author, LonLat, Position, Site, Target

        lonlat = LonLat(self.PLACE[0] + east_m / 86_500, self.PLACE[1])
        things = tuple(one if isinstance(one, Target) else Target(one) for one in targets)
        site = Site(site_id, site_id, position=Position(lonlat), radius_m=radius_m, targets=things)
        known = self.project.record.get(Site, site_id)
        with self.project.record.write(Author("tester"), "site") as transaction:
            transaction.put(site, base_version=known.version if known else 0)
        return site

    def add_capture(
        self,
        day: str | None,
        *,
        shift_m=(0.0, 0.0),
        gsd_m: float = 0.5,
        seed: int = 1,
        crop=None,
        located: bool = True,
        site: str | None = None,
    ):
        """A capture whose coordinates are wrong by `shift_m` (east, north); another `seed` is another ground.

        `crop` is the part of the ground that it covers: west, south, east, north as shares of the side.
        """
        from datetime import date

        from workflow.model import (
            Author,
            Capture,
            CaptureKind,
            DateSpan,
            Georeference,
            LonLat,
            Precision,
            Stretch,
        )

        number = len(self.project.captures())
        sha256 = hashlib.sha256(
            f"{day} {shift_m} {gsd_m} {seed} {crop} {located} {number}".encode()
        ).hexdigest()
        name = f"imagery/working/{sha256}.tif"
        crs, footprint, shape = self._write(self.project.root / name, shift_m, gsd_m, seed, crop, located)
        when = date.fromisoformat(day) if day else None
        capture = Capture(
            id=sha256[:16], sha256=sha256, kind=CaptureKind.SATELLITE if located else CaptureKind.BROADCAST,
            file=f"scene{number}.tif", original=name, working=name,
            acquired=DateSpan(when, when, Precision.DAY if when else Precision.UNKNOWN),
            width_px=shape[1], height_px=shape[0], bands=3,
            georeference=Georeference.NATIVE if located else Georeference.NONE,
            crs=crs if located else None, gsd_m=gsd_m if located else None,
            footprint=tuple(LonLat(*corner) for corner in footprint) if located else (),
            stretch=(Stretch(0, 255),) * 3, site=site,
        )  # fmt: skip
        with self.project.record.write(Author("tester"), "capture") as transaction:
            transaction.put(capture, base_version=0)
        return capture

    def _write(self, path: Path, shift_m, gsd_m: float, seed: int, crop, located: bool):
        import rasterio
        from pyproj import Transformer
        from rasterio.transform import Affine

        crs = "EPSG:32651"
        x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*self.PLACE)
        pixels = ground(seed, round(self.GROUND_M / 0.5))
        step = round(gsd_m / 0.5)
        pixels = pixels.reshape(3, pixels.shape[1] // step, step, -1, step).mean(axis=(2, 4)).astype("uint8")
        west, south, east, north = crop or (0.0, 0.0, 1.0, 1.0)
        side = pixels.shape[1]
        rows = slice(round((1 - north) * side), round((1 - south) * side))
        pixels = pixels[:, rows, round(west * side) : round(east * side)]
        left = x - self.GROUND_M / 2 + round(west * side) * gsd_m + shift_m[0]
        top = y + self.GROUND_M / 2 - round((1 - north) * side) * gsd_m + shift_m[1]
        height, width = pixels.shape[1:]
        place = {"crs": crs, "transform": Affine(gsd_m, 0.0, left, 0.0, -gsd_m, top)} if located else {}
        path.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(
                path, "w", driver="GTiff", width=width, height=height, count=3, dtype="uint8",
                tiled=True, blockxsize=256, blockysize=256, **place,
            ) as file:  # fmt: skip
                file.write(pixels)
        right, bottom = left + width * gsd_m, top - height * gsd_m
        corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        return crs, [back.transform(*corner) for corner in corners], (height, width)


@functools.cache
def ground(seed: int, side_px: int):
    """Pixels (3, row, column) of a ground with fields, paths and roofs, 8 bit; each seed is another one."""
    import numpy as np

    rng = np.random.default_rng(seed)
    picture = rng.normal(110, 8, (side_px, side_px))
    for _ in range(side_px):
        row, col = rng.integers(0, side_px - 20, 2)
        height, width = rng.integers(4, 20, 2)
        picture[row : row + height, col : col + width] += rng.normal(0, 25)
    return np.clip(np.stack([picture, picture * 0.9, picture * 0.8]), 1, 255).astype("uint8")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """An empty project with helpers that add sites and captures (see `Watched`)."""
    made = Watched(tmp_path / "project")
    with made.project:
        yield made


@pytest.fixture
def make_raster(tmp_path: Path) -> Callable[..., Path]:
    """Write a raster: `make_raster(name, data, **profile)`.

    `data` is (band, row, column). A GeoTIFF in UTM 51N at 0.5 m unless the profile says otherwise; `crs=None` leaves
    the place out. `mask` (row, column), `colormap`, `colorinterp`, `tags` and `gcps` go where GDAL keeps them.
    """

    def make(name: str, data: Any, **profile: Any) -> Path:
        import numpy as np
        import rasterio
        from rasterio.errors import NotGeoreferencedWarning
        from rasterio.transform import Affine

        data = np.asarray(data)
        data = data[None] if data.ndim == 2 else data
        after = {key: profile.pop(key, None) for key in ("mask", "colormap", "tags", "gcps", "colorinterp")}
        settings = {
            "crs": "EPSG:32651",
            "transform": Affine(0.5, 0, 400_000, 0, -0.5, 4_300_000),
            "driver": "GTiff",
        }
        settings |= {
            "count": len(data),
            "height": data.shape[1],
            "width": data.shape[2],
            "dtype": data.dtype.name,
        }
        settings |= profile
        if settings["crs"] is None:
            del settings["crs"], settings["transform"]
        path = tmp_path / name
        with warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True, GDAL_PAM_ENABLED=False):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, "w", **settings) as file:
                if after["gcps"]:
                    file.gcps = after["gcps"]
                if after["colorinterp"]:
                    file.colorinterp = after["colorinterp"]
                if after["colormap"]:
                    file.write_colormap(1, after["colormap"])
                file.write(data)
                if after["mask"] is not None:
                    file.write_mask(after["mask"])
                file.update_tags(**(after["tags"] or {}))
        return path

    return make


class Desk:
    """A project in which people read pictures: sites `arch` (gantry) and `bridge` (gantry, mast), captures a and b."""

    SHOTS = ("a" * 16, "b" * 16)

    def __init__(self, root: Path) -> None:
        from datetime import date

        from workflow.model import (
            Author,
            Capture,
            CaptureKind,
            DateSpan,
            LonLat,
            Position,
            Precision,
            Role,
            Site,
            Target,
            TargetClass,
        )
        from workflow.project import Project, init_project

        self.project = Project.open(init_project(root))
        self.anna, self.ben, self.cho = (Author(name) for name in ("Anna", "Ben", "Cho"))
        self.lead, self.boss = Author("Lena", Role.LEAD), Author("Bo", Role.LEAD)
        self.viewer = Author("Vera", Role.VIEWER)
        gantry = Target("gantry", kind=TargetClass.GANTRY)
        place = Position(LonLat(125.7178, 38.9706))
        ring = ((125.65, 38.9), (125.75, 38.9), (125.75, 39.0), (125.65, 39.0), (125.65, 38.9))
        with self.project.record.write(self.anna, "a small project") as transaction:
            transaction.put(Site("arch", "Arch", position=place, targets=(gantry,)), 0)
            mast = Target("mast", kind=TargetClass.MAST)
            transaction.put(Site("bridge", "Bridge", position=place, targets=(gantry, mast)), 0)
            for year, key in enumerate(self.SHOTS, 2020):
                day = date(year, 5, 1)
                transaction.put(
                    Capture(
                        id=key, sha256=key * 4, kind=CaptureKind.SATELLITE, file=f"scene-{key[0]}.tif",
                        original=f"imagery/originals/{key}.tif", working=f"imagery/working/{key}.tif",
                        acquired=DateSpan(day, day, Precision.DAY), width_px=400, height_px=300, bands=3,
                        crs="EPSG:4326", gsd_m=0.3, footprint=tuple(LonLat(*corner) for corner in ring),
                    ),
                    0,
                )  # fmt: skip

    def say(self, author, state="present", **changed):
        """An observation by `author`, of the gantry at `arch` in the first capture."""
        from workflow.actions import observe

        where = {"site": "arch", "target": "gantry", "capture": self.SHOTS[0], "state": state}
        return observe(self.project, author, **{**where, **changed})

    def read(self, author, state="present", **changed):
        """The second reading by `author` of the same."""
        from workflow.actions import second_read

        where = {"site": "arch", "target": "gantry", "capture": self.SHOTS[0], "state": state}
        return second_read(self.project, author, **{**where, **changed})

    def mark(self, author, key="m1", kind="add", base_version=None, **changed):
        """A point drawn, changed or deleted by `author`, as it then stands."""
        from workflow.actions import annotate
        from workflow.model import Annotation

        stated = {"id": key, **changed}
        if kind == "add":
            point = {"type": "Point", "coordinates": [125.7, 38.97]}
            where = {"site": "arch", "capture": self.SHOTS[0], "target": "gantry", "shape": "point"}
            stated = {**where, "geometry": point, **stated}
        self._operations = getattr(self, "_operations", 0) + 1
        operation = {
            "op": f"o{self._operations}",
            "seq": self._operations,
            "type": kind,
            "annotation": stated,
        }
        if base_version is not None:
            operation["base_version"] = base_version
        self.refused = annotate(self.project, author, [operation]).refused
        return self.project.record.get(Annotation, key).value

    def version(self, one) -> int:
        """Version that an observation or annotation is at."""
        return self.project.record.get(type(one), one.id).version

    def now(self, one):
        """An observation or annotation as it is."""
        return self.project.record.get(type(one), one.id).value

    def entries(self, one=None):
        """Entries of review, all or those about one object, in order."""
        from workflow.model import ReviewEntry

        rows = [row.value for row in self.project.record.rows(ReviewEntry)]
        return [row for row in rows if one is None or row.subject == one.id]

    def step(self, action, author, one, *rest, version=None, **options):
        """`action` on an observation or annotation at the version it is at."""
        kind = type(one).__name__.lower()
        version = self.version(one) if version is None else version
        return action(self.project, author, kind, one.id, version, *rest, **options)

    def approved(self, one, lead=None):
        """`one` submitted by its author and approved."""
        from workflow.actions import approve, submit
        from workflow.model import Author

        self.step(submit, Author(one.author), one)
        self.step(approve, lead or self.lead, one)
        return self.now(one)

    def withdraw(self, key, void=False):
        """Take a capture out of use."""
        from dataclasses import replace

        from workflow.model import Capture, Withdrawal

        known = self.project.record.get(Capture, key)
        with self.project.record.write(self.lead, "withdrawn") as transaction:
            withdrawn = replace(known.value, withdrawn=Withdrawal("wrong file", void))
            transaction.put(withdrawn, known.version)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A project in which people read pictures (see `Desk`)."""
    made = Desk(tmp_path / "project")
    with made.project:
        yield made


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the small project that the dashboard shows."""
    from dashboard_sample import make_project

    made = make_project(tmp_path / "project")
    monkeypatch.setenv("SITETRACK_PROJECT", str(made))
    return made


@pytest.fixture
def somebody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dashboard begins after its first page."""
    monkeypatch.setenv("SITETRACK_AUTHOR", "ana")


@pytest.fixture
def assets_are_there(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """For tests that look at no asset: a checkout that was not built is enough."""
    from dashboard import assets

    if not (assets.BUILD / "stamp").is_file():
        build = tmp_path_factory.mktemp("build")
        (build / "stamp").write_text("test")
        monkeypatch.setattr(assets, "BUILD", build)


@pytest.fixture
def scorers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The scorers that are installed, to be changed by the test."""
    from track_sample import MeanDifference

    from workflow import plugins
    from workflow.readmodels import scores

    installed: dict[str, Any] = {"mean-difference": MeanDifference()}
    monkeypatch.setattr(plugins, "load", {"workflow.scoring": installed}.__getitem__)
    monkeypatch.setattr(scores, "installed", lambda: installed)
    return installed
