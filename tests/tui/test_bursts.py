"""The burst detection by itself, on times that are told: nothing typed is lost, nothing scanned is typed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.codes import CodeKind, OwnCode, format_code, read_scan
from archroom.tui.desk.bursts import GAP_S, MOST_HELD, SHORTEST_SCAN, Bursts, Fate, Scan

BOX = format_code(CodeKind.BOX, 127)
PERSON = format_code(CodeKind.PERSON, 3)
NAMES = {"\r": "enter", "\n": "ctrl+j", "\t": "tab"}


@dataclass
class Heard:
    """What came out: typed keys and scans, in order."""

    events: list[str | Scan]

    @property
    def typed(self) -> str:
        return "".join(event for event in self.events if isinstance(event, str))

    @property
    def scans(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Scan)]


def heard(strokes: list[tuple[str, float]], is_strict: bool = False) -> Heard:
    """Feed keys, each with the time since the one before, as the listener does."""
    bursts, held, now_s = Bursts(is_strict), "", 0.0
    events: list[str | Scan] = []

    def carry_out(typed: int, scan: Scan | None) -> None:
        nonlocal held
        events.extend(held[:typed])
        held = ""
        if scan is not None:
            events.append(scan)

    for key, after_s in strokes:
        now_s += after_s
        if held and bursts.is_silent(now_s):
            verdict = bursts.silence()
            carry_out(verdict.typed, verdict.scan)
        verdict = bursts.key(NAMES.get(key, key), key if len(key) == 1 else None, now_s)
        if verdict.fate is Fate.HELD:
            held += key
        elif verdict.fate is Fate.PASSED or verdict.scan is not None:
            carry_out(verdict.typed, verdict.scan)
        if verdict.fate is Fate.PASSED:
            events.append(key)
    verdict = bursts.silence()
    carry_out(verdict.typed, verdict.scan)
    return Heard(events)


def fast(text: str, first_s: float = 1.0, gap_s: float = 0.008) -> list[tuple[str, float]]:
    """Keys as a scanner types them."""
    return [(char, gap_s if index else first_s) for index, char in enumerate(text)]


def slow(text: str) -> list[tuple[str, float]]:
    """Keys as a person types them."""
    return [(char, 0.12) for char in text]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\t", ""])
@pytest.mark.parametrize("gap_s", [0.0, 0.001, 0.008, 0.016, 0.03])
def test_a_code_is_one_scan_whatever_ends_it_and_however_fast(end: str, gap_s: float) -> None:
    told = heard(fast(BOX + end, gap_s=gap_s))
    assert told.scans == [BOX]
    assert told.typed == ""


def test_scans_back_to_back_are_all_told_in_order() -> None:
    told = heard(fast(f"{PERSON}\r{BOX}\r" * 20, gap_s=0.0))
    assert told.scans == [PERSON, BOX] * 20


def test_typing_is_handed_on_key_by_key() -> None:
    assert heard(slow(f"smith {BOX}\r")) == Heard(list(f"smith {BOX}\r"))


def test_a_few_fast_keys_and_enter_are_typing() -> None:
    text = "A" * (SHORTEST_SCAN - 1)
    assert heard(fast(text + "\r")) == Heard([*text, "\r"])


def test_keys_glued_to_the_front_of_a_code_are_typed_and_the_code_is_a_scan() -> None:
    told = heard([("x", 1.0), ("y", 0.02), *fast(BOX + "\r", 0.03)])
    assert told.typed == "xy"
    assert told.scans == [BOX]


def test_the_symbology_prefix_belongs_to_its_code() -> None:
    told = heard(fast(f"]C0{BOX}\r"))
    assert told.scans == [f"]C0{BOX}"]
    assert read_scan(told.scans[0]) == OwnCode(CodeKind.BOX, 127)


@pytest.mark.parametrize("text", [BOX + PERSON, "x" + BOX + BOX, "9780001112223", BOX[:-1] + "#", "CMD-STOP", "cmd-undo"])
def test_what_is_no_whole_code_is_one_scan_and_left_to_the_one_parser(text: str) -> None:
    assert heard(fast(text + "\r")).scans == [text]


@pytest.mark.parametrize("text", [BOX, BOX + PERSON, "CMD-STOP", BOX.lower()])
def test_without_terminator_what_looks_like_ours_is_a_scan(text: str) -> None:
    assert heard(fast(text)).scans == [text]


@pytest.mark.parametrize("text", ["9780001112223", "correspondence", "stop"])
def test_without_terminator_anything_else_may_be_typing(text: str) -> None:
    told = heard(fast(text))
    assert told.scans == []
    assert told.typed == text


def test_hanzi_and_arrows_are_never_held_back() -> None:
    assert heard([("档", 0.001), ("案", 0.001), ("left", 0.001), ("a", 0.001), ("案", 0.001)]).events == [
        "档",
        "案",
        "left",
        "a",
        "案",
    ]


def test_a_burst_longer_than_any_code_is_one_scan_that_is_refused() -> None:
    told = heard(fast("A" * (MOST_HELD * 40), gap_s=0.0))
    assert len(told.scans) == 1
    assert len(told.scans[0]) == MOST_HELD + 1
    assert told.typed == ""


@pytest.mark.parametrize("strokes", [fast("1\r"), fast("12\t"), fast("123"), [("1", 1.0), ("f9", 0.01)], fast(BOX + "\r")])
def test_while_a_question_is_asked_every_burst_is_a_scan(strokes: list[tuple[str, float]]) -> None:
    told = heard(strokes, is_strict=True)
    assert len(told.scans) == 1
    assert told.typed == ""


def test_a_question_can_be_answered_by_hand_and_left() -> None:
    told = heard([("1", 1.0), ("2", 0.1), ("f9", 0.4)], is_strict=True)
    assert told.events == ["1", "2", "f9"]
    assert heard([("1", 1.0), ("escape", 0.01)], is_strict=True).events == ["1", "escape"]


def without_ends(keys: str) -> str:
    """Keys without what may end a scan."""
    return "".join(key for key in keys if key not in "\r\n\t")


KEYS = st.sampled_from([*"abBF0127 ", "\r", "\n", "\t", "left", "f9", "档"])
GAPS = st.sampled_from([0.0, 0.004, GAP_S, GAP_S * 1.5, 0.2])


@given(st.lists(st.tuples(KEYS, GAPS), max_size=60))
def test_every_key_is_handed_on_or_part_of_a_scan_in_its_order(strokes: list[tuple[str, float]]) -> None:
    told = heard(strokes)
    came = "".join(event if isinstance(event, str) else event.text for event in told.events)
    ends = {"\r", "\n", "\t"}
    assert [char for char in came if char not in ends] == [
        char for char in "".join(k for k, _ in strokes) if char not in ends
    ]


@given(st.lists(st.tuples(KEYS, st.floats(GAP_S * 1.01, 3)), max_size=40))
def test_slow_keys_are_all_handed_on(strokes: list[tuple[str, float]]) -> None:
    assert heard(strokes) == Heard([key for key, _ in strokes])
