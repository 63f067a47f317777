"""The app: holds what the screens share, and routes keys, scans and what the workers tell. It decides nothing itself.

Every key passes the burst detection before anything else, so that a scan means the same whatever has the focus. STOP goes
before that: it waits for nothing and no screen can hide it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import App
from textual.message import Message as Posted
from textual.reactive import Reactive
from textual.screen import Screen

from archroom.core.codes import Command, read_scan
from archroom.core.scans import Hand
from archroom.errors import Message, say
from archroom.services.session import hint_for
from archroom.tui import actions, marks, messages, themes
from archroom.tui.action import Action
from archroom.tui.aisles.news import ShelvingNews
from archroom.tui.aisles.opening import Opening
from archroom.tui.aisles.stopping import Stage, Stopper, StopState
from archroom.tui.desk.bursts import Scan
from archroom.tui.desk.journal import Entry, Journal
from archroom.tui.desk.listening import Listener, let_finish
from archroom.tui.desk.scanning import ScanQueue
from archroom.tui.glyphs import SETS
from archroom.tui.inputs import ScanBar
from archroom.tui.modes import screen_of
from archroom.tui.screens import HouseDialog, HouseScreen, care_with_keys, is_box_ready
from archroom.tui.situation import HOUSE, Chosen, Situation, Where
from archroom.tui.text import words
from archroom.tui.work import Lane, prepare_loop

if TYPE_CHECKING:
    from pathlib import Path

    from textual.notifications import SeverityLevel
    from textual.theme import Theme

    from archroom.core.acts import Performer
    from archroom.core.bench import BenchFiles
    from archroom.core.commissioning import CommissioningRecord
    from archroom.core.holdings import Standing
    from archroom.core.scans import InHand
    from archroom.services.house import Services
    from archroom.services.simulation import Simulation
    from archroom.tui.climate.news import ClimateNews
    from archroom.tui.deeds import Deeds
    from archroom.tui.walk.list import WalkList

ACTS_SHOWN = 45
WARM_UP_S = 0.3
"""How long after the start all that STOP needs is made ready."""
REFRESH_S = 5.0
"""How often the desk looks for acts of other terminals."""
GREETING_S = 30.0
UNENDED_SCAN_S = 0.3
"""After this time without a key, what a scanner without terminator typed into the empty scan bar is read."""


class ArchroomApp(App[None], inherit_bindings=False):
    """The terminal app of one house."""

    TITLE = "archroom"
    DEFAULT_MODE = Where.DESK.value
    ENABLE_COMMAND_PALETTE = False
    theme: Reactive[str] = Reactive(themes.DARK.name)

    def __init__(
        self,
        services: Services,
        performer: Performer,
        make_label: Callable[[Sequence[str]], Path],
        write_record: Callable[[CommissioningRecord], tuple[Path, str]],
        glyphs: str = "unicode",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        now_s: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
        greeting: Message | None = None,
        bench_files: BenchFiles | None = None,
        simulation: Simulation | None = None,
    ) -> None:
        """Read what the first screen shows, here, where there is no loop yet; raises what the books raise.

        `make_label` writes labels of codes and returns the file; `write_record` writes the record of a commissioning as a
        page to sign and returns the file with the letters that its font lacks; `zone` is the site's, by default the
        machine's; `greeting` is shown for a while over the first screen;
        `bench_files` is where the bench writes, None for nowhere; `simulation` is the simulator behind the buses, if any.
        """
        super().__init__()
        self.services = services
        self.performer = performer
        self.glyphs = SETS[glyphs]
        if glyphs == "ascii":
            self.stylesheet.add_source(themes.BORDERS_IN_ASCII)
        self.now = now
        self.now_s = now_s
        self.journal = Journal(performer.actor, now)
        self.journal.take(services.ledger.last_acts(ACTS_SHOWN, None))
        self.hint: Message = hint_for(Hand())
        self.held: InHand = None
        self.last_standing: Standing | None = None
        self.stop_state = StopState()
        self._walk_list: WalkList | None = None
        self.make_label = make_label
        self.bench_files = bench_files
        self.write_record = write_record
        self.simulation = simulation
        self.scans = ScanQueue(services, performer, Lane(self, "scan", say("The scan")))
        self.stopper = Stopper(lambda: services.aisles.stop(performer), self.post_message)
        opening_lane = Lane(self, "opening", say("The opening"))
        self.shelving = ShelvingNews(self)
        """What was last seen of the shelving."""
        self.opening = Opening(services, performer, opening_lane, self.post_message, now_s)
        self.label_lane = Lane(self, "label", say("The label"))
        self._acts_lane = Lane(self, "acts", say("Reading the last acts"))
        self._zone = zone
        self._greeting = greeting
        self._listener = Listener(self._hand_on, self._is_box_ready, self._take_scanned, self._take_burst, self.set_timer)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Our own colours, known before the first line is styled."""
        return {theme.name: theme for theme in (themes.DARK, themes.LIGHT)}

    @cached_property
    def _deeds(self) -> Deeds:
        from archroom.tui.deeds import Deeds  # when the first key is pressed, or the first screen stands

        return Deeds(self)

    @cached_property
    def climate(self) -> ClimateNews:
        """What is known of the climate."""
        from archroom.tui.climate.news import ClimateNews  # the first screen shows none

        return ClimateNews(self)

    @property
    def walk_list(self) -> WalkList:
        """What is to be walked; loaded when somebody first goes there, or puts something on it."""
        if self._walk_list is None:
            from archroom.tui.walk.list import WalkList

            self._walk_list = WalkList()
        return self._walk_list

    def get_default_screen(self) -> Screen[None]:
        """Return the desk, which is home."""
        return screen_of(Where.DESK, self)

    def on_load(self) -> None:
        """Prepare before the first screen is drawn."""
        prepare_loop(self.exit)

    def on_mount(self) -> None:
        """Make the way to the other screens and back, and keep what is shown up to date."""
        for where in HOUSE:
            self.add_mode(where.value, partial(screen_of, where, self))
        self.set_interval(1.0, self._tick)
        self.set_interval(REFRESH_S, self.read_acts)
        self.set_timer(WARM_UP_S, lambda: self._deeds.warm_up())

    def on_ready(self) -> None:
        """Greet; collect garbage again, if that was put off until the first screen is drawn; what was loaded stays."""
        if self._greeting is not None:
            self.tell(self._greeting, seconds=GREETING_S)
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def on_unmount(self) -> None:
        """Let no worker wait for an answer that cannot come any more."""
        self.opening.give_up()

    async def on_event(self, event: events.Event) -> None:
        """Route keys through the burst detection, STOP before everything."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if event.key == actions.BY_NAME["stop"].key:
                self._deeds.stop()
            else:
                await self._listener.key(event, *care_with_keys(self.screen_stack))
            return
        if isinstance(event, events.Paste | events.MouseDown) and not event.is_forwarded:
            await self._listener.release()
        await super().on_event(event)

    async def _hand_on(self, event: events.Key) -> None:
        """Take one typed key: an action is done, anything else goes to what has the focus."""
        action = actions.BY_KEY.get(event.key)
        if action is not None and self.is_ours_on_top:
            await let_finish(self.focused)
            self.perform(action)
        else:
            await super().on_event(event)

    def _is_box_ready(self) -> bool:
        return is_box_ready(self.screen_stack[-1] if self.screen_stack else None)

    @property
    def is_holding_keys(self) -> bool:
        """Whether keys wait to be known as typing or as a scan."""
        return self._listener.is_holding

    # What the screens ask

    @property
    def is_ours_on_top(self) -> bool:
        """Whether one of our screens has the keys, and not something of Textual that lies over all."""
        return bool(self.screen_stack) and isinstance(self.screen_stack[-1], HouseScreen | HouseDialog)

    @property
    def where(self) -> Where:
        """The screen that has the keys; what lies over all and is none of ours counts as the one below."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, HouseScreen | HouseDialog):
                return screen.WHERE
        return Where.DESK

    @property
    def bottom(self) -> HouseScreen | None:
        """The screen one works on, whatever lies over it."""
        bottom = self.screen_stack[0] if self.screen_stack else None
        return bottom if isinstance(bottom, HouseScreen) else None

    @property
    def situation(self) -> Situation:
        """What decides which actions may be done now."""
        chosen = Chosen() if self.bottom is None else self.bottom.chosen()
        is_known = self.simulation is not None
        return Situation(self.where, chosen, self.opening.is_under_way, self.held is None, is_known)

    def why_not(self, action: Action) -> Message | None:
        """Return why an action may not be done now, None if it may."""
        situation = self.situation
        if situation.where not in action.where:
            question = say("Leave this question first, with Esc.")
            here = say("This is not done on this screen; F1 tells what is.") if situation.where in HOUSE else question
            return action.why_not(situation) or here
        return action.why_not(situation)

    def perform(self, action: Action) -> None:
        """Do an action, or tell why not."""
        reason = self.why_not(action)
        if reason is not None:
            self.tell(reason, "warning")
            return
        own = None if self.bottom is None else self.bottom.own_deed(action.name)
        deed: Callable[[], None] = own or getattr(self._deeds, action.name)
        deed()

    def tell(self, message: Message, severity: SeverityLevel = "information", seconds: float = 6.0) -> None:
        """Show a sentence for a while, over whatever screen is up."""
        self.notify(words(message), severity=severity, timeout=seconds, markup=False)

    def local(self, at: datetime) -> datetime:
        """Return an instant in the site's time."""
        return at.astimezone(self._zone)

    def show_situation(self) -> None:
        """Draw again what depends on what the app knows."""
        top = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(top, HouseScreen | HouseDialog):
            top.show_situation()

    def read_acts(self) -> None:
        """Read the last acts of the house, off the loop."""
        if self.scans.is_idle:
            self._acts_lane.start(lambda: messages.ActsRead(self.services.ledger.last_acts(ACTS_SHOWN, None)))

    def take_typed(self, texts: Sequence[str]) -> None:
        """Read typed or pasted lines as scans, one after the other."""
        for text in texts:
            self._take_scan(Scan(text, Posted().time, True))

    async def _take_scanned(self, scan: Scan) -> None:
        """Let what was typed before a scan have its turn before it; STOP waits for nothing."""
        if read_scan(scan.text) is not Command.STOP:
            await let_finish(self.focused)
        self._take_scan(scan)

    def _take_scan(self, scan: Scan) -> None:
        """Let a scan go its way: STOP at once, into no question, else to the desk in its turn."""
        if read_scan(scan.text) is Command.STOP:
            self._deeds.stop()
        elif isinstance(self.screen, HouseDialog) and self.screen.refuses_scans:
            self.screen.scan_refused()
        elif not self.scans.add(scan):
            self.tell(say("Scans come faster than they can be carried out; the last ones were dropped."), "error")

    def _take_burst(self, text: str) -> None:
        """Read what a scanner without terminator typed into the empty scan bar, unless more follows."""
        bar = self.focused
        if isinstance(bar, ScanBar):
            self.set_timer(UNENDED_SCAN_S, lambda: self._take_unended(bar, text))

    def _take_unended(self, bar: ScanBar, text: str) -> None:
        if bar.value == text:
            bar.value = ""
            self.take_typed([text])

    def _tick(self) -> None:
        """Let the hand empty itself after its minute."""
        present = self.scans.present(Posted().time)
        if present is not None and present != (self.hint, self.held):
            self.hint, self.held = present
            self.show_situation()

    @on(messages.ScanAnswered)
    def _show_answer(self, event: messages.ScanAnswered) -> None:
        self.scans.next()
        if self.where is not Where.DESK:
            self.clear_notifications()
        self.hint, self.held = event.hint, event.hand.held
        self.last_standing = event.answer.standing or self.last_standing
        if self._walk_list is not None:
            self._walk_list.hear_scan(event.answer)
        self.note(self.journal.answer(event.answer), event.answer.is_ok)
        if event.answer.seq is not None:
            self.read_acts()
        self._deeds.scan_ended()

    @on(messages.ScanFailed)
    def _show_failed_scan(self, event: messages.ScanFailed) -> None:
        self.scans.next()
        said = say("{scan} was not counted. {why}", scan=event.raw, why=event.reason)
        self.note(self.journal.note(marks.FAILED, said), False)
        self._deeds.scan_ended()

    def note(self, entry: Entry, is_good: bool) -> None:
        """Show a new line of the past: on the desk in its place, elsewhere as a toast; no is heard as well."""
        if not is_good:
            self.bell()
        if self.where is not Where.DESK:
            self.tell(say("{word}: {what}", word=entry.mark.word, what=entry.message), "information" if is_good else "error")
        self.show_situation()

    @on(messages.ActsRead)
    def _show_acts(self, event: messages.ActsRead) -> None:
        self.journal.take(event.lines)
        self.show_situation()

    @on(messages.BlocksRead)
    @on(messages.ViewsRead)
    @on(messages.ViewsFailed)
    @on(messages.BlockSeen)
    def _hear_shelving(self, event: messages.ShelvingTold) -> None:
        self.shelving.hear(event)

    @on(messages.OpeningAsked)
    @on(messages.AttendantAsked)
    def _ask_opening(self, event: messages.OpeningAsked | messages.AttendantAsked) -> None:
        self._deeds.ask(event)

    @on(messages.ArmingAsked)
    @on(messages.ClaimAnswered)
    def _hear_claim(self, event: messages.ArmingAsked | messages.ClaimAnswered) -> None:
        self._deeds.hear_claim(event)

    @on(messages.ClimateRead)
    @on(messages.ClimateFailed)
    @on(messages.AlarmAcknowledged)
    def _hear_climate(self, event: messages.ClimateRead | messages.ClimateFailed | messages.AlarmAcknowledged) -> None:
        self.climate.hear(event)

    @on(messages.OpeningEnded)
    def _show_outcome(self, event: messages.OpeningEnded) -> None:
        self._deeds.opening_ended(event.block, event.wanted, event.outcome)

    @on(messages.OpeningFailed)
    def _show_failed_opening(self, event: messages.OpeningFailed) -> None:
        self.opening.ended()
        self.note(self.journal.note(marks.FAILED, event.reason), False)

    @on(messages.StopReported)
    def _show_stop(self, event: messages.StopReported) -> None:
        self._deeds.stop_ended(StopState(event.number, Stage.REPORTED, tuple(event.reports)))

    @on(messages.StopFailed)
    def _show_failed_stop(self, event: messages.StopFailed) -> None:
        self._deeds.stop_ended(StopState(event.number, Stage.FAILED, reason=event.reason))

    @on(messages.LabelWritten)
    def _show_label(self, event: messages.LabelWritten) -> None:
        self.tell(say("The label of {code} is in {file}.", code=event.code, file=str(event.path)), seconds=12.0)

    @on(messages.WorkFailed)
    def _show_failure(self, event: messages.WorkFailed) -> None:
        self.tell(say("{what} failed: {why}", what=event.what, why=event.reason), "error")
