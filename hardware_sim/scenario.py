"""A scenario: lines that say what happens to a room, and when. Text in, frozen facts out; pure.

``at 12.5s beam aisle 3 on``, ``when carriage 4 moving: edge carriage 4 on``, ``500ms after state warning: power off``. A
line without a time happens as soon as the scenario begins. The sentences stand in `phrases`; ``docs/simulator.md`` explains
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hardware_sim.phrases import ACTS, CONDITIONS, Phrase, PhraseError, duration_ms, request_of

MAX_LINES = 10_000


class ScenarioError(ValueError):
    """The scenario cannot be played; the text says in which line and why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a line waits for: the `time`-th time that something becomes so on a block (None: the only one)."""

    block: int | None
    what: Mapping[str, object]
    time: int


@dataclass(frozen=True, slots=True)
class Line:
    """One act and when it happens: so long after the scenario has begun, or after a condition has come to hold."""

    number: int
    text: str
    after_ms: int
    condition: Condition | None
    request: Mapping[str, object]


def parse_scenario(text: str, acts: Iterable[Phrase] = ACTS) -> tuple[Line, ...]:
    """Turn a text into lines. Raises ScenarioError for what is no line of a scenario."""
    phrases = tuple(acts)
    lines: list[Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        said = raw.partition("#")[0].strip()
        if not said:
            continue
        if len(lines) == MAX_LINES:
            raise ScenarioError(f"line {number}: a scenario has {MAX_LINES} acts at most")
        try:
            lines.append(_line(number, said, phrases))
        except PhraseError as error:
            raise ScenarioError(f"line {number}: {error}") from error
    return tuple(lines)


def _line(number: int, said: str, phrases: tuple[Phrase, ...]) -> Line:
    words = said.split()
    after_ms, condition = 0, None
    if words[0].lower() == "at":
        if len(words) < 3:
            raise PhraseError("'at' takes a time and an act")
        after_ms, words = _duration_ms(words[1]), words[2:]
    elif words[0].lower() == "when" or (len(words) > 1 and words[1].lower() == "after"):
        is_when = words[0].lower() == "when"
        after_ms = 0 if is_when else _duration_ms(words[0])
        head, colon, tail = said.partition(":")
        if not colon or not tail.strip():
            raise PhraseError("a condition ends with ':' and an act follows")
        condition, words = _condition(head.split()[1 if is_when else 2 :]), tail.split()
    block, words = _block(words)
    request = request_of(words, phrases)
    if block is None and condition is not None:
        block = condition.block
    return Line(number, said, after_ms, condition, request if block is None else {**request, "unit": block})


def _condition(words: list[str]) -> Condition:
    block, words = _block(words)
    time = 1
    if len(words) > 2 and words[-2].lower() == "time":
        if not words[-1].isdigit() or not 1 <= int(words[-1]) <= 9999:
            raise PhraseError(f"{words[-1]!r} is not how many times")
        time, words = int(words[-1]), words[:-2]
    return Condition(block, request_of(words, CONDITIONS), time)


def _block(words: list[str]) -> tuple[int | None, list[str]]:
    if not words or words[0].lower() != "block":
        return None, words
    if len(words) < 2 or not words[1].isdigit() or not 1 <= int(words[1]) <= 247:
        raise PhraseError("'block' takes the number of a block")
    return int(words[1]), words[2:]


def _duration_ms(word: str) -> int:
    try:
        return duration_ms(word)
    except ValueError:
        raise PhraseError(f"{word!r} is no time like 500ms, 12.5s or 2min") from None
