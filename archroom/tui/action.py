"""One action of the app: its key, its name, its sentence, where it stands, and why it may not be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from archroom.errors import Message
from archroom.tui.situation import HOUSE, Situation, Where


def _always(_: Situation) -> Message | None:
    return None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Action:
    """One thing that a person can do with a key, a click or the palette."""

    name: str
    """What does it: the method `do_NAME` of the screen it belongs to, or the method of this name of `Deeds`."""
    key: str
    """Textual's name of its key, empty if it has none."""
    label: Message
    """One or two words, for the bar."""
    sentence: Message
    """What it does, for help and palette."""
    where: frozenset[Where] = HOUSE
    """Screens on which it can be done."""
    bars: frozenset[Where] = frozenset()
    """Screens whose bar shows it."""
    why_not: Callable[[Situation], Message | None] = _always
    is_urgent: bool = False
    """Whether its key goes before whatever has the focus, on every screen and over every dialog."""
    labels: Mapping[Where, Message] = field(default_factory=dict)
    """Other labels on some screens."""

    def label_at(self, where: Where) -> Message:
        """Return one or two words for the bar of a screen."""
        return self.labels.get(where, self.label)

    def shown_key(self) -> str:
        """Return the key as it stands on keyboards."""
        if self.key == "escape":
            return "Esc"
        if self.key.startswith("ctrl+"):
            return "^" + self.key[5:].upper()
        return self.key.upper()
