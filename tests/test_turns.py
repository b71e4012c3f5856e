"""Pictures made in a few threads: results and errors come back, files stay open while there is work, no longer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from workflow.grid import SiteGrid
from workflow.rasters import cut_on_grid, in_turn, kept_open, turns
from workflow.rasters.turns import Turns


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "one.tif"
    shape = {"width": 512, "height": 512, "count": 1, "dtype": "uint8"}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        crs="EPSG:32651",
        transform=Affine(1, 0, 500_000, 0, -1, 4_300_000),
        **shape,
    ) as file:
        file.write(np.random.default_rng(3).integers(0, 255, (1, 512, 512), dtype=np.uint8))
    return path


def part(number: int) -> SiteGrid:
    return SiteGrid("EPSG:32651", 500_020.0 + 7 * number, 4_299_900.0, 1.0, 64, 64)


def test_it_gives_what_the_work_gives_and_raises_what_it_raises() -> None:
    assert in_turn(lambda: 5) == 5
    with pytest.raises(KeyError, match="no such"):
        in_turn(lambda: {}["no such"])
    assert in_turn(lambda: 6) == 6  # an error ends no thread


def test_the_same_pictures_come_from_many_threads(picture: Path) -> None:
    def is_right(number: int) -> bool:
        data, valid = in_turn(lambda: cut_on_grid(picture, part(number)))
        wanted, _ = cut_on_grid(picture, part(number))
        return bool(valid.all()) and np.array_equal(data, wanted)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(is_right, range(24)))


def test_files_stay_open_for_what_comes_in_one_go_and_close_after_it(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: list[rasterio.DatasetReader] = []
    whole, told, under_way = rasterio.open, Condition(), []

    def counted(*given: object, **more: object) -> rasterio.DatasetReader:
        files.append(whole(*given, **more))
        return files[-1]

    @contextmanager
    def watched() -> Iterator[None]:
        under_way.append(True)
        with kept_open():
            yield
        with told:
            under_way.pop()
            told.notify_all()

    monkeypatch.setattr(rasterio, "open", counted)
    monkeypatch.setattr(turns, "kept_open", watched)
    own = Turns(2)
    for number in range(30):
        own(lambda number=number: cut_on_grid(picture, part(number)))
    assert 1 <= len(files) < 30
    with told:
        assert told.wait_for(lambda: not under_way, 60)
    assert all(one.closed for one in files)
