"""The sample's story: which scenes of its places there are, what happened there, and what two analysts said.

The dates of the pictures follow the published report (for one: absent in November 2021, present in February
2022, hence "late 2021 or early 2022"); the pictures, the days of the changes and the statements are made
up. All of it was fixed before any change scorer was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from workflow.demo.place import stream
from workflow.demo.scene import Change, ChangeKind, Encoding, Scene, Statement, View
from workflow.demo.styles import STYLES, Style
from workflow.model import (
    Basis,
    CaptureKind,
    Confidence,
    Direction,
    LonLat,
    Site,
    State,
    Target,
    TargetClass,
)

__all__ = ["ANALYSTS", "SEED", "across_of", "scenes"]

SEED = 38
ANALYSTS = {"a": "sample-analyst-a", "b": "sample-analyst-b"}
_GANTRY_TOP_M = 6.8
_ALL = -1
_NOWHERE = LonLat(125.75, 39.02)
_LOW, _FAIR, _HIGH = Confidence.LOW, Confidence.MODERATE, Confidence.HIGH


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement on the targets of a site: all that the story has, or its thing number `which`."""

    who: str
    state: State
    confidence: Confidence = _FAIR
    note: str = ""
    which: int = _ALL


@dataclass(frozen=True, slots=True)
class _Source:
    """Whose picture it is said to be: owners that do not exist, with credits in the forms that the report has."""

    provider: str = "Rendered by sitetrack"
    credit: str = "Synthetic scene, sitetrack demo"
    licence: str = "CC0-1.0"
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class _Shot:
    """A picture of the story. `at` is the UTC minute; the day in Korea is the same."""

    file: str
    at: str
    view: View
    said: tuple[_Said, ...] = ()
    acquired: str | None = None
    tagged: bool = False
    kind: CaptureKind = CaptureKind.SATELLITE
    source: _Source = field(default_factory=_Source)


@dataclass(frozen=True, slots=True)
class _Story:
    """A site of the story. `things`: class, direction it stands over, first day, metres along the road.

    A site that is not located has pictures without georeference alone; they are rendered as of the made-up place `at`.
    """

    style: str
    bearing_deg: float
    things: tuple[tuple[TargetClass, Direction | None, date, float], ...]
    confusers: tuple[Change, ...]
    shots: tuple[_Shot, ...]
    at: LonLat | None = None


def scenes(sites: Sequence[Site], seed: int = SEED) -> tuple[Scene, ...]:
    """The scenes of those `sites` that the story knows, in the order of `sites`, then of time.

    A site without a position has those of its pictures that do not say where they lie.
    """
    return tuple(
        _scene(site, _STORIES[site.id], shot, seed)
        for site in sites
        if site.id in _STORIES
        for shot in _STORIES[site.id].shots
        if site.position is not None or not shot.view.encoding.is_georeferenced
    )


def _scene(site: Site, story: _Story, shot: _Shot, seed: int) -> Scene:
    things = tuple(_things(site, story))
    return Scene(
        file=shot.file,
        site=site.id,
        position=site.position.lonlat if site.position else story.at or _NOWHERE,
        bearing_deg=story.bearing_deg if site.bearing_deg is None else site.bearing_deg,
        when=datetime.strptime(shot.at, "%Y-%m-%d %H:%M").replace(tzinfo=UTC),
        seed=seed,
        style=story.style,
        history=(*things, *story.confusers),
        view=_as_flown(shot, site.id, seed),
        acquired=shot.acquired,
        tagged=shot.tagged,
        kind=shot.kind,
        provider=shot.source.provider,
        credit=shot.source.credit,
        licence=shot.source.licence,
        basis=shot.source.basis,
        observations=_statements(things, shot.said),
    )


def _things(site: Site, story: _Story) -> Iterable[Change]:
    """The story's structures, tied to the site's targets: by class and direction, else by class in their
    order.
    """
    left = list(site.targets)
    style = STYLES[story.style]
    for kind, direction, since, along in story.things:
        target = _match(left, kind, direction)
        if target is not None:
            left.remove(target)
        across, width = across_of(style, (target and target.direction) or direction or site.traffic)
        if kind is not TargetClass.GANTRY:
            across, width = style.kerb_m + 0.8, 1.0
        name = target.id if target else None
        yield Change(ChangeKind(kind.value), since, None, along, across, 0.8, width, _GANTRY_TOP_M, name)


