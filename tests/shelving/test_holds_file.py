"""The record of holds: on the disk before anybody is told, whole after a crash, and a lost line means that nothing moves."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archroom.core.people_holds import Hold, Release
from archroom.errors import Unreadable
from archroom.shelving.holds_file import FILE_NAME, HoldsFile

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ANA, BO, WANG = Hold(3, "Ana", AT, "fetching"), Hold(3, "Bo", AT), Hold(5, "王小明", AT)
OUT = Release(3, "Ana", ("Bo", "Cleo"), "seen at the gate")


def place(file: HoldsFile, hold: Hold, block: int = 1) -> None:
    """Place a hold as a session does."""
    file.note(block, hold)
    file.flush()


def written(folder: Path) -> Path:
    """A record with three holds and a release; Bo and 王小明 are left."""
    file = HoldsFile(folder)
    place(file, ANA)
    place(file, BO)
    place(file, WANG, block=2)
    file.write_release(1, OUT, ANA)
    file.close()
    return folder / FILE_NAME


def test_who_was_in_an_aisle_is_still_in_it(tmp_path: Path) -> None:
    written(tmp_path)
    again = HoldsFile(tmp_path)
    assert (again.found, again.problem) == ({1: (BO,), 2: (WANG,)}, None)


def test_where_nothing_was_written_nobody_is(tmp_path: Path) -> None:
    file = HoldsFile(tmp_path)
    assert (file.found, file.problem) == ({}, None)
    assert not file.path.exists()


def test_it_is_on_the_disk_before_anybody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def counted(descriptor: int) -> None:
        synced.append(descriptor)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", counted)
    file = HoldsFile(tmp_path)
    place(file, ANA)
    before = len(synced)
    file.write_release(1, OUT, ANA)
    file.close()
    assert before >= 1
    assert len(synced) == before + 1
    assert os.stat(file.path).st_mode & 0o777 == 0o600


def test_a_crash_at_any_byte_of_the_last_line_loses_only_what_nobody_was_told(tmp_path: Path) -> None:
    whole = written(tmp_path).read_bytes()
    lines = whole.splitlines(keepends=True)
    before = len(whole) - len(lines[-1])
    for end in range(before, len(whole)):
        folder = tmp_path / str(end)
        folder.mkdir()
        (folder / FILE_NAME).write_bytes(whole[:end])
        torn = HoldsFile(folder)
        assert (torn.found[1], torn.problem) == ((ANA, BO), None), end
        place(torn, Hold(4, "Cleo", AT))
        torn.write_release(1, OUT, ANA)
        torn.close()
        again = HoldsFile(folder)
        assert (again.found[1], again.problem) == ((BO, Hold(4, "Cleo", AT)), None), end


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_line_that_is_damaged_or_missing_inside_means_that_nothing_moves(tmp_path: Path, number: int) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    for position in range(0, len(lines[number]) - 1, 7):
        changed = bytearray(lines[number])
        changed[position] ^= 0x01
        path.write_bytes(b"".join([*lines[:number], bytes(changed), *lines[number + 1 :]]))
        problem = HoldsFile(tmp_path).problem
        assert problem is not None, (number, position)
        assert f"line {number + 1} is damaged" in problem.english()
    path.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
    is_last = number == len(lines) - 1
    assert (HoldsFile(tmp_path).problem is None) == is_last, "nothing tells that the last line is missing"
    path.write_bytes(b"".join(lines))
    assert HoldsFile(tmp_path).problem is None, "the canary: undamaged it is read"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=200))
def test_whatever_stands_there_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(data + b"\n")
    assert HoldsFile(tmp_path).problem is not None
    (tmp_path / FILE_NAME).write_bytes(b"")


def test_damage_stays_until_somebody_sets_the_file_aside(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(b"damage\n" + path.read_bytes())
    file = HoldsFile(tmp_path)
    place(file, Hold(4, "Cleo", AT))
    file.close()
    assert file.problem is not None
    assert "Look into every aisle" in str(HoldsFile(tmp_path).problem)
    path.rename(tmp_path / "aside")
    assert HoldsFile(tmp_path).problem is None


def test_a_place_that_cannot_be_read_is_told_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    file = HoldsFile(tmp_path)
    assert "cannot be read" in str(file.problem)
    file.note(1, ANA)
    with pytest.raises(Unreadable, match="cannot be written"):
        file.flush()


def test_a_hold_that_the_disk_does_not_take_keeps_everything_still_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = HoldsFile(tmp_path)
    place(file, ANA)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:20]))
        file.note(1, BO)
        with pytest.raises(Unreadable, match="No space left"):
            file.flush()
        assert "takes no entry" in str(file.problem)
        with pytest.raises(Unreadable):
            file.write_release(1, OUT, ANA)
    assert HoldsFile(tmp_path).found == {1: (ANA,)}
    file.flush()
    assert file.problem is None
    file.close()
    assert HoldsFile(tmp_path).found == {1: (ANA, BO)}


def test_a_release_that_may_not_be_on_the_disk_leaves_the_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line may be there or not; the hold is written again, so that it stands in either case."""

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    file = HoldsFile(tmp_path)
    place(file, ANA)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(Unreadable):
            file.write_release(1, OUT, ANA)
    assert file.problem is not None
    file.flush()
    file.close()
    again = HoldsFile(tmp_path)
    assert (again.found, again.problem) == ({1: (ANA,)}, None)
