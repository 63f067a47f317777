"""Which counters suggest which cause: a table, each row of which fails if its rule does."""

from __future__ import annotations

import pytest

from archroom.core.line_counters import Cause, UnitCounters, likely_causes


def counted(sent: int, matched: int = 0, **kinds: int) -> UnitCounters:
    """Counters of a unit with so many failures of each kind, blanks written as underscores."""
    counters = UnitCounters(sent=sent, matched=matched)
    for kind, count in kinds.items():
        for _ in range(count):
            counters.fail(kind.replace("_", " "))
    return counters


def scattered(matched: int, silent: int) -> UnitCounters:
    """A unit that answered again after each silence."""
    counters = UnitCounters(sent=matched + silent, matched=matched - silent)
    for _ in range(silent):
        counters.fail("silence")
        counters.matched += 1
    return counters


def refused(sent: int, matched: int, code: int, count: int) -> UnitCounters:
    counters = UnitCounters(sent=sent, matched=matched)
    for _ in range(count):
        counters.refuse(code)
    return counters


def shifted(sent: int, matched: int, first_byte: int, failed: int = 0) -> UnitCounters:
    """So many answers that were right but for their start, some of which failed by it."""
    counters = UnitCounters(sent=sent, matched=matched, first_byte=first_byte - failed)
    for _ in range(failed):
        counters.fail("bad crc", True)
    return counters


def delayed(sent: int, matched: int, silent: int, late: int) -> UnitCounters:
    counters = counted(sent, matched, silence=silent)
    counters.late = late
    return counters


@pytest.mark.parametrize(
    ("counters", "cause"),
    [
        (shifted(100, 95, 5), Cause.FIRST_BYTE),
        (shifted(10, 0, 10, failed=10), Cause.FIRST_BYTE),
        (counted(10, 0, bad_crc=10), Cause.LINE_SETTINGS),
        (counted(10, 0, garbage=6, cut_short=4), Cause.LINE_SETTINGS),
        (counted(10, 0, bad_checksum=10), Cause.LINE_SETTINGS),
        (counted(100, 90, bad_crc=8, cut_short=2), Cause.NOISE),
        (counted(10, 0, echo=10), Cause.ECHO),
        (counted(10, 0, silence=10), Cause.DEAD_UNIT),
        (scattered(90, 10), Cause.LOOSE),
        (counted(100, 90, silence=10), Cause.WENT_SILENT),
        (counted(100_000, 99_997, silence=3), Cause.WENT_SILENT),
        (delayed(100, 90, 10, 9), Cause.SLOW),
        (counted(100, 90, wrong_unit=10), Cause.OTHER_UNIT),
        (counted(100, 90, crowded=10), Cause.TWO_OF_ONE),
        (counted(2, 2, babble=5), Cause.OTHER_MASTER),
        (counted(10, 0, wrong_content=10), Cause.NUMBERING),
        (refused(10, 9, 2, 1), Cause.PROFILE),
        (refused(10, 9, 4, 1), Cause.DEVICE),
        (refused(100, 90, 6, 10), Cause.BUSY),
        (refused(10, 9, 11, 1), Cause.GATEWAY),
    ],
)
def test_a_pattern_of_counters_suggests_its_cause_and_no_other(counters: UnitCounters, cause: Cause) -> None:
    assert likely_causes(1, {1: counters}) == (cause,)


def test_damage_elsewhere_is_seen_beside_wrong_starts() -> None:
    counters = shifted(100, 90, 40, failed=3)
    for _ in range(7):
        counters.fail("bad crc")
    assert likely_causes(1, {1: counters}) == (Cause.FIRST_BYTE, Cause.NOISE)


def test_a_healthy_unit_and_a_single_failure_suggest_nothing() -> None:
    assert likely_causes(1, {1: counted(1000, 1000)}) == ()
    assert likely_causes(1, {1: counted(1000, 998, silence=1, bad_crc=1)}) == ()
    assert likely_causes(1, {1: counted(2, 0, silence=2)}) == ()


def test_a_unit_that_answers_again_has_not_gone_silent() -> None:
    counters = counted(1000, 997, silence=3)
    assert likely_causes(1, {1: counters}) == (Cause.WENT_SILENT,)
    counters.matched += 1
    assert likely_causes(1, {1: counters}) == ()
    counters.fail("silence")
    counters.fail("silence")
    assert likely_causes(1, {1: counters}) == (), "the silences before its last answer are over"
    counters.fail("silence")
    assert likely_causes(1, {1: counters}) == (Cause.WENT_SILENT,)


def test_a_line_on_which_nobody_answers_is_told_from_a_unit_that_does_not() -> None:
    dead, living = counted(10, 0, silence=10), counted(10, 10)
    assert likely_causes(1, {1: dead, 2: counted(10, 0, silence=10)}) == (Cause.DEAD_LINE,)
    assert likely_causes(1, {1: dead, 2: living}) == (Cause.DEAD_UNIT,)


def test_every_cause_has_its_sentence() -> None:
    assert len({cause.sentence.template for cause in Cause}) == len(Cause)
