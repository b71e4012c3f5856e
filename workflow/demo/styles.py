"""Kinds of places: how wide their road is, and what lies about it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["STYLES", "Style"]


@dataclass(frozen=True, slots=True)
class Style:
    """What a kind of place is like. Lengths in metres; `kinds` are weights of what a plot of ground is used
    for.
    """

    lanes: int = 2
    lane_m: float = 3.6
    median_m: float = 5.0
    shoulder_m: float = 2.2
    verge_m: float = 9.0
    pavement_m: float = 0.0
    tree_gap_m: float = 8.0
    lamp_gap_m: float = 0.0
    junction_at_m: float | None = None
    plot_m2: float = 9000.0
    kinds: tuple[tuple[str, float], ...] = (("field", 1.0),)
    special: str = ""

    @property
    def kerb_m(self) -> float:
        """Half the width of the paved road."""
        return self.median_m / 2 + self.lanes * self.lane_m + self.shoulder_m


STYLES = {
    "open": Style(kinds=(("field", 8), ("houses", 1.5), ("film", 0.5), ("wood", 0.7))),
    "avenue": Style(
        lanes=4, lane_m=3.5, median_m=0.0, shoulder_m=0.6, verge_m=3.0, pavement_m=5.0, tree_gap_m=9.0,
        lamp_gap_m=32.0, junction_at_m=46.0, plot_m2=6500.0,
        kinds=(("flats", 6), ("park", 2), ("yard", 2), ("houses", 0.6)), special="stadium",
    ),
    "fringe": Style(
        lanes=4, median_m=4.0, shoulder_m=1.5, verge_m=8.0, pavement_m=0.0, tree_gap_m=10.0, lamp_gap_m=40.0,
        junction_at_m=-142.0, plot_m2=8000.0,
        kinds=(("field", 5), ("flats", 2), ("houses", 2), ("yard", 1), ("park", 1), ("film", 0.6)),
    ),
    "motorway": Style(
        lanes=2, lane_m=3.7, median_m=6.0, shoulder_m=2.8, verge_m=10.0, tree_gap_m=7.0,
        kinds=(("field", 8), ("houses", 1.6), ("film", 0.4), ("wood", 1.2)), special="footbridge",
    ),
    "wide": Style(
        lanes=5, lane_m=3.6, median_m=2.0, shoulder_m=1.0, verge_m=12.0, tree_gap_m=6.0, plot_m2=11000.0,
        kinds=(("field", 9), ("houses", 1.2), ("yard", 0.6), ("film", 0.8)), special="stream",
    ),
}  # fmt: skip