def _match(targets: list[Target], kind: TargetClass, direction: Direction | None) -> Target | None:
    fitting = [target for target in targets if target.kind is kind]
    exact = [target for target in fitting if direction is not None and target.direction is direction]
    return next(iter(exact or fitting), None)


def across_of(style: Style, direction: Direction | None) -> tuple[float, float]:
    """Middle and width in metres across the road of a gantry over the traffic of `direction`; None is the
    whole road.
    """
    inner, outer = style.median_m / 2 - 0.5, style.kerb_m + 0.7
    middle, width = (inner + outer) / 2, outer - inner
    if direction is Direction.OUTBOUND:
        return middle, width
    if direction is Direction.INBOUND:
        return -middle, width
    return 0.0, 2 * outer


def _as_flown(shot: _Shot, site: str, seed: int) -> View:
    """The shot's view with what chance decides: georeferencing error, gain, and angle where none is given."""
    if shot.view.encoding is Encoding.STILL:
        return shot.view
    rng = stream(seed, site, shot.file, "flight")
    east, north = (round(float(value), 2) for value in rng.normal(0, 2.2, 2).clip(-6, 6))
    angle = shot.view.off_nadir_deg or round(float(rng.uniform(2, 16)), 1)
    lean, gain = (
        round(float(rng.uniform(0, 360)), 1),
        shot.view.gain * round(float(rng.uniform(0.9, 1.12)), 3),
    )
    return replace(shot.view, offset_m=(east, north), off_nadir_deg=angle, lean_azimuth_deg=lean, gain=gain)


def _statements(things: Sequence[Change], said: Iterable[_Said]) -> tuple[Statement, ...]:
    return tuple(
        Statement(ANALYSTS[one.who], thing.target, one.state, one.confidence, one.note)
        for one in said
        for number, thing in enumerate(things)
        if thing.target is not None and one.which in (_ALL, number)
    )


# -- the story -----------------------------------------------------------------------------------------------

_COARSE = "Too coarse for a bar of under a metre; nothing can be said either way."
_CLOUD = "Cloud over the stretch."
_NO_CAMERA = "A camera cannot be told from a lamp at this resolution."
_ABSENT, _PRESENT = State.ABSENT, State.PRESENT
_OBSCURED, _INSUFFICIENT, _UNCERTAIN = State.OBSCURED, State.INSUFFICIENT, State.UNCERTAIN
_MULTI, _PAN, _JPEG, _STILL = Encoding.MULTI16, Encoding.PAN16, Encoding.JPEG8, Encoding.STILL
_SCREENSHOT = Encoding.SCREENSHOT
_TERMS = "made-up terms: attribute the owner"
_GLOBE = _Source("Sample Globe", "Sample Globe", _TERMS)
_TELEVISION = _Source("Sample Television", "Sample Television", _TERMS)
_VISITOR = _Source("a visitor", "Sample Visitor", "cc-by-sa")
_IMAGING = _Source("Sample Imaging", "Copyright © 2020 Sample Imaging", _TERMS, Basis.COPYRIGHT_YEAR)


def _too_coarse(who: str = "a") -> tuple[_Said, ...]:
    return (_Said(who, _INSUFFICIENT, _HIGH, _COARSE),)


