"""From a scene to its file: paint, light, air, sensor, GeoTIFF. The same scene gives the same bytes."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from workflow.demo.canvas import Canvas
from workflow.demo.frame import Frame, frame_of
from workflow.demo.painting import paint
from workflow.demo.palette import palette
from workflow.demo.place import place_of, stream
from workflow.demo.scene import Encoding, Scene
from workflow.demo.still import write_still
from workflow.demo.writing import write_geotiff, write_screenshot

__all__ = ["picture", "render"]

Floats = NDArray[np.float32]
_TEXTURE_PX, _TEXTURE_M = 1024, 0.75
_SUNLESS = np.array([0.34, 0.38, 0.47, 0.30], np.float32)[:, None, None]  # light left in shade, by band
_AIR = np.array([0.50, 0.56, 0.66, 0.34], np.float32)[:, None, None]  # colour of haze
_CLOUD = np.array([0.95, 0.96, 0.98, 0.94], np.float32)[:, None, None]


def render(scene: Scene, folder: Path) -> Path:
    """Write `scene` into `folder` under its file name and return the path."""
    path = folder / scene.file
    if scene.view.encoding is Encoding.STILL:
        write_still(scene, path)
    elif scene.view.encoding is Encoding.SCREENSHOT:
        write_screenshot(picture(scene, frame_of(scene)), scene, path)
    else:
        frame = frame_of(scene)
        write_geotiff(picture(scene, frame), scene, frame, path)
    return path


def picture(scene: Scene, frame: Frame) -> Floats:
    """The scene as the sensor saw it: (4, height, width) red, green, blue, near infrared; 0..1, watermark
    included.
    """
    colour, rough, shade = _surface(scene, frame)
    light = colour * (1 + rough * _texture(scene, frame))
    light = _muted(light) * _sunlight(scene)
    shadow, cover = _clouds(scene, frame)
    dark = 1 - (1 - shade) * (1 - 0.75 * shadow)
    light *= 1 - dark * (1 - _SUNLESS)
    haze = np.float32(scene.view.haze)
    light = light * (1 - haze) + haze * _AIR
    light = light * (1 - cover) + cover * _CLOUD
    return _watermarked(_sensor(light, scene))


def _surface(scene: Scene, frame: Frame) -> tuple[Floats, Floats, Floats]:
    """Colour (4, h, w), roughness and shade (h, w) of the painted canvas, averaged over each pixel."""
    place = place_of(scene.site, scene.seed, scene.style)
    fine = max(2, round(scene.view.gsd_m / 0.2))
    tilt = math.tan(math.radians(scene.view.off_nadir_deg))
    azimuth = math.radians(scene.view.lean_azimuth_deg)
    lean = (tilt * math.sin(azimuth), tilt * math.cos(azimuth))
    canvas = Canvas(frame, fine, scene.sun.shadow_per_metre(), lean)
    paint(canvas, scene, place)
    tables = palette(
        place.crops, scene.day, scene.view.snow, stream(scene.seed, scene.site, str(scene.day.year))
    )
    labels = canvas.labels
    bands = [labels.point(table.tolist()) for table in (*tables.rgb.T, tables.infrared)]
    rough = labels.point(np.clip(tables.rough * 255, 0, 255).astype(np.uint8).tolist())
    reduced = [_reduced(band, fine) for band in (*bands, rough, canvas.shade)]
    return np.stack(reduced[:4]), reduced[4], reduced[5]


def _reduced(image: Image.Image, fine: int) -> Floats:
    return np.asarray(image.reduce(fine), np.float32) / np.float32(255)


@lru_cache(maxsize=8)
def _world_noise(
    seed: int, site: str, name: str, cells_m: tuple[float, ...], slope: float = 0.0
) -> Image.Image:
    """A noise picture in the place's frame: grains of `cells_m` metres, each as strong as its size to
    `slope`; unit deviation.
    """
    rng = stream(seed, site, name)
    total = np.zeros((_TEXTURE_PX, _TEXTURE_PX), np.float32)
    for cell in cells_m:
        count = max(4, round(_TEXTURE_PX * _TEXTURE_M / cell))
        grain = Image.fromarray(rng.standard_normal((count, count), dtype=np.float32))
        octave = np.asarray(grain.resize((_TEXTURE_PX, _TEXTURE_PX), Image.Resampling.BICUBIC))
        total += octave * np.float32(cell**slope / octave.std())
    return Image.fromarray(total / np.float32(total.std()))


def _sampled(noise: Image.Image, frame: Frame, shift_px: NDArray[np.float64] | None = None) -> Floats:
    """World noise on the scene's grid, moved by `shift_px` (columns, rows); 0 beyond its edge."""
    inverse = frame.inverse()
    if shift_px is not None:
        inverse[:, 2] -= inverse[:, :2] @ shift_px
    inverse /= _TEXTURE_M
    inverse[1] *= -1
    inverse[:, 2] += _TEXTURE_PX / 2
    size = (frame.width, frame.height)
    return np.asarray(
        noise.transform(size, Image.Transform.AFFINE, inverse.ravel().tolist(), Image.Resampling.BILINEAR)
    )


