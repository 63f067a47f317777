"""The journal: on the disk before the frame, whole after a crash, and honest about what nobody saw the end of."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from statuses import opening, status_of
from supervised_room import SupervisedBlock, block_of

from archroom.core.shelving import OutcomeKind
from archroom.core.supervisor.notices import Intent, Notice, NoticeKind
from archroom.errors import Unreadable, say
from archroom.shelving import journal as journal_file
from archroom.shelving.append_file import AppendFile
from archroom.shelving.journal import FILE_NAME, Journal, entries, open_intents


def intent_of(opens: int = 3) -> Intent:
    """A real intent."""
    rig = SupervisedBlock()
    rig.prove()
    ticket = rig.select(opens)
    return rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Ana")


def ended(intent: Intent, kind: OutcomeKind = OutcomeKind.DONE) -> Notice:
    """The end of an intent."""
    return Notice(NoticeKind.ENDED, say("It ended."), intent.ticket.id, kind)


def test_an_intent_is_on_the_disk_when_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    journal = Journal(tmp_path)
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(journal.path.read_bytes())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    intent = intent_of()
    journal.write_intent(intent)
    journal.write_notice(1, Notice(NoticeKind.PROVED, say("Believed.")))
    journal.close()
    assert len(synced) == 1
    assert b'"intent"' in synced[0]
    (first, second) = entries(journal.path)
    assert (first["motion"], first["by"], second["kind"]) == (intent.ticket.id, "Ana", "proved")


def test_an_intent_without_an_end_is_closed_as_unknown_by_the_next_server(tmp_path: Path) -> None:
    done, lost = intent_of(3), intent_of(4)
    journal = Journal(tmp_path)
    journal.write_intent(done)
    journal.write_notice(1, ended(done))
    journal.close()
    lost_id = "lost"
    journal = Journal(tmp_path)
    assert journal.found_open == ()
    journal.write_intent(replace(lost, ticket=replace(lost.ticket, id=lost_id)))
    journal.close()
    journal = Journal(tmp_path)
    (found,) = journal.found_open
    assert (found.motion, found.block, found.wanted, found.by) == (lost_id, 1, opening(4), "Ana")
    assert found.message().english() == "The opening of aisle 4 of block 1 by Ana ended unseen: look at the shelving."
    journal.close()
    assert list(entries(journal.path))[-1]["outcome"] == "unknown"
    journal = Journal(tmp_path)
    assert [intent.motion for intent in journal.found_open] == [lost_id], "told until somebody has acknowledged it"
    journal.write_acknowledged(["another"], "Bo")
    assert len(journal.found_open) == 1
    journal.write_acknowledged([lost_id], "Bo")
    assert not journal.found_open
    journal.close()
    assert list(entries(journal.path))[-1]["by"] == "Bo"
    journal = Journal(tmp_path)
    assert journal.found_open == ()
    journal.close()


@pytest.mark.parametrize(
    ("ticket", "said"),
    [
        ({"block": 2, "wanted": {"action": "lock", "number": 3}}, "Locking at 3 of block 2 by Ana ended unseen"),
        ({"block": 2, "opens": 3, "closes": 1}, "What Ana asked of block 2 ended unseen"),
        ({"block": 2, "wanted": {"action": "dance", "number": 3}}, "What Ana asked of block 2 ended unseen"),
        (None, "What Ana asked of block 0 ended unseen"),
    ],
)
def test_a_server_starts_on_the_journal_of_any_release(tmp_path: Path, ticket: object, said: str) -> None:
    entry = {"at": "2026-11-24T08:00:00+00:00", "kind": "intent", "motion": "m", "ticket": ticket, "by": "Ana"}
    (tmp_path / FILE_NAME).write_text(json.dumps(entry) + "\n")
    journal = Journal(tmp_path)
    (found,) = journal.found_open
    assert found.message().english().startswith(said)
    journal.close()


@pytest.mark.parametrize(("cut", "found"), [(1, 1), (2, 0), (20, 0), (300, 0)])
def test_a_torn_last_line_is_left_out_and_never_joined_to_the_next(tmp_path: Path, cut: int, found: int) -> None:
    journal = Journal(tmp_path)
    journal.write_intent(intent_of())
    journal.close()
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:-cut])
    journal = Journal(tmp_path)
    assert len(journal.found_open) == found
    journal.write_notice(1, Notice(NoticeKind.PROVED, say("Believed.")))
    journal.close()
    assert [entry["kind"] for entry in entries(path)] == ["intent", "end"] * found + ["proved"]


def test_a_journal_with_anything_in_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(
        b'\xff\xfe\n[1]\n"text"\n{"kind":"intent"}\n' + b"[" * 200_000 + b'\n{"kind":"end","motion":"nobody"}\n'
    )
    assert open_intents(path) == []
    assert open_intents(tmp_path / "missing") == []


def test_a_long_journal_is_set_aside_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    journal.write_intent(intent_of())
    journal.close()
    monkeypatch.setattr(journal_file, "MOST_BYTES", 100)
    journal = Journal(tmp_path)
    found = journal.found_open
    assert len(found) == 1
    intent = intent_of()
    journal.write_intent(intent)
    kinds = [entry["kind"] for entry in entries(tmp_path / FILE_NAME)]
    assert kinds == ["unacknowledged", "intent"], "not while something is under way"
    journal.write_notice(1, ended(intent))
    journal.close()
    assert len(list(tmp_path.glob("shelving-journal*.jsonl"))) == 3
    assert [entry["kind"] for entry in entries(tmp_path / FILE_NAME)] == ["unacknowledged"]
    journal = Journal(tmp_path)
    assert journal.found_open == found, "carried over"
    journal.close()


def long_journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """A journal of which one motion is to be acknowledged, and that is set aside after whatever is written next."""
    journal = Journal(folder)
    journal.write_intent(intent_of())
    journal.close()
    journal = Journal(folder)
    monkeypatch.setattr(journal_file, "MOST_BYTES", 100)
    return journal


BELIEVED = Notice(NoticeKind.PROVED, say("Believed."))


def test_a_journal_that_cannot_be_set_aside_goes_on_in_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, "not here")

    journal = long_journal(tmp_path, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        journal.write_notice(1, BELIEVED)
        with (tmp_path / "somebody-else's").open("wb") as other:  # takes the lowest number that is free
            journal.write_notice(1, BELIEVED)
            journal.write_notice(1, BELIEVED)
            assert os.fstat(other.fileno()).st_size == 0, "nobody else's file is written to"
    assert [entry["kind"] for entry in entries(journal.path)] == ["intent", "end", "proved", "proved", "proved"]
    journal.close()


def test_what_is_to_be_acknowledged_is_carried_over_once_the_disk_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: AppendFile, line: bytes) -> None:
        if b"unacknowledged" in line:
            raise OSError(28, "No space left on device")
        append(file, line)

    append = AppendFile.append
    journal = long_journal(tmp_path, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(AppendFile, "append", full)
        for _ in range(2):
            with pytest.raises(Unreadable, match="No space left"):
                journal.write_notice(1, BELIEVED)
    monkeypatch.undo()
    journal.write_notice(1, BELIEVED)
    assert [entry["kind"] for entry in entries(journal.path)] == ["unacknowledged", "proved"]
    journal.close()


def test_a_closed_journal_writes_nowhere(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.close()
    with (tmp_path / "somebody-else's").open("wb") as other:
        with pytest.raises(Unreadable):
            journal.write_notice(1, BELIEVED)
        assert os.fstat(other.fileno()).st_size == 0
    journal.close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreadable, match="cannot be written"):
        Journal(tmp_path / "file")


def test_a_disk_that_takes_nothing_is_told_before_any_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(Unreadable, match="No space left"):
            journal.write_intent(intent_of())
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:20]))
        with pytest.raises(Unreadable, match="No space left"):
            journal.write_intent(intent_of())
    journal.write_notice(1, Notice(NoticeKind.PROVED, say("Believed.")))
    journal.close()
    assert [entry["kind"] for entry in entries(journal.path)] == ["proved"], "half a line joins no other"


def test_every_intent_names_what_it_rests_on(tmp_path: Path) -> None:
    intent = intent_of()
    assert intent.status.positions_mm == status_of(block_of()).positions_mm
    assert (intent.select.seq, intent.operate.seq) == (1, 2)