_ARCH = _Story(
    "fringe",
    0.0,
    ((TargetClass.GANTRY, None, date(2021, 12, 20), 4.0),),
    (
        Change(ChangeKind.FELLING, date(2019, 3, 20), None, 60, -20, 110, 14),
        Change(ChangeKind.PAVING, date(2020, 5, 10), None, -62, -9.4, 96, 14.8),
        Change(ChangeKind.BUILDING, date(2021, 6, 15), None, 108, 66, 44, 13, 18),
        Change(ChangeKind.MARKING, date(2021, 9, 10), None, 17, 8.9, 0.5, 13.8),
        Change(ChangeKind.PLANTING, date(2022, 3, 25), None, 60, -20, 110, 5),
    ),
    (
        _Shot("arch_20170528.tif", "2017-05-28 02:11", View(0.5, 440), (_Said("a", _ABSENT, _HIGH),)),
        _Shot("arch_2019-01-16_ms.tif", "2019-01-16 02:24", View(0.5, 430, encoding=_MULTI, snow=0.85),
              (_Said("b", _ABSENT, _FAIR, "Snow beside the road, carriageway clear."),)),
        _Shot("scene_arch_20200819.tif", "2020-08-19 01:58",
              View(0.5, 440, 3857, cloud=0.42, cloud_over_site=True),
              (_Said("a", _OBSCURED, _HIGH, _CLOUD),)),
        _Shot("arch_spring_pan.tif", "2021-04-25 02:31",
              View(0.5, 430, encoding=_PAN, off_nadir_deg=24, lorry=(6.0, 12.6)),
              (_Said("a", _ABSENT, _FAIR, "No shadow of a bar; a lorry stands at the spot."),
               _Said("b", _UNCERTAIN, _LOW, "A lorry covers part of the carriageway.")), tagged=True),
        _Shot("arch_20211103.tif", "2021-11-03 02:16", View(0.5, 450),
              (_Said("a", _ABSENT, _HIGH, "A stop line was painted; no shadow of posts or bar."),
               _Said("b", _ABSENT, _HIGH))),
        _Shot("arch_2022-02-20_ms.tif", "2022-02-20 02:20", View(0.4, 420, 32652, encoding=_MULTI),
              (_Said("a", _PRESENT, _HIGH, "Bar across the carriageway with its shadow to the north."),
               _Said("b", _PRESENT, _FAIR))),
        _Shot("arch_globe_screenshot.png", "2022-06-09 02:13", View(0.35, 280, encoding=_SCREENSHOT), (),
              "June 2022", source=_GLOBE),
        _Shot("arch_20230611_overview.tif", "2023-06-11 02:05", View(1.2, 600, 4326, haze=0.18),
              _too_coarse()),
        _Shot("arch_autumn.tif", "2023-10-05 02:13", View(0.35, 400), (_Said("b", _PRESENT, _HIGH),),
              acquired="5 October 2023"),
    ),
)  # fmt: skip

_HYANGSAN = _Story(
    "motorway",
    20.0,
    ((TargetClass.GANTRY, Direction.OUTBOUND, date(2020, 7, 15), -5.0),),
    (
        Change(ChangeKind.PAVING, date(2019, 11, 1), None, 40, 8.1, 130, 10.2),
        Change(ChangeKind.MARKING, date(2020, 6, 1), None, -33, 6.7, 0.5, 7.4),
        Change(ChangeKind.FELLING, date(2020, 10, 1), None, -40, 19, 70, 12),
        Change(ChangeKind.BUILDING, date(2021, 3, 1), None, -70, 60, 26, 11, 6),
    ),
    (
        _Shot("hyangsan_20181007.tif", "2018-10-07 02:08", View(0.5, 440), (_Said("a", _ABSENT, _HIGH),)),
        _Shot("hyangsan-2019-06-02.tif", "2019-06-02 01:54", View(0.5, 430, 4326),
              (_Said("b", _ABSENT, _HIGH),)),
        _Shot("hyangsan_20200314.tif", "2020-03-14 02:27", View(0.5, 440),
              (_Said("a", _ABSENT, _HIGH), _Said("b", _ABSENT, _FAIR, "Fresh asphalt, nothing above it."))),
        _Shot("hyangsan_20200802_overview.tif", "2020-08-02 02:02",
              View(1.2, 600, haze=0.3, traffic=0.15), _too_coarse("b")),
        _Shot("hyangsan_20201122_ms.tif", "2020-11-22 02:18", View(0.5, 430, encoding=_MULTI),
              (_Said("a", _PRESENT, _HIGH, "Two posts and a bar; shadow on the asphalt."),
               _Said("b", _PRESENT, _HIGH))),
        _Shot("hyangsan_rainy_season.tif", "2021-07-24 01:49",
              View(0.6, 450, cloud=0.5, cloud_over_site=True),
              (_Said("a", _OBSCURED, _HIGH, _CLOUD),), tagged=True),
        _Shot("hyangsan_globe_screenshot.tif", "2023-04-14 02:22", View(0.4, 420, 3857, encoding=_JPEG),
              (_Said("b", _PRESENT, _HIGH),), acquired="April 2023", source=_GLOBE),
    ),
)  # fmt: skip

