"""What the bench writes on the disk: whole lines, a new file each time, and a sentence where there is no room or folder."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archroom import config
from archroom.cli import bench_files
from archroom.cli.bench_files import BenchFolder
from archroom.cli.frame_file import FrameFile
from archroom.core.bench import SeenFrame, Verdict
from archroom.errors import Unreadable, UsageError, say
from archroom.shelving import bundle
from archroom.wiring import House

FRAME = SeenFrame(datetime(2026, 3, 2, 9, tzinfo=UTC), 1, True, 3, say("read status"), "01 03", Verdict.SENT)
LINE_BYTES = 150
"""About as long as a frame is in a file."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A machine of its own."""
    monkeypatch.setenv("ARCHROOM_HOME", str(tmp_path / "home"))
    with House(config.load().config) as house:
        yield house


def test_each_frame_stands_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    with closing(FrameFile(path)) as file:
        file.write([FRAME, FRAME])
        lines = path.read_text().splitlines()
    assert [json.loads(line)["hex"] for line in lines] == ["01 03", "01 03"]
    assert file.file == str(path)


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    file = FrameFile(tmp_path / "frames.jsonl")
    file.close()
    file._file = open("/dev/full", "wb", buffering=0)  # a disk on which nothing fits
    with closing(file), pytest.raises(Unreadable, match="No space left"):
        file.write([FRAME])


def test_a_recording_ends_before_it_fills_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    with closing(FrameFile(path, 2 * LINE_BYTES)) as file:
        file.write([FRAME])
        with pytest.raises(Unreadable, match="as long as a recording may be"):
            file.write([FRAME, FRAME])
    assert len(path.read_text().splitlines()) == 1


def test_the_folder_of_the_bench_is_made_and_each_recording_is_a_file_of_its_own(here: House, tmp_path: Path) -> None:
    folder = BenchFolder(here, tmp_path / "data" / "bench")
    with closing(folder.new_record(2)) as record:
        record.write([FRAME])
    (file,) = (tmp_path / "data" / "bench").iterdir()
    assert (str(file), file.name[:12], file.suffix) == (record.file, "frames-bus2-", ".jsonl")
    assert bench_files.MOST_RECORD_BYTES > 1_000_000 * LINE_BYTES


def test_where_no_folder_can_be_it_is_said(here: House, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(UsageError, match="cannot be written"):
        BenchFolder(here, tmp_path / "data" / "bench").new_record(1)


def test_the_bundle_holds_the_last_recordings_of_the_folder(here: House, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "bench"
    folder.mkdir(parents=True)
    for number in range(bench_files.MOST_RECORDS + 2):
        (folder / f"frames-bus1-{number}.jsonl").write_text(f"{number}\n")
        os.utime(folder / f"frames-bus1-{number}.jsonl", (number, number))
    written = BenchFolder(here, folder).write_bundle()
    with zipfile.ZipFile(written.file) as archive:
        assert sorted(archive.namelist()) == sorted(written.contents)
        frames = [archive.read(name).decode() for name in written.contents if name.startswith("frames/")]
    assert frames == ["2\n", "3\n", "4\n", "5\n", "6\n"]
    assert {"settings.json", "versions.json", "problems.txt"} <= set(written.contents)


def test_a_bundle_needs_no_recording_and_takes_a_folder_of_its_own(here: House, tmp_path: Path) -> None:
    written = BenchFolder(here, tmp_path / "bench").write_bundle()
    assert not any(name.startswith("frames/") for name in written.contents)
    assert [str(path) for path in (tmp_path / "bench").iterdir()] == [written.file]


def test_of_a_long_recording_the_bundle_holds_the_last_whole_lines(
    here: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MOST_RECORD_BYTES", 12)
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "frames-bus1-1.jsonl").write_text("first\nsecond\nthird\n")
    with zipfile.ZipFile(BenchFolder(here, folder).write_bundle().file) as written:
        assert written.read("frames/1.jsonl").decode() == "third\n"
