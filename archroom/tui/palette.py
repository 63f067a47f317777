"""The command palette, made from the registry of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from archroom.tui.action import Action
from archroom.tui.actions import offered
from archroom.tui.text import sentence, words

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp


class HousePalette(CommandPalette):
    """The palette, without the picture that is two cells wide on some terminals only."""

    DEFAULT_CSS = """
    HousePalette SearchIcon { display: none; }
    """


class HouseCommands(Provider):
    """The actions of the screen below the palette."""

    @property
    def _house(self) -> ArchroomApp:
        return cast("ArchroomApp", self.app)

    async def discover(self) -> Hits:
        """Yield every action in the order of the registry."""
        for action in offered(self._house.where):
            yield DiscoveryHit(sentence(action.label), self._deed(action), words(action.label), self._help(action))

    async def search(self, query: str) -> Hits:
        """Yield the actions whose name or sentence matches."""
        matcher = self.matcher(query)
        for action in offered(self._house.where):
            label = words(action.label)
            score = max(matcher.match(label), matcher.match(words(action.sentence)) * 0.6)
            if score > 0:
                yield Hit(score, matcher.highlight(label), self._deed(action), label, self._help(action))

    def _deed(self, action: Action) -> partial[None]:
        return partial(self._house.perform, action)

    def _help(self, action: Action) -> str:
        """Return the sentence with the key, or the reason why the action cannot be done now."""
        reason = self._house.why_not(action)
        text = words(action.sentence if reason is None else reason)
        return f"{text}  {action.shown_key()}" if action.key else text
