"""Moving one carriage a little, for technicians: a key press is one step, a mouse button moves it while it is held.

The first step each way asks whether the aisle that narrows is clear; the answer counts for a minute. What is held is let go
by the button, by leaving its field, by the loss of the focus, by whatever lies over this screen, and by a screen that hangs.
Keys that waited in a hanging screen, and the repeats of a key that is held down, move nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from textual import events
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message as Posted
from textual.widget import Widget

from archroom.core.rooms import Block, End
from archroom.core.shelving import Action, Trust, Wanted
from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.aisles.block_panel import FRESH_S
from archroom.tui.aisles.grip import Grip, Looked
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseDialog
from archroom.tui.situation import Where
from archroom.tui.text import fitted, row, sentence_lines, width_of, words

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

STEPS_MM: Final = (5, 10, 20, 50)
HELD_MOST_MM: Final = 200
"""How far one press of the mouse goes at most: a terminal whose line breaks may never say that the button went up."""
LIFE_S: Final = 0.05
POLL_S: Final = 0.25
LATE_S: Final = 0.3
"""A key that is older than this when it is read has waited in a hanging screen."""
REPEAT_S: Final = 0.15
"""Equal keys that follow each other faster are the repeats of one that is held down."""
FIRST_REPEAT_S: Final = 0.7
"""The same of the first one after a step: keyboards begin to repeat after 0.25 to 0.66 s."""


class JogText(Painted):
    """The carriage, the aisles beside it, and what moves it."""

    def __init__(self, screen: JogScreen) -> None:
        super().__init__()
        self._jog = screen

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the sentences in lines."""
        jog = self._jog
        title = say("Carriage {carriage} of block {block} moves a little at a time.", carriage=jog.carriage, block=jog.block)
        said = [
            (title, "bold"),
            (jog.stands(), marks.MUTED),
            (say("Left and right move it one step of {step} mm; up and down change the step.", step=jog.step_mm), ""),
            (say("A mouse button held on a field moves it until you let go, {most} mm at most.", most=HELD_MOST_MM), ""),
        ]
        if jog.note is not None:
            said.append((jog.note, marks.CAREFUL))
        return [row(*line) for line in sentence_lines(said, width)]


class JogField(Painted):
    """The field on which a mouse button is held: it moves the carriage one way."""

    DEFAULT_CSS = """
    JogField { width: 1fr; height: 3; border: round $border-blurred; margin: 0 1; }
    JogField.-held { border: round $warning; }
    JogScreen.-low JogField { border: none; height: 1; }
    """

    def __init__(self, label: str, pressed: Callable[[], None], let_go: Callable[[], None]) -> None:
        super().__init__()
        self._label = label
        self._pressed = pressed
        self._let_go = let_go

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the label in the middle."""
        left = max((width - width_of(self._label)) // 2, 0)
        return [row((fitted(" " * left + self._label, width), marks.KEY))]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to hold."""
        event.stop()
        if event.button == 1:
            self.capture_mouse()
            self.add_class("-held")
            self._pressed()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Let go where the pointer leaves the field, or the button is not down any more."""
        is_on_field = self.region.contains(int(event.screen_x), int(event.screen_y))
        if self.has_class("-held") and (event.button != 1 or not is_on_field):
            self.end()

    def on_mouse_up(self) -> None:
        """Let go."""
        self.end()

    def on_mouse_release(self) -> None:
        """Let go: the mouse is another widget's."""
        self.remove_class("-held")
        self._let_go()

    def end(self) -> None:
        """Let go, whatever the mouse does."""
        self.remove_class("-held")
        self._let_go()
        self.release_mouse()


