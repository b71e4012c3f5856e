"""Where a picture may lie on the ground, roughly: its edges laid on the ground's at every turn and scale.

What is compared is the direction of the gradient, as `workflow.compare` does: season, light and bands change how strong
an edge is, not where it runs. All shifts of one turn and scale are tried at once through Fourier transforms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.compare import directions

__all__ = ["Ground", "ground_for", "levels", "reduced", "sampled", "seek"]

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]
Field = NDArray[np.complex64]
Matrix = NDArray[np.float64]

# the picture's longer side while it is sought
_SIDE_PX = 112
# and while likely places are looked at
_MIDDLE_PX = 224
_TURNS, _RATIO = 60, 1.1
_BLUR_PX = 1.2
# the site may lie this far beside the picture
_BESIDE_PX = 16
# nearer to a better place than that, one is the same
_BESIDE_ONE_PX = 8


@dataclass(frozen=True, slots=True)
class Ground:
    """A grey picture of the ground, north up, its pixels `pixel_m` wide; `left` and `top` are the place of its corner
    in metres to the right of the site and below it.
    """

    grey: Grey
    valid: Mask
    pixel_m: float
    left: float
    top: float

    @property
    def from_ground(self) -> Matrix:
        """From metres right of the site and below it to (column, row)."""
        p = self.pixel_m
        return np.array([[1 / p, 0.0, -self.left / p], [0.0, 1 / p, -self.top / p], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """How well edges agree where the small picture's pixels are `pixel_m` wide, its turn is `turn` and its middle lies
    at `right` and `down`, metres from the site.
    """

    score: float
    pixel_m: float
    turn: float
    right: float
    down: float

    def is_beside(self, other: _Place) -> bool:
        turned = abs((self.turn - other.turn + math.pi) % (2 * math.pi) - math.pi)
        return (
            turned < 0.22
            and abs(math.log(self.pixel_m / other.pixel_m)) < 0.2
            and math.hypot(self.right - other.right, self.down - other.down) < _BESIDE_ONE_PX * other.pixel_m
        )

    def matrix(self, small: tuple[int, int], shape: tuple[int, int]) -> Matrix:
        """From places of the whole picture of `shape` to metres."""
        cos, sin = self.pixel_m * math.cos(self.turn), self.pixel_m * math.sin(self.turn)
        linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([small[1] / shape[1], small[0] / shape[0]])
        matrix = np.eye(3)
        matrix[:2, :2] = linear
        matrix[:2, 2] = np.array([self.right, self.down]) - linear @ np.array([shape[1] / 2, shape[0] / 2])
        return matrix


def ground_for(grounds: Sequence[Ground], pixel_m: float) -> Ground:
    """The coarsest whose pixels are no larger than `pixel_m`, else the finest."""
    fine = [one for one in grounds if one.pixel_m <= pixel_m * 1.001]
    return max(fine, key=lambda one: one.pixel_m) if fine else min(grounds, key=lambda one: one.pixel_m)


def levels(
    size: tuple[int, int], scales_m: tuple[float, float], finest_m: float
) -> list[tuple[float, float]]:
    """Pixel and half the side, in metres, of the grounds that seeking a picture of `size` (width, height) needs.

    `scales_m` are its pixel at least and at most, `finest_m` the pixel of the picture that it is laid on.
    """
    longer = max(size)
    finest = max(finest_m, scales_m[0] * longer / _MIDDLE_PX)
    count = max(1, math.ceil(math.log2(scales_m[1] * longer / _SIDE_PX / finest)))
    across = math.hypot(*size) / longer + _BESIDE_PX / _SIDE_PX
    return [
        (pixel_m, min(2 * pixel_m * _MIDDLE_PX, scales_m[1] * longer) * across)
        for pixel_m in (finest * 2**step for step in range(count))
    ]


def reduced(grey: Grey, valid: Mask, by: int) -> tuple[Grey, Mask]:
    """Means of `by` x `by` valid pixels; valid where half of them are."""
    if by <= 1:
        return grey, valid
    height, width = (size // by * by for size in grey.shape)
    parts = (height // by, by, width // by, by)
    weights = valid[:height, :width].astype(np.float32)
    count = weights.reshape(parts).sum(axis=(1, 3))
    total = (grey[:height, :width] * weights).reshape(parts).sum(axis=(1, 3))
    return total / np.maximum(count, 1), count >= by * by / 2


def sampled(grey: Grey, valid: Mask, matrix: Matrix, shape: tuple[int, int]) -> tuple[Grey, Mask]:
    """The picture on a grid of `shape`, whose places `matrix` brings to places of the picture; bilinear.

    Where pixels would be more than twice as large, means are taken first.
    """
    middle = np.array([shape[1] / 2, shape[0] / 2, 1.0])
    depth = float(matrix[2] @ middle)
    step = math.sqrt(abs(float(np.linalg.det(matrix))) / abs(depth) ** 3)
    by = max(1, int(step))
    if by > 1:
        grey, valid = reduced(grey, valid, by)
        matrix = np.diag([1 / by, 1 / by, 1.0]) @ matrix
    columns, rows = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    x, y, w = (matrix[i, 0] * columns + matrix[i, 1] * rows + matrix[i, 2] for i in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = np.where(w > 1e-9, x / w, -9.0) - 0.5, np.where(w > 1e-9, y / w, -9.0) - 0.5
    height, width = grey.shape
    inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    x, y = np.where(inside, x, 0), np.where(inside, y, 0)
    left, top = (
        np.minimum(x.astype(np.intp), max(width - 2, 0)),
        np.minimum(y.astype(np.intp), max(height - 2, 0)),
    )
    right, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    at = top * width + left
    one, other = min(1, width - 1), width if height > 1 else 0
    flat, good = grey.ravel(), valid.ravel()
    made = (flat[at] * (1 - right) + flat[at + one] * right) * (1 - down) + (
        flat[at + other] * (1 - right) + flat[at + other + one] * right
    ) * down
    there = inside & good[at] & good[at + one] & good[at + other] & good[at + other + one]
    return made.astype(np.float32), there


def seek(
    grey: Grey,
    valid: Mask,
    grounds: Sequence[Ground],
    scales: tuple[float, float],
    count: int,
    tell: Callable[[float], None] = lambda _: None,
) -> list[Matrix]:
    """The `count` likeliest places of a picture whose pixels are `scales` metres wide, from and to, the best first:
    similarities from it to metres to the right of the site and below it.

    The site lies in the picture, or beside it by less than a seventh of its longer side.
    """
    height, width = grey.shape
    by = max(width, height) / _SIDE_PX
    small = round(height / by), round(width / by)
    picture, there = sampled(grey, valid, np.diag([width / small[1], height / small[0], 1.0]), small)
    fields = list(_turned(picture, there))
    low, high = scales
    steps = max(1, math.ceil(math.log(high / low) / math.log(_RATIO)))
    found: list[_Place] = []
    for number in range(steps + 1):
        scale = low * (high / low) ** (number / steps)
        found += _laid(fields, grounds, scale * by)
        tell((number + 1) / (steps + 1))
    found.sort(reverse=True)
    return [one.matrix(small, (height, width)) for one in _apart(found, count)]


def _size(small: tuple[int, int]) -> int:
    side = 2 * (math.hypot(*small) + _BESIDE_PX) + 4
    return next(n for n in range(math.ceil(side), 4 * math.ceil(side)) if _is_smooth(n))


def _is_smooth(number: int) -> bool:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1


@dataclass(frozen=True, slots=True)
class _Turned:
    """The picture's field at one turn: half of its spectrum and of that mirrored, its energy, the spectrum of its mask
    (None where another turn's serves), and the shifts that leave the site in it.
    """

    turn: float
    half: Field
    mirrored: Field
    energy: float
    mask: Field | None
    allowed: Mask


def _turned(picture: Grey, there: Mask) -> Iterator[_Turned]:
    field, inner = directions(picture, there)
    small = picture.shape
    side = _size((small[0], small[1]))
    window = _window(side)
    across = np.arange(side)[window] - side / 2
    x, y = np.meshgrid(-across, -across)
    for number in range(_TURNS):
        turn = 2 * math.pi * number / _TURNS
        cos, sin = math.cos(turn), math.sin(turn)
        # from the turned picture, about the middle of the square, back to the picture
        back = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
        back[:2, 2] = np.array([small[1] / 2, small[0] / 2]) - back[:2, :2] @ np.array([side / 2, side / 2])
        real, seen = sampled(field.real, inner, back, (side, side))
        imag, _ = sampled(field.imag, inner, back, (side, side))
        moved = np.where(seen, (real + 1j * imag) * np.exp(2j * turn), 0).astype(np.complex64)
        spectrum = np.conj(np.fft.fft2(np.fft.ifftshift(moved)))
        is_first = number < _TURNS // 2
        yield _Turned(
            turn,
            *_halves(spectrum),
            float((np.abs(moved) ** 2).sum()),
            # half a turn on, a picture covers nearly the same
            np.conj(np.fft.rfft2(np.fft.ifftshift(seen.astype(np.float32)))) if is_first else None,
            (np.abs(cos * x + sin * y) <= small[1] / 2 + _BESIDE_PX)
            & (np.abs(-sin * x + cos * y) <= small[0] / 2 + _BESIDE_PX),
        )


def _halves(spectrum: NDArray[np.complexfloating]) -> tuple[Field, Field]:
    """The part of a spectrum that a real field's has, and the same of the conjugate field's."""
    half = spectrum.shape[1] // 2 + 1
    mirrored = np.conj(np.roll(spectrum[::-1, ::-1], 1, axis=(0, 1)))
    return spectrum[:, :half].astype(np.complex64), mirrored[:, :half].astype(np.complex64)


def _window(side: int) -> slice:
    """The places of the square that the picture's middle can have: the site lies in the picture."""
    reach = side // 4 + _BESIDE_PX // 2 + 2
    return slice(side // 2 - reach, side // 2 + reach + 1)


def _laid(fields: Sequence[_Turned], grounds: Sequence[Ground], pixel_m: float) -> Iterator[_Place]:
    """For every turn the best places."""
    side = fields[0].half.shape[0]
    ground = ground_for(grounds, pixel_m)
    to_metres = np.diag([pixel_m, pixel_m, 1.0])
    to_metres[:2, 2] = -side / 2 * pixel_m
    field, inner = directions(
        *sampled(ground.grey, ground.valid, ground.from_ground @ to_metres, (side, side))
    )
    one, other = _halves(np.fft.fft2(np.where(inner, field, 0)) * _low_pass(side))
    energy = np.fft.rfft2(np.where(inner, np.abs(field) ** 2, 0).astype(np.float32)).astype(np.complex64)
    window = _window(side)
    across = (np.arange(side)[window] - side / 2) * pixel_m
    under: list[Grey] = []
    for number, turned in enumerate(fields):
        # the real part of the correlation alone, which is half the work
        surface = _seen_through(window, one * turned.half + other * turned.mirrored, side) / 2
        if turned.mask is not None:
            under.append(_seen_through(window, energy * turned.mask, side).astype(np.float32))
        own = turned.energy
        level = np.maximum(under[number % len(under)], 0.2 * own)
        score = np.where(turned.allowed, surface / np.sqrt(own * level + 1e-9), -1)
        for _ in range(2):
            down, right = divmod(int(score.argmax()), len(across))
            if score[down, right] <= 0:
                break
            yield _Place(
                float(score[down, right]), pixel_m, turned.turn, float(across[right]), float(across[down])
            )
            score[max(down - 4, 0) : down + 5, max(right - 4, 0) : right + 5] = -1


def _seen_through(window: slice, spectrum: Field, side: int) -> Grey:
    """The middle of a real square from half of its spectrum; rows that do not show are not transformed back."""
    rows = np.fft.ifft(spectrum, axis=0)[window]
    return np.fft.irfft(rows, side, axis=1)[:, window].astype(np.float32, copy=False)


def _low_pass(side: int) -> Grey:
    there = np.fft.fftfreq(side)
    low: Grey = np.exp(-2 * (np.pi * _BLUR_PX) ** 2 * (there[:, None] ** 2 + there[None, :] ** 2)).astype(
        np.float32
    )
    return low


def _apart(found: Sequence[_Place], count: int) -> list[_Place]:
    """The first `count` that are not beside a better one in turn, scale and place."""
    kept: list[_Place] = []
    for one in found:
        if not any(one.is_beside(other) for other in kept):
            kept.append(one)
        if len(kept) == count:
            break
    return kept
