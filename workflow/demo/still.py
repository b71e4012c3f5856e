"""Television stills: a camera pole over the road before a hall, in perspective. PNG without georeference."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from PIL.PngImagePlugin import PngInfo

from workflow.demo.frame import Road, metres_per_degree
from workflow.demo.palette import greenness
from workflow.demo.place import stream
from workflow.demo.scene import Change, ChangeKind, Scene
from workflow.demo.writing import description
from workflow.model import ControlPoint, LonLat, Standpoint

__all__ = ["SIZE_PX", "camera_boxes", "same_places", "standpoint_of", "write_still"]

SIZE_PX = (1280, 720)
_FINE = 2
_FOCAL_PX, _EYE_M = 1150.0, 3.4  # focal length in pixels of the still; height of the camera above the road
_HORIZON_PX = 395.0
_LAST_LAMP_M = 8.3
_POLE_AHEAD_M, _ARM_END_M, _POLE_AT_M, _ARM_HIGH_M = 22.0, 0.6, 6.4, 6.3
Colour = tuple[int, int, int]


def write_still(scene: Scene, path: Path) -> None:
    """Write the still of `scene`: as many cameras on the arm as stand that day, and a radar where all is one target."""
    cameras = len(_cameras(scene))
    painter = _Still(greenness(scene.day), stream(scene.seed, scene.file, "still"))
    painter.backdrop()
    painter.road()
    painter.pole(cameras)
    if _is_one_target(scene):
        painter.radar()
    tags = PngInfo()
    tags.add_text("Description", description(scene))
    _finished(painter.image, scene).save(path, pnginfo=tags, compress_level=4)


def camera_boxes(scene: Scene) -> tuple[tuple[float, float, float, float], ...]:
    """Left, top, right and bottom in pixels of what is on the arm: the camera with its lamp and the second camera, or
    all of it where one target stands for it.
    """
    painter = _Still(greenness(scene.day), stream(scene.seed, scene.file, "still"))
    ends: tuple[tuple[float, float, float, float], ...]
    ends = ((2.4 - 0.7, _ARM_HIGH_M + 1.0, 4.0 + 0.7, _ARM_HIGH_M - 0.3), (5.9, _ARM_HIGH_M + 0.4, 7.3, 5.3))
    if _is_one_target(scene):
        ends = ((ends[0][0], ends[0][1], _LAST_LAMP_M + 0.7, ends[1][3]),)
    found = []
    for left, top, right, bottom in ends:
        corners = [painter._at(x, _POLE_AHEAD_M, up) for x, up in ((left, top), (right, bottom))]
        found.append((*(value / _FINE for value in corners[0]), *(value / _FINE for value in corners[1])))
    return tuple((one[0], one[1], one[2], one[3]) for one in found)


def _cameras(scene: Scene) -> list[Change]:
    return [change for change in scene.standing if change.kind is ChangeKind.CAMERA]


def _is_one_target(scene: Scene) -> bool:
    """Whether one target stands for all that is on the arm."""
    cameras = _cameras(scene)
    return len(cameras) > 1 and all(one.target is None for one in cameras[1:])


_LANDMARKS = (
    (11.6, 22.0, 0.0),  # foot and head of the pole, end of its arm
    (11.6, 22.0, 6.4),
    (0.6, 22.0, 6.3),
    (-1.5, 39.0, 0.0),  # ends of the stop line
    (10.5, 39.0, 0.0),
    (3.0, 115.0, 14.8),  # end of the hall's roof, head of one of its columns
    (-54.0, 116.0, 14.0),
)


def same_places(scene: Scene, other: Scene) -> tuple[ControlPoint, ...]:
    """Pairs of whole pixels of two stills of the same view, as somebody would click them."""
    one, two = (_Still(greenness(each.day), stream(each.seed, each.file, "still")) for each in (scene, other))
    return tuple(
        ControlPoint(*_whole_pixel(one._at(*place)), *_whole_pixel(two._at(*place))) for place in _LANDMARKS
    )


def _whole_pixel(fine: tuple[float, float]) -> tuple[float, float]:
    return float(round(fine[0] / _FINE)), float(round(fine[1] / _FINE))


def standpoint_of(scene: Scene) -> Standpoint:
    """Where the camera of a still stood and what it saw: over the road, before the pole."""
    pole = next((one for one in scene.history if one.kind is ChangeKind.CAMERA), None)
    along = (pole.along_m if pole else 0.0) - _POLE_AHEAD_M
    east, north = Road(scene.bearing_deg).to_local(np.array([along, 0.0])).tolist()
    by_lon, by_lat = metres_per_degree(scene.position)
    place = LonLat(
        round(scene.position.lon + east / by_lon, 6), round(scene.position.lat + north / by_lat, 6)
    )
    wide = 2 * math.degrees(math.atan(SIZE_PX[0] / 2 / _FOCAL_PX))
    return Standpoint(place, scene.bearing_deg % 360, round(wide, 1))


class _Still:
    """A pinhole view along the road. Points are (right, ahead, up) metres from the point on the road below
    the eye.
    """

    def __init__(self, green: float, rng: np.random.Generator) -> None:
        self.green, self.rng = green, rng
        self.image = Image.new("RGB", (SIZE_PX[0] * _FINE, SIZE_PX[1] * _FINE))
        self.draw = ImageDraw.Draw(self.image)
        sway = rng.uniform(-14, 14)
        self.middle = SIZE_PX[0] * 0.44 + float(sway)

    def _at(self, right: float, ahead: float, up: float) -> tuple[float, float]:
        scale = _FOCAL_PX / ahead
        return (
            (self.middle + right * scale) * _FINE,
            (_HORIZON_PX - (up - _EYE_M) * scale) * _FINE,
        )

    def _face(self, corners: list[tuple[float, float, float]], colour: Colour) -> None:
        self.draw.polygon([self._at(*corner) for corner in corners], fill=colour)

    def _upright(
        self, right: float, ahead: float, low: float, high: float, width: float, colour: Colour
    ) -> None:
        half = width / 2
        a, b = right - half, right + half
        self._face([(a, ahead, low), (b, ahead, low), (b, ahead, high), (a, ahead, high)], colour)

    def _ground(self, left: float, right: float, near: float, far: float, colour: Colour) -> None:
        self._face([(left, near, 0), (right, near, 0), (right, far, 0), (left, far, 0)], colour)

    def backdrop(self) -> None:
        """Sky, land, the hall and trees."""
        width, height = self.image.size
        top, low = np.array([116, 150, 190]), np.array([206, 214, 220])
        rows = np.linspace(0, 1, height)[:, None] * (low - top) + top
        sky = np.repeat(rows[:, None, :], width, axis=1).astype(np.uint8)
        self.image.paste(Image.fromarray(sky))
        land = tuple(
            int(a + (b - a) * self.green) for a, b in zip((138, 126, 100), (88, 112, 66), strict=True)
        )
        self._ground(-400, 400, 3.0, 900, (land[0], land[1], land[2]))
        for number in range(16):
            self._block(float(self.rng.uniform(-260, 260)), 300.0 - 5 * number)
        self._ground(-90, -15.5, 30, 170, (178, 174, 166))
        self._hall(-48.0, 118.0)
        for ahead in np.arange(150, 26, -9.0):
            for right in (-19.5, 17.5):
                self._tree(right, float(ahead))

    def _block(self, right: float, ahead: float) -> None:
        """A block of flats with rows of windows."""
        high, wide = float(self.rng.uniform(16, 46)), float(self.rng.uniform(18, 44))
        tone = int(self.rng.uniform(150, 196))
        self._upright(right, ahead, 0, high, wide, (tone, tone - 2, tone - 8))
        for up in np.arange(3, high - 2, 3.2):
            self._upright(
                right, ahead - 0.1, float(up), float(up) + 1.2, wide * 0.92, (tone - 40, tone - 36, tone - 32)
            )

    def _hall(self, right: float, ahead: float) -> None:
        """A broad hall: columns, glass, and a ribbed roof that swings up."""
        self._upright(right, ahead, 0, 13, 84, (120, 132, 142))
        self._upright(right, ahead, 0, 1.6, 92, (186, 182, 174))
        for offset in np.arange(-42, 43, 6.0):
            self._upright(right + float(offset), ahead - 2, 0, 14, 1.5, (214, 211, 203))
        across = np.linspace(-50, 50, 41)
        rise = 14 + 11 * np.cos(across / 50 * np.pi / 2) ** 0.8
        for one in range(40):
            x0, x1 = right + across[one], right + across[one + 1]
            tone = 198 + 24 * (one % 2) - abs(one - 14)
            shade = (tone, tone, tone - 4)
            self._face(
                [(x0, ahead, 13), (x1, ahead, 13), (x1, ahead, rise[one + 1]), (x0, ahead, rise[one])], shade
            )
        self._upright(right, ahead - 3, 13, 14.8, 102, (226, 224, 218))

    def _tree(self, right: float, ahead: float) -> None:
        high = float(self.rng.uniform(5.5, 8))
        self._upright(right, ahead, 0, high * 0.6, 0.3, (78, 68, 56))
        for _ in range(46):
            spread = self.rng.normal(0, [1.1, 1.3])
            x, y = self._at(right + spread[0], ahead, high * 0.68 + spread[1])
            size = 0.45 * _FOCAL_PX / ahead * _FINE
            tone = self.rng.uniform(0.75, 1.2)
            dry, lush = np.array([104, 94, 78]), np.array([66, 92, 48])
            colour = (dry + (lush - dry) * self.green) * tone
            fill = (int(colour[0]), int(colour[1]), int(colour[2]))
            if self.green > 0.25:
                self.draw.ellipse([x - size, y - size, x + size, y + size], fill=fill)
            else:
                self.draw.line(
                    [x, y, *self._at(right, ahead, high * 0.45)], fill=fill, width=max(1, int(size / 9))
                )

    def road(self) -> None:
        """Carriageway, kerbs, lane lines, a few vehicles and people."""
        self._ground(-16, 14, 3.0, 900, (168, 164, 156))
        self._ground(-12.5, 10.5, 3.0, 900, (98, 99, 102))
        for right in (-8.8, -5.2, 2.2, 5.8):
            for ahead in np.arange(4, 180, 9.0):
                self._ground(right - 0.08, right + 0.08, ahead, ahead + 4, (206, 206, 200))
        for right in (-1.7, -1.3):
            self._ground(right - 0.08, right + 0.08, 3.0, 300, (204, 196, 150))
        self._ground(-1.5, 10.5, 39, 40.2, (208, 208, 202))
        for right, ahead, colour in (
            (-6.8, 78.0, (52, 56, 66)),
            (4.2, 62.0, (206, 206, 206)),
            (7.6, 108.0, (120, 44, 40)),
        ):
            self._car(right, ahead + float(self.rng.uniform(-8, 8)), colour)
        for _ in range(9):
            right, ahead = float(self.rng.choice([-14.4, 12.4])), float(self.rng.uniform(28, 90))
            tone = int(self.rng.uniform(30, 110))
            self._upright(right, ahead, 0, 1.3, 0.45, (tone, tone, tone + 8))
            self._upright(right, ahead, 1.3, 1.62, 0.22, (186, 156, 134))

    def _car(self, right: float, ahead: float, colour: Colour) -> None:
        self._ground(right - 1.0, right + 1.0, ahead - 0.4, ahead + 1.0, (64, 64, 68))
        self._upright(right, ahead, 0.25, 0.95, 1.8, colour)
        self._upright(right, ahead, 0.95, 1.45, 1.4, (60, 70, 80))
        for side in (-0.7, 0.7):
            self._upright(right + side, ahead - 0.05, 0.0, 0.4, 0.25, (26, 26, 28))

    def pole(self, cameras: int) -> None:
        """The pole with its arm over the near lanes, and on it `cameras` cameras; the first has a strobe
        light.
        """
        ahead, steel = _POLE_AHEAD_M, (178, 181, 184)
        self._upright(_POLE_AT_M + 5.2, ahead, 0, _ARM_HIGH_M + 0.1, 0.28, steel)
        self._upright(_POLE_AT_M + 5.26, ahead, 0, _ARM_HIGH_M + 0.1, 0.1, (128, 132, 136))
        wide = _POLE_AT_M + 5.2 - _ARM_END_M
        self._upright(_ARM_END_M + wide / 2, ahead, _ARM_HIGH_M - 0.12, _ARM_HIGH_M + 0.12, wide, steel)
        self._upright(
            _ARM_END_M + wide / 2, ahead, _ARM_HIGH_M - 0.12, _ARM_HIGH_M - 0.05, wide, (126, 130, 134)
        )
        if cameras >= 1:
            self._camera(2.4)
            self._strobe(4.0)
        if cameras >= 2:
            self._turning_camera(6.6)

    def _camera(self, right: float) -> None:
        """A box camera under a sun shield."""
        ahead, up = _POLE_AHEAD_M - 0.3, _ARM_HIGH_M
        self._upright(right, ahead, up + 0.1, up + 0.3, 0.1, (90, 92, 96))
        self._upright(right, ahead, up + 0.3, up + 0.68, 0.52, (222, 223, 222))
        self._upright(right, ahead, up + 0.64, up + 0.74, 0.64, (240, 240, 238))
        self._upright(right, ahead - 0.1, up + 0.38, up + 0.6, 0.24, (28, 30, 36))

    def _strobe(self, right: float) -> None:
        """A flat lamp with a bright face."""
        ahead, up = _POLE_AHEAD_M - 0.3, _ARM_HIGH_M
        self._upright(right, ahead, up + 0.1, up + 0.72, 0.62, (66, 68, 74))
        self._upright(right, ahead - 0.05, up + 0.18, up + 0.64, 0.5, (248, 248, 236))

    def radar(self) -> None:
        """A radar detector, a grey box with a ribbed face, and a second lamp beyond it."""
        ahead, up = _POLE_AHEAD_M - 0.3, _ARM_HIGH_M
        self._upright(5.2, ahead, up + 0.1, up + 0.62, 0.8, (150, 154, 158))
        for rise in np.arange(0.18, 0.56, 0.1):
            self._upright(5.2, ahead - 0.05, up + float(rise), up + float(rise) + 0.05, 0.66, (96, 100, 106))
        self._strobe(_LAST_LAMP_M)

    def _turning_camera(self, right: float) -> None:
        """A dome that can be turned, hanging below the arm."""
        x, y = self._at(right, _POLE_AHEAD_M - 0.3, _ARM_HIGH_M - 0.5)
        size = 0.27 * _FOCAL_PX / _POLE_AHEAD_M * _FINE
        self._upright(right, _POLE_AHEAD_M - 0.3, _ARM_HIGH_M - 0.4, _ARM_HIGH_M, 0.34, (224, 225, 224))
        self.draw.ellipse([x - size, y - size, x + size, y + size], fill=(36, 38, 46))
        self.draw.ellipse(
            [x - size * 0.5, y - size * 0.6, x - size * 0.1, y - size * 0.2], fill=(150, 156, 166)
        )


def _finished(image: Image.Image, scene: Scene) -> Image.Image:
    """Averaged down, softened, with the lines and noise of a broadcast, and the watermark."""
    small = image.reduce(_FINE).filter(ImageFilter.GaussianBlur(0.9))
    pixels: NDArray[np.float32] = np.asarray(small, np.float32)
    pixels = 12 + pixels * np.float32(0.93)
    pixels[::2] *= np.float32(0.985)
    rng = stream(scene.seed, scene.file, "broadcast")
    pixels = pixels + rng.normal(0, 2.6, pixels.shape).astype(np.float32)
    done = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    font = ImageFont.load_default(22)
    draw = ImageDraw.Draw(done)
    left, top, right, bottom = draw.textbbox((18, SIZE_PX[1] - 42), "SYNTHETIC", font=font)
    draw.rectangle([left - 6, top - 6, right + 6, bottom + 6], fill=(12, 12, 12))
    draw.text((18, SIZE_PX[1] - 42), "SYNTHETIC", font=font, fill=(245, 245, 245))
    return done