class JogScreen(HouseDialog[None]):
    """One carriage, until it is left."""

    WHERE = Where.JOG
    refuses_scans = True
    is_strict = True
    DEFAULT_CSS = """
    JogScreen { align: center middle; background: $background 60%; }
    JogScreen #jog {
        width: 70; max-width: 100%; height: auto; max-height: 100%;
        border: round $warning; background: $surface; padding: 0 2;
    }
    JogScreen Horizontal { height: auto; margin: 1 0 0 0; }
    JogScreen.-low #jog { border: none; }
    JogScreen.-low Horizontal { margin: 0; }
    """

    def __init__(self, house: ArchroomApp, block: Block, carriage: int) -> None:
        super().__init__(house)
        self.carriage = carriage
        self.note: Message | None = None
        """What was wrong with the last key or press."""
        self.looked = Looked(house.now_s)
        self._plan = block
        self._step = STEPS_MM.index(20)
        self._grip: Grip | None = None
        self._last_key = ("", float("-inf"))
        """The last arrow key, and when it came."""
        self._stepped_s = float("-inf")
        """When the key of the last step came."""

    @property
    def block(self) -> int:
        """The number of the block."""
        return self._plan.number

    @property
    def step_mm(self) -> int:
        """How far one key press goes."""
        return STEPS_MM[self._step]

    def body(self) -> Iterable[Widget]:
        """Return the text and the two fields."""
        glyphs, label = self.house.glyphs, words(say("hold"))
        with Vertical(id="jog"):
            yield JogText(self)
            with Horizontal():
                yield JogField(f"{glyphs.left} {label}", lambda: self._hold("left"), self.let_go)
                yield JogField(f"{label} {glyphs.right}", lambda: self._hold("right"), self.let_go)

    def on_mount(self) -> None:
        """Show life, look at the block, and let go with the window's focus."""
        self.set_interval(LIFE_S, self._show_life)
        self.set_interval(POLL_S, self.house.shelving.read_views)
        self.watch(self.house, "app_focus", self._let_go_with_focus, init=False)

    def on_screen_suspend(self) -> None:
        """Let go: something lies over this screen."""
        self.let_go()

    def on_unmount(self) -> None:
        """Let go."""
        self.let_go()

    def leave(self) -> None:
        """Let go and go away."""
        self.let_go()
        super().leave()

    def scan_refused(self) -> None:
        """Say that a scan moves nothing."""
        self.house.bell()
        self._say(say("A scan moves nothing here. Leave with Esc first."))

    def show_situation(self) -> None:
        """Draw again where the carriage stands and whether it is held."""
        super().show_situation()
        for text in self.query(JogText):
            text.refresh(layout=True)

    def on_key(self, event: events.Key) -> None:
        """Take an arrow key: a step, or another length of it."""
        if event.key not in ("left", "right", "up", "down"):
            return
        event.stop()
        event.prevent_default()
        is_repeat = self._is_repeat(event)
        self._last_key = (event.key, event.time)
        if event.key in ("up", "down"):
            self._step = min(max(self._step + (1 if event.key == "up" else -1), 0), len(STEPS_MM) - 1)
            self._say(None)
        elif Posted().time - event.time > LATE_S:
            self._say(say("This key had waited too long, so it moves nothing. Press it again."))
        elif not is_repeat and not self.house.opening.is_under_way:
            self._stepped_s = event.time
            self._move(self._way(event.key) * self.step_mm, None)

    def stands(self) -> Message:
        """Return how wide the aisles beside the carriage are, or that it is not known."""
        view, at_s = self.house.shelving.views.get(self.block, (None, 0.0))
        is_old = self.house.now_s() - at_s > FRESH_S
        if view is None or view.status is None or view.trust is not Trust.GOOD or is_old:
            return say("Where it stands is not known.")
        widths = self._plan.gaps_mm(view.status.positions_mm)
        low, high = self._beside()
        return say(
            "Aisle {low} is {low_mm} mm wide, aisle {high} {high_mm} mm.",
            low=low,
            low_mm=widths[low],
            high=high,
            high_mm=widths[high],
        )

    def let_go(self) -> None:
        """End what is held."""
        if self._grip is not None:
            self._grip.let_go()
            self._grip = None

    def _is_repeat(self, event: events.Key) -> bool:
        """Return whether a key comes from one that is held down."""
        key, at_s = self._last_key
        since_s = event.time - at_s
        return key == event.key and (since_s < REPEAT_S or (at_s == self._stepped_s and since_s < FIRST_REPEAT_S))

    def _hold(self, key: str) -> None:
        """Begin to move as long as the button is down, where somebody has looked already."""
        way = self._way(key)
        narrows = self._beside()[0 if way < 0 else 1]
        if self.house.opening.is_under_way:
            return
        if not self.looked.covers((narrows,)):
            self._say(
                say("Nobody has looked into aisle {aisle} within a minute: first make one step that way.", aisle=narrows)
            )
            return
        self.let_go()
        self._grip = Grip(self.house.now_s)
        self._move(way * HELD_MOST_MM, self._grip)

    def _move(self, jog_mm: int, grip: Grip | None) -> None:
        self._say(None)
        self.house.clear_notifications()
        wanted = Wanted(Action.JOG, self.carriage, jog_mm, is_held=grip is not None)
        self.house.opening.jog(self.block, wanted, self.looked, grip)
        self.house.show_situation()

    def _way(self, key: str) -> int:
        """Return the way of an arrow as it is drawn: -1 towards carriage 1."""
        is_low_left = self._plan.numbered_from is End.LEFT
        return -1 if (key == "left") is is_low_left else 1

    def _beside(self) -> tuple[int, int]:
        """Return the aisles beside the carriage, towards carriage 1 first."""
        return self.carriage - 1, self.carriage

    def _show_life(self) -> None:
        if self._grip is not None:
            self._grip.show_life()

    def _let_go_with_focus(self, has_focus: bool) -> None:
        if not has_focus:
            self.let_go()

    def _say(self, note: Message | None) -> None:
        self.note = note
        self.show_situation()
