"""The past of sensors on the disk: kept in fewer and fewer bytes, and whole whatever a crash has left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC
from pathlib import Path

import pytest
from climate_days import START_S, readings
from shelving_room import until

from archroom.core.climate import Sample
from archroom.core.climate_watch import DAY_S
from archroom.errors import Unreadable
from archroom.shelving.climate_files import ClimateFiles

FEW = (Sample(START_S, 18.25, 50.0), Sample(START_S + 60, 0.0, 0.0), Sample(START_S + 120, -0.5, 100.0))


def files_of(folder: Path) -> ClimateFiles:
    return ClimateFiles(folder, UTC)


def filled(folder: Path, days: int = 1, sensor: str = "depot") -> ClimateFiles:
    """Files with a reading every ten minutes of some days, from `START_S` on."""
    files = files_of(folder)
    for day in range(days):
        for sample in list(readings(24 * 60, start_s=START_S + day * DAY_S))[::10]:
            files.append(sensor, sample)
    return files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    for sample in FEW:
        files.append("depot", sample)
        files.append("库房", sample)
    files.close()
    again = files_of(tmp_path)
    assert tuple(again.samples("depot", START_S, START_S + 600)) == FEW
    assert tuple(again.samples("库房", START_S + 60, START_S + 120)) == FEW[1:2]
    assert again.samples("attic", START_S, START_S + 600) == []


@pytest.mark.parametrize("torn", range(1, 24))
def test_a_torn_last_line_is_left_out_and_not_joined_to_the_next(tmp_path: Path, torn: int) -> None:
    files = files_of(tmp_path)
    for sample in FEW[:2]:
        files.append("depot", sample)
    files.close()
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    last = whole.split(b"\n")[1] + b"\n"
    path.write_bytes(whole[: len(whole) - len(last) + min(torn, len(last) - 1)])
    files = files_of(tmp_path)
    files.append("depot", FEW[2])
    expected = (FEW[0], FEW[2]) if torn < len(last) - 1 else FEW
    assert tuple(files.samples("depot", START_S, START_S + 600)) == expected


def test_a_damaged_line_is_left_out(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    for sample in FEW:
        files.append("depot", sample)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes().replace(b"18.25", b"19.25") + b"\0\0\0\xff\n")
    assert tuple(files.samples("depot", START_S, START_S + 600)) == FEW[1:]


def test_a_day_becomes_hours_once_the_next_is_over_and_a_day_after_ninety(tmp_path: Path) -> None:
    files = filled(tmp_path, 3)
    files.compact(START_S + 2 * DAY_S + 60)
    assert [name.split("-")[0] for name in names(tmp_path)] == ["hours", "readings", "readings"]
    hours = files.spans("depot", START_S, START_S + DAY_S)
    assert [hour.count for hour in hours] == [6] * 24
    files.compact(START_S + 91 * DAY_S + 60)
    assert [name.split("-")[0] for name in names(tmp_path)] == ["days", "hours", "hours"]
    (day,) = files.spans("depot", START_S, START_S + DAY_S)
    assert (day.count, day.length_s, day.least_c) == (144, DAY_S, 18.0)
    files.compact(START_S + 91 * DAY_S + 60)
    assert [span.count for span in files.spans("depot", START_S, START_S + DAY_S)] == [144]


def test_hours_say_what_the_readings_said(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    for sample in readings(60, lambda minute: minute / 10, lambda minute: 100.0 - minute):
        files.append("depot", sample)
    files.compact(START_S + 3 * DAY_S)
    (hour,) = files.spans("depot", START_S, START_S + DAY_S)
    assert (hour.least_c, hour.mean_c, hour.most_c) == (0.0, 2.95, 5.9)
    assert (hour.least_percent, hour.mean_percent, hour.most_percent) == (41.0, 70.5, 100.0)


@pytest.mark.parametrize("at", ["replace", "unlink"])
def test_whatever_a_crash_leaves_of_a_summing_up_nothing_is_lost_or_counted_twice(
    tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = filled(tmp_path)

    def cut_off(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(Path, at, cut_off)
        with pytest.raises(KeyboardInterrupt):
            files.compact(START_S + 2 * DAY_S)
    files_of(tmp_path).compact(START_S + 2 * DAY_S)
    assert [span.count for span in files_of(tmp_path).spans("depot", START_S, START_S + DAY_S)] == [6] * 24


def test_readings_of_a_clock_that_was_set_back_are_kept(tmp_path: Path) -> None:
    files = filled(tmp_path, 2)
    files.append("depot", FEW[0])
    files.close()
    assert len(files.samples("depot", START_S, START_S + DAY_S)) == 145


def test_ten_years_of_a_sensor_take_less_than_a_megabyte(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    day = list(readings(24 * 60))
    for sample in day:
        files.append("depot", sample)
    raw = sum(path.stat().st_size for path in tmp_path.iterdir())
    files.compact(START_S + 2 * DAY_S)
    hours = sum(path.stat().st_size for path in tmp_path.iterdir())
    files.compact(START_S + 92 * DAY_S)
    days = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert raw * 2 + hours * 90 + days * 3650 < 1_000_000
    assert raw > 24 * 60 * 10


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreadable, match="cannot be used"):
        files_of(tmp_path / "file").append("depot", FEW[0])


WRITER = """
import sys
from datetime import UTC
from pathlib import Path
from archroom.core.climate import Sample
from archroom.shelving.climate_files import ClimateFiles
files = ClimateFiles(Path(sys.argv[1]), UTC)
at_s = int(sys.argv[2])
while True:
    files.append("depot", Sample(at_s, 18.5, 50.25))
    at_s += 1
"""


def test_a_writer_that_is_killed_loses_no_line_that_was_whole(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(START_S)]) as writer:
        assert until(lambda: any(path.stat().st_size > 20_000 for path in tmp_path.iterdir()), 20.0)
        os.kill(writer.pid, signal.SIGKILL)
    found = files_of(tmp_path).samples("depot", START_S, START_S + DAY_S)
    assert [sample.at_s for sample in found] == list(range(START_S, START_S + len(found)))
    assert len(found) > 500
