"""The sentences of a scenario: what a line may say, as a table. Pure.

A phrase is the words of a sentence and the request of the control channel that it stands for. `<field>` takes a value,
`[...]` may be left out, `a|b` is either word. A further act is one more row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Value = int | float | str | list[int]


class PhraseError(ValueError):
    """The words are no sentence of the table; the text says what was expected where."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence and its request."""

    sentence: str
    verb: str
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def forms(self) -> list[list[str]]:
        """The sentence as lists of words, with and without what may be left out."""
        return [form.split() for form in _expanded(self.sentence)]


def _expanded(sentence: str) -> list[str]:
    found = re.search(r"\[([^\[\]]*)\]", sentence)
    if found is None:
        return [sentence]
    before, after = sentence[: found.start()], sentence[found.end() :]
    return [*_expanded(before + after), *_expanded(before + found[1] + after)]


def duration_ms(word: str) -> int:
    """Turn 12.5s, 500ms or 2min into whole milliseconds. Raises ValueError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|min)", word)
    if found is None:
        raise ValueError
    return round(float(found[1]) * {"ms": 1, "s": 1000, "min": 60_000}[found[2]])


def _length_mm(word: str) -> int:
    found = re.fullmatch(r"([+-]?\d+)mm", word)
    if found is None:
        raise ValueError
    return int(found[1])


def _positions_mm(word: str) -> list[int]:
    if not re.fullmatch(r"\d{1,5}(,\d{1,5})*mm", word):
        raise ValueError
    return [int(part) for part in word.removesuffix("mm").split(",")]


def _whole(word: str) -> int:
    if not (word.isascii() and word.isdigit()) or len(word) > 9:
        raise ValueError
    return int(word)


def _factor(word: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", word):
        raise ValueError
    return float(word)


def _name(word: str) -> str:
    if not word[0].isalpha():
        raise ValueError
    return word


_KINDS: dict[str, tuple[str, Callable[[str], Value]]] = {
    "ms": ("a time like 500ms, 12.5s or 2min", duration_ms),
    "mm": ("a length like 120mm or -40mm", _length_mm),
    "positions": ("positions like 800,1375,1950mm", _positions_mm),
    "name": ("a name", _name),
    "hex": ("bytes as hexadecimal digits", str),
    "serial": ("8 letters", str),
    "factor": ("a number", _factor),
}
_WHOLE = ("a whole number", _whole)


def _kind_of(placeholder: str) -> tuple[str, Callable[[str], Value]]:
    name = placeholder[1:-1]
    return _KINDS.get(name) or _KINDS.get(name.rpartition("_")[2]) or _WHOLE


def request_of(words: list[str], phrases: Iterable[Phrase]) -> dict[str, object]:
    """Return the request that a sentence stands for. Raises PhraseError."""
    furthest, expected = 0, set[str]()
    for phrase in phrases:
        for form in phrase.forms:
            values, place, wanted = _matched(words, form)
            if wanted is None:
                return {"do": phrase.verb, **phrase.fields, **values}
            if place >= furthest:
                expected = expected | {wanted} if place == furthest else {wanted}
                furthest = place
    said = repr(words[furthest]) if furthest < len(words) else "the end of the line"
    where = f" after {' '.join(words[:furthest])!r}" if furthest else ""
    reason = "" if furthest else " is not modelled"
    raise PhraseError(f"{said}{reason}{where}; expected {' or '.join(sorted(expected))}")


def _matched(words: list[str], form: list[str]) -> tuple[dict[str, Value], int, str | None]:
    """The values of a sentence, how many words matched, and what was expected where they do not."""
    values: dict[str, Value] = {}
    for place, wanted in enumerate(form):
        is_value = wanted.startswith("<")
        title, parse = _kind_of(wanted) if is_value else (f"{wanted.replace('|', ' or ')!r}", str)
        if place == len(words):
            return values, place, title
        word = words[place]
        if is_value:
            try:
                values[wanted[1:-1]] = parse(word)
            except ValueError:
                return values, place, title
        elif word.lower() not in wanted.split("|"):
            return values, place, title
    return values, len(form), None if len(words) == len(form) else "the end of the line"


def _switch(sentence: str, verb: str, name: str, on: str = "on", off: str = "off") -> list[Phrase]:
    return [Phrase(f"{sentence} {on}", verb, {name: True}), Phrase(f"{sentence} {off}", verb, {name: False})]


_STRIKES = "[of function <function>] [for <count> replies|reply|requests|request]"

ACTS: tuple[Phrase, ...] = (
    Phrase("person <name> enters aisle <aisle>", "person_in"),
    Phrase("person <name> enters aisle <aisle> unseen", "person_in", {"detected": False}),
    Phrase("person <name> leaves", "person_out"),
    *_switch("e-stop", "emergency_stop", "pressed", "press", "release"),
    *_switch("edge carriage <carriage>", "edge", "pressed"),
    Phrase("edge carriage <carriage> chatters", "edge", {"chatters": True}),
    *_switch("beam aisle <aisle>", "beam", "broken"),
    Phrase("beam aisle <aisle> chatters", "beam", {"chatters": True}),
    Phrase("detector aisle <aisle> stuck clear", "detector", {"is": "stuck_clear"}),
    Phrase("detector aisle <aisle> stuck occupied", "detector", {"is": "stuck_occupied"}),
    Phrase("detector aisle <aisle> chatters", "detector", {"is": "chattering"}),
    Phrase("detector aisle <aisle> well", "detector", {"is": "well"}),
    *_switch("jam carriage <carriage>", "jam", "jammed"),
    Phrase("encoder carriage <carriage> off by <offset_mm>", "encoder"),
    Phrase("encoder carriage <carriage> frozen", "encoder", {"frozen": True}),
    Phrase("encoder carriage <carriage> well", "encoder", {"offset_mm": 0}),
    Phrase("drive keeps running [on a lost link]", "drive", {"runs_on_after": "lost_link"}),
    Phrase("drive keeps running on stop", "drive", {"runs_on_after": "stop"}),
    Phrase("drive obeys", "drive", {"runs_on_after": "nothing"}),
    Phrase("carriages stand at <positions>", "stand"),
    Phrase("crank carriage <carriage> by <by_mm>", "crank"),
    Phrase("reset", "reset"),
    Phrase("mode automatic", "mode", {"mode": "automatic"}),
    Phrase("mode local", "mode", {"mode": "local"}),
    Phrase("mode maintenance", "mode", {"mode": "maintenance"}),
    Phrase("mode hand crank", "mode", {"mode": "hand_crank"}),
    *_switch("enable", "enable", "given"),
    *_switch("power", "power", "on"),
    *_switch("silent", "silent", "on"),
    *_switch("freeze", "freeze", "on"),
    Phrase("second master opens aisle <aisle>", "second_master", {"does": "opens"}),
    Phrase("second master closes aisle <aisle>", "second_master", {"does": "closes"}),
    Phrase("second master ventilates aisle <aisle>", "second_master", {"does": "ventilates"}),
    Phrase("second master selects aisle <aisle>", "second_master", {"does": "selects"}),
    Phrase("second master jogs carriage <carriage> by <by_mm>", "second_master", {"does": "jogs"}),
    Phrase("second master locks carriage <carriage>", "second_master", {"does": "locks"}),
    Phrase("second master unlocks carriage <carriage>", "second_master", {"does": "unlocks"}),
    Phrase("second master stops", "second_master", {"does": "stops"}),
    Phrase("second master falls silent", "second_master", {"does": "falls_silent"}),
    Phrase(f"link lose {_STRIKES}", "link", {"fault": "lose"}),
    Phrase(f"link exception <code> {_STRIKES}", "link", {"fault": "exception"}),
    Phrase(f"link drop {_STRIKES}", "link", {"fault": "drop"}),
    Phrase(f"link late <ms> {_STRIKES}", "link", {"fault": "late"}),
    Phrase(f"link garbage <hex> {_STRIKES}", "link", {"fault": "garbage"}),
    Phrase(f"link duplicate {_STRIKES}", "link", {"fault": "duplicate"}),
    Phrase(f"link wrong unit <as_unit> {_STRIKES}", "link", {"fault": "wrong_unit"}),
    Phrase(f"link corrupt {_STRIKES}", "link", {"fault": "corrupt"}),
    Phrase(f"link truncate <bytes> bytes|byte {_STRIKES}", "link", {"fault": "truncate"}),
    Phrase(f"link split <ms> {_STRIKES}", "link", {"fault": "split"}),
    Phrase(f"link glue {_STRIKES}", "link", {"fault": "glue"}),
    Phrase(f"link echo {_STRIKES}", "link", {"fault": "echo"}),
    Phrase("link clear", "link_clear"),
    Phrase("speed <factor>", "speed"),
    Phrase("configure kind <kind>", "configure"),
    Phrase("configure magic <magic>", "configure"),
    Phrase("configure map version <map_version>", "configure"),
    Phrase("configure block <block>", "configure"),
    Phrase("configure serial <serial>", "configure"),
    Phrase("configure watchdog <watchdog_ms>", "configure"),
    Phrase("configure watchdog mode <watchdog_mode>", "configure"),
    Phrase("configure warning <warning_ms>", "configure"),
)
"""What may happen to the room."""

CONDITIONS: tuple[Phrase, ...] = (
    *(Phrase(f"state {state}", "state", {"state": state}) for state in ("starting", "idle", "selected", "warning")),
    *(Phrase(f"state {state}", "state", {"state": state}) for state in ("moving", "stopping", "faulted")),
    Phrase("carriage <carriage> moving", "carriage", {"moving": True}),
    Phrase("carriage <carriage> still", "carriage", {"moving": False}),
    Phrase("aisle <aisle> open", "aisle", {"open": True}),
    Phrase("aisle <aisle> closed", "aisle", {"open": False}),
)
"""What a line may wait for."""