_NAMPHO = _Story(
    "wide",
    45.0,
    (
        (TargetClass.GANTRY, Direction.OUTBOUND, date(2020, 12, 1), 9.0),
        (TargetClass.GANTRY, Direction.INBOUND, date(2021, 9, 20), -11.0),
    ),
    (
        Change(ChangeKind.MARKING, date(2019, 5, 1), None, 34, -9.9, 0.5, 17.6),
        Change(ChangeKind.BUILDING, date(2020, 4, 1), None, 60, -70, 34, 12, 7),
        Change(ChangeKind.PLANTING, date(2020, 4, 5), None, -80, 31, 120, 5),
        Change(ChangeKind.PAVING, date(2021, 10, 1), None, -52, -10.2, 70, 18.4),
    ),
    (
        _Shot("nampho_20180419.tif", "2018-04-19 02:19", View(0.5, 440), (_Said("b", _ABSENT, _HIGH),)),
        _Shot("nampho_2020-02-05_pan.tif", "2020-02-05 02:25", View(0.5, 440, encoding=_PAN, snow=0.7),
              (_Said("a", _ABSENT, _FAIR),)),
        _Shot("nampho_20200912.tif", "2020-09-12 02:03", View(0.5, 440, 32652),
              (_Said("a", _ABSENT, _HIGH), _Said("b", _ABSENT, _FAIR))),
        _Shot("nampho_20210530_ms.tif", "2021-05-30 01:57", View(0.45, 430, encoding=_MULTI),
              (_Said("a", _PRESENT, _HIGH, "Bar over the outbound lanes.", which=0),
               _Said("a", _ABSENT, _HIGH, "Nothing over the inbound lanes yet.", which=1),
               _Said("b", _PRESENT, _FAIR, which=0))),
        _Shot("nampho_20211114.tif", "2021-11-14 02:29", View(0.5, 440, cloud=0.45, cloud_over_site=True),
              (_Said("b", _OBSCURED, _FAIR, _CLOUD),)),
        _Shot("nampho_globe_screenshot.tif", "2022-05-17 02:12", View(0.4, 420, 3857, encoding=_JPEG),
              (_Said("a", _PRESENT, _HIGH), _Said("b", _PRESENT, _FAIR)), acquired="May 2022",
              source=_GLOBE),
        _Shot("nampho_20230924_overview.tif", "2023-09-24 02:07", View(1.0, 600, haze=0.15),
              (*_too_coarse("a"), *_too_coarse("b"))),
    ),
)  # fmt: skip

_STADIUM = _Story(
    "avenue",
    90.0,
    (
        (TargetClass.POLE, None, date(2017, 8, 1), 20.0),
        (TargetClass.CAMERA, None, date(2019, 4, 1), 20.0),
        (TargetClass.CAMERA, None, date(2022, 6, 1), 20.0),
    ),
    (
        Change(ChangeKind.PAVING, date(2019, 9, 1), None, -70, 7.3, 90, 14),
        Change(ChangeKind.BUILDING, date(2021, 5, 1), None, -60, 62, 58, 13, 30),
        Change(ChangeKind.MARKING, date(2021, 8, 1), None, 6, 7, 0.5, 13.6),
    ),
    (
        _Shot("stadium_20160918.tif", "2016-09-18 02:14", View(0.5, 440),
              (_Said("a", _INSUFFICIENT, _HIGH, _NO_CAMERA),)),
        _Shot("stadium_20190309_ms.tif", "2019-03-09 02:21", View(0.5, 430, encoding=_MULTI),
              (_Said("b", _INSUFFICIENT, _HIGH, _NO_CAMERA),)),
        _Shot("stadium_2020-12-06.tif", "2020-12-06 02:26", View(0.4, 420, snow=0.5, off_nadir_deg=19),
              (_Said("a", _INSUFFICIENT, _HIGH, _NO_CAMERA),)),
        _Shot("stadium_20211017.tif", "2021-10-17 02:09", View(0.5, 440, 3857),
              (_Said("b", _INSUFFICIENT, _HIGH, _NO_CAMERA),)),
        _Shot("stadium_summer.tif", "2022-07-03 01:52", View(0.6, 450, cloud=0.38, cloud_over_site=True),
              (_Said("a", _OBSCURED, _HIGH, _CLOUD),), tagged=True),
        _Shot("stadium_20230520_pan.tif", "2023-05-20 02:01",
              View(0.35, 400, encoding=_PAN, lorry=(20.0, 12.2)),
              (_Said("a", _INSUFFICIENT, _HIGH, _NO_CAMERA),)),
        _Shot("stadium_still_2021.png", "2021-02-16 11:05", View(encoding=_STILL),
              (_Said("a", _PRESENT, _HIGH, which=0),
               _Said("a", _PRESENT, _HIGH, "Box with a strobe light.", which=1),
               _Said("a", _ABSENT, _FAIR, "Nothing else on the arm.", which=2),
               _Said("b", _PRESENT, _FAIR, which=1)), "16 February 2021",
              kind=CaptureKind.BROADCAST, source=_TELEVISION),
        _Shot("stadium_still_2023.png", "2023-10-10 11:05", View(encoding=_STILL),
              (_Said("a", _PRESENT, _HIGH, which=0), _Said("b", _PRESENT, _HIGH, which=1),
               _Said("a", _PRESENT, _HIGH, "A second camera beside the first; it can be turned.", which=2),
               _Said("b", _PRESENT, _FAIR, which=2)), "10 October 2023",
              kind=CaptureKind.BROADCAST, source=_TELEVISION),
    ),
)  # fmt: skip

