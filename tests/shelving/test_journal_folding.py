"""A link that flaps for a day fills no disk, and nothing of it is left out: what is not written is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from supervised_room import SupervisedBlock

from archroom.core.shelving import OutcomeKind
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.errors import say
from archroom.shelving import journal as journal_file
from archroom.shelving.journal import Journal, entries
from archroom.shelving.journal_folding import FOLDED, UNFOLDED, WITHIN, Folding

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LOST = Notice(NoticeKind.LOST, say("Block {block} does not answer.", block=1))
PROVED = Notice(NoticeKind.PROVED, say("Block {block} is believed.", block=1))


class Hands:
    """A clock that is set by hand."""

    at = BEGAN


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> type[Hands]:
    """The clock of the journal."""

    class HandTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> HandTime:
            return cls.fromisoformat(Hands.at.isoformat())

    Hands.at = BEGAN
    monkeypatch.setattr(journal_file, "datetime", HandTime)
    return Hands


def times(path: Path, kind: str) -> int:
    """How often something happened, by the journal."""
    return sum(int(str(entry.get("times", 1))) for entry in entries(path) if entry["kind"] == kind)


def test_a_link_that_flaps_for_a_day_leaves_few_lines_that_count_all_of_it(tmp_path: Path, hands: type[Hands]) -> None:
    journal = Journal(tmp_path)
    flaps = 24 * 3600 // 3
    for _ in range(flaps):
        hands.at += timedelta(seconds=3)
        for notice in (LOST, PROVED):
            journal.write_notice(1, notice)
    journal.close()
    assert (times(journal.path, "lost"), times(journal.path, "proved")) == (flaps, flaps)
    assert len(list(entries(journal.path))) <= 2 * (UNFOLDED + 24 * 6 + 1)
    counted = [entry for entry in entries(journal.path) if "times" in entry]
    for entry in counted:
        since, last = (datetime.fromisoformat(str(entry[name])) for name in ("since", "at"))
        assert timedelta(0) <= last - since <= WITHIN
        assert entry["text"] in ("Block 1 does not answer.", "Block 1 is believed.")


def test_what_was_counted_stands_before_whatever_else_is_written(tmp_path: Path, hands: type[Hands]) -> None:
    journal = Journal(tmp_path)
    for _ in range(UNFOLDED + 5):
        hands.at += timedelta(seconds=1)
        journal.write_notice(1, LOST)
    rig = SupervisedBlock()
    rig.prove()
    ticket = rig.select(3)
    journal.write_intent(rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Ana"))
    journal.write_notice(1, Notice(NoticeKind.ENDED, say("It ended."), ticket.id, OutcomeKind.DONE))
    journal.close()
    found = [(entry["kind"], entry.get("times")) for entry in entries(journal.path)]
    assert found == [*[("lost", None)] * UNFOLDED, ("lost", 5), ("intent", None), ("end", None)]


def test_what_was_counted_is_written_in_time_though_nothing_else_happens(tmp_path: Path, hands: type[Hands]) -> None:
    journal = Journal(tmp_path)
    for _ in range(UNFOLDED + 2):
        journal.write_notice(1, LOST)
    hands.at += WITHIN - timedelta(seconds=1)
    journal.write_counted()
    assert times(journal.path, "lost") == UNFOLDED
    hands.at += timedelta(seconds=1)
    journal.write_counted()
    assert times(journal.path, "lost") == UNFOLDED + 2
    hands.at += WITHIN
    journal.write_notice(1, LOST)
    assert "times" not in list(entries(journal.path))[-1], "after a calm it is told one by one again"
    journal.close()


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind not in FOLDED])
def test_no_word_of_people_and_no_motion_is_ever_counted(kind: NoticeKind) -> None:
    folding = Folding()
    assert not any(folding.is_counted(1, Notice(kind, say("Same.")), BEGAN) for _ in range(100))


def test_only_what_a_link_does_by_itself_is_counted() -> None:
    assert {kind.value for kind in FOLDED} == {"proved", "distrusted", "lost"}


def test_blocks_and_reasons_are_counted_apart_and_a_clock_set_back_holds_nothing_up() -> None:
    folding = Folding()
    for _ in range(UNFOLDED):
        assert not folding.is_counted(1, LOST, BEGAN)
    assert folding.is_counted(1, LOST, BEGAN)
    assert not folding.is_counted(2, LOST, BEGAN)
    assert not folding.is_counted(1, Notice(NoticeKind.LOST, say("It is unplugged.")), BEGAN)
    assert folding.counted(BEGAN) == []
    (early,) = folding.counted(BEGAN - timedelta(days=1))
    assert (early.block, early.times) == (1, 1)
    folding.written(early)
    assert folding.counted() == []