def _texture(scene: Scene, frame: Frame) -> Floats:
    """Relative brightness of rough ground: grain that stays, patches that stay, and patches of the season."""
    seed, site = scene.seed, scene.site
    grain = _sampled(_world_noise(seed, site, "grain", (0.75, 1.5, 3.0)), frame)
    patches = _sampled(_world_noise(seed, site, "patches", (5.0, 14.0, 30.0, 90.0)), frame)
    season = _sampled(_world_noise(seed, site, f"season {scene.day:%Y-%m}", (8.0, 50.0)), frame)
    out: Floats = np.clip(0.17 * grain + 0.09 * patches + 0.06 * season, -0.55, 0.55).astype(np.float32)
    return out


def _sunlight(scene: Scene) -> Floats:
    """Brightness and warmth of the light: lower and warmer with a low sun; products are stretched, so not
    by much.
    """
    height = math.sin(math.radians(max(scene.sun.elevation_deg, 5.0)))
    level = scene.view.gain * (0.9 + 0.3 * height)
    warm = 0.06 * (1 - height)
    bands = [level * (1 + warm), level, level * (1 - 1.4 * warm), level]
    return np.array(bands, np.float32)[:, None, None]


def _muted(light: Floats) -> Floats:
    """Colours as they come through air: less saturated; near infrared as it is."""
    grey = light[:3].mean(axis=0)
    light[:3] += np.float32(0.22) * (grey - light[:3])
    return light


def _clouds(scene: Scene, frame: Frame) -> tuple[Floats, Floats]:
    """Cloud shadow and cloud cover (h, w), 0..1; the cover has the scene's share of the picture."""
    blank = np.zeros((frame.height, frame.width), np.float32)
    if scene.view.cloud <= 0:
        return blank, blank
    noise = _world_noise(
        scene.seed, scene.site, f"cloud {scene.file}", (4.0, 9.0, 20.0, 45.0, 90.0, 180.0), 0.6
    )
    field = _cloud_field(noise, frame, scene, (0.0, 0.0))
    edge = float(np.quantile(field, 1 - scene.view.cloud))
    # clouds of small scenes hang low, or their shadows would fall outside
    east, north = scene.sun.shadow_per_metre()
    thrown = _cloud_field(noise, frame, scene, (90.0 * east, 90.0 * north))
    return _density(thrown, edge), _density(field, edge)


def _cloud_field(noise: Image.Image, frame: Frame, scene: Scene, shift_m: tuple[float, float]) -> Floats:
    """Cloud thickness over each pixel, the clouds moved by `shift_m` (east, north)."""
    shift_px = frame.matrix[:, :2] @ np.array(shift_m)
    field = _sampled(noise, frame, shift_px).copy()
    rows, cols = np.ogrid[: frame.height, : frame.width]
    down, right = (rows - shift_px[1]) / frame.height - 0.5, (cols - shift_px[0]) / frame.width - 0.5
    hill = np.exp(-(down**2 + right**2) / 0.22**2).astype(np.float32)
    field += np.float32(2.2 if scene.view.cloud_over_site else -2.2) * hill
    return field


def _density(field: Floats, edge: float) -> Floats:
    """Opacity: thin at the `edge`, which lies at one half, thick within."""
    out: Floats = (0.97 / (1 + np.exp(np.clip((edge - field) * 5.0, -30, 30)))).astype(np.float32)
    return out


def _sensor(light: Floats, scene: Scene) -> Floats:
    """Blur of the optics and noise."""
    blurred = _blurred(light, scene.view.blur_px)
    rng = stream(scene.seed, scene.file, "noise")
    blurred += scene.view.noise * rng.standard_normal(blurred.shape, dtype=np.float32)
    return np.clip(blurred, 0, 1)


def _blurred(bands: Floats, sigma_px: float) -> Floats:
    """A Gaussian of five taps along rows and columns."""
    taps = np.exp(-0.5 * (np.arange(-2, 3) / max(sigma_px, 1e-3)) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    for axis in (1, 2):
        pad = [(0, 0)] * 3
        pad[axis] = (2, 2)
        wide = np.pad(bands, pad, mode="edge")
        size = bands.shape[axis]
        out = np.zeros_like(bands)
        for first, tap in enumerate(taps):
            out += (
                tap * wide[:, first : first + size] if axis == 1 else tap * wide[:, :, first : first + size]
            )
        bands = out
    return bands


def _watermarked(bands: Floats) -> Floats:
    """Burn SYNTHETIC into the lower left corner, white in a dark box."""
    height, width = bands.shape[1:]
    size = max(13, round(height / 48))
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox("SYNTHETIC")
    box = Image.new("L", (round(right - left) + 8, round(bottom - top) + 8), 10)
    ImageDraw.Draw(box).text((4 - left, 4 - top), "SYNTHETIC", font=font, fill=245)
    stamp = np.asarray(box, np.float32)[-height:, :width] / np.float32(255)
    bands[:, height - 4 - stamp.shape[0] : height - 4, 4 : 4 + stamp.shape[1]] = stamp
    return bands