# the four places of the report's figures for which it prints no position

_FEEDER = _Story(
    "wide",
    45.0,
    ((TargetClass.GANTRY, Direction.OUTBOUND, date(2021, 6, 1), 3.0),),
    (Change(ChangeKind.BUILDING, date(2018, 4, 1), None, 48, 58, 30, 12, 7),),
    (
        _Shot("junction_globe_screenshot.png", "2023-04-16 02:20", View(0.3, 230, encoding=_SCREENSHOT),
              (_Said("a", _PRESENT, _HIGH, "Bar over the outbound lanes with its shadow."),
               _Said("b", _PRESENT, _FAIR)), "April 2023", source=_GLOBE),
    ),
    LonLat(125.52, 38.86),
)  # fmt: skip

_WONSAN = _Story(
    "motorway",
    110.0,
    ((TargetClass.GANTRY, None, date(2021, 10, 1), -4.0),),
    (Change(ChangeKind.FELLING, date(2020, 10, 1), None, 40, 19, 60, 12),),
    (
        _Shot("wonsan_globe_screenshot.png", "2023-04-14 02:22", View(0.3, 230, encoding=_SCREENSHOT),
              (_Said("a", _PRESENT, _HIGH, "Two posts and a bar over both carriageways."),
               _Said("b", _PRESENT, _HIGH)), "14 April 2023", source=_GLOBE),
    ),
    LonLat(126.1, 38.93),
)  # fmt: skip

_HOUSE = _Story(
    "avenue",
    0.0,
    (
        (TargetClass.CAMERA, None, date(2015, 9, 1), 20.0),
        (TargetClass.CAMERA, None, date(2015, 9, 1), 20.0),
    ),
    (),
    (
        _Shot("house_of_culture_photo.png", "2016-05-27 05:10", View(encoding=_STILL),
              (_Said("a", _PRESENT, _HIGH, "Cameras, lamps and a radar detector on the arm."),
               _Said("b", _PRESENT, _FAIR)),
              "27 May 2016", kind=CaptureKind.GROUND, source=_VISITOR),
    ),
    LonLat(125.76, 39.05),
)  # fmt: skip

_MODERN = _Story(
    "avenue",
    90.0,
    ((TargetClass.CAMERA, None, date(2016, 5, 1), 20.0), (TargetClass.POLE, None, date(2016, 5, 1), 20.0)),
    (Change(ChangeKind.PAVING, date(2018, 9, 1), None, -50, 7.3, 70, 14),),
    (
        _Shot("junction_2020_screenshot.png", "2019-06-09 02:12", View(0.25, 200, encoding=_SCREENSHOT),
              (_Said("a", _PRESENT, _LOW, "A pole ahead of the junction; what it carries is known from the ground."),),
              "2020", source=_IMAGING),
    ),
    LonLat(125.75, 39.03),
)  # fmt: skip

_STORIES = {
    "pyongyang-indoor-stadium": _STADIUM,
    "north-of-arch": _ARCH,
    "hyangsan-motorway": _HYANGSAN,
    "nampho-road": _NAMPHO,
    "nampho-road-junction": _FEEDER,
    "wonsan-motorway": _WONSAN,
    "april-25-house-of-culture": _HOUSE,
    "modern-junction": _MODERN,
}
