"""What the actions that concern the whole app do, by their names, and what follows from an opening or a stop.

What only one screen can do, that screen does itself.
"""

from __future__ import annotations

from concurrent.futures import Future
from functools import cached_property
from typing import TYPE_CHECKING

from textual.command import CommandPalette
from textual.message import Message as Posted

from archroom.core.codes import Command
from archroom.errors import say
from archroom.tui import marks, messages, themes
from archroom.tui.aisles.stopping import LATE_S, NEWS_S, Stage, StopState
from archroom.tui.desk.bursts import Scan
from archroom.tui.screens import HouseDialog
from archroom.tui.situation import Where
from archroom.tui.text import words

if TYPE_CHECKING:
    from archroom.core.shelving import BlockView, Outcome, Ticket, Wanted
    from archroom.tui.aisles.claiming import Claiming
    from archroom.tui.app import ArchroomApp


class Deeds:
    """Carries out actions; whether one may be done was asked before."""

    def __init__(self, house: ArchroomApp) -> None:
        self._house = house
        self._is_quit_asked = False
        self._is_left_by_hand = False
        """Whether the last question was left, so that its refusal is no surprise."""

    def warm_up(self) -> None:
        """Open the way to the shelving, so that STOP finds it open; what the deeds need is loaded by now."""
        self._house.shelving.read_views()
        self._house.climate.begin()

    def help(self) -> None:
        """Show what can be done here; what is chosen there is done once the list is gone."""
        from archroom.tui.help import HelpScreen

        house = self._house
        house.clear_notifications()
        house.push_screen(HelpScreen(house), lambda action: house.perform(action) if action is not None else None)

    def find(self) -> None:
        """Go to Find; what is typed now takes the place of what stands there."""
        from archroom.tui.find.screen import FindScreen

        self._house.switch_mode(Where.FIND.value)
        if isinstance(self._house.screen, FindScreen):
            self._house.screen.select_words()

    def desk(self) -> None:
        """Go to the desk, where all that toasts said stands too."""
        self._house.clear_notifications()
        self._house.switch_mode(Where.DESK.value)

    def aisles(self) -> None:
        """Go to the aisles."""
        self._house.switch_mode(Where.AISLES.value)

    def climate(self) -> None:
        """Go to the climate."""
        self._house.switch_mode(Where.CLIMATE.value)

    def bench(self) -> None:
        """Go to the technician's bench."""
        self._house.switch_mode(Where.BENCH.value)

    def simulator(self) -> None:
        """Go to the console of the simulator."""
        self._house.clear_notifications()
        self._house.switch_mode(Where.SIMULATOR.value)

    def walk(self) -> None:
        """Go to the walk."""
        self._house.switch_mode(Where.WALK.value)

    def add_to_walk(self) -> None:
        """Put the chosen thing on the list of the walk; at the walk, what is in hand."""
        from archroom.tui.desk.screen import of_hand

        house = self._house
        chosen = of_hand(house.held) if house.where is Where.WALK else house.situation.chosen
        if not chosen.code:
            house.tell(say("A person is in hand, who stands in no aisle."), "warning")
            return
        why_not = house.walk_list.add_code(chosen.code)
        if why_not is not None:
            house.tell(why_not, "error")
        elif house.where is not Where.WALK:
            left = len(house.walk_list.left)
            house.tell(say("{thing} is on the list of the walk; it holds {count}.", thing=chosen.title, count=left))
        house.show_situation()

    def palette(self) -> None:
        """Search the actions by their names."""
        from archroom.tui.palette import HouseCommands, HousePalette

        self._house.push_screen(HousePalette([HouseCommands], placeholder=words(say("Search all actions"))))

    def label(self) -> None:
        """Write the label of the chosen thing."""
        house, code = self._house, self._house.situation.chosen.code
        house.label_lane.start(lambda: messages.LabelWritten(code, house.make_label([code])))

    def open_aisle(self) -> None:
        """Ask for the chosen aisle."""
        from archroom.core.shelving import Action

        self._house.opening.ask(self._house.situation.chosen, Action.OPEN)
        self._house.show_situation()

    def confirm(self) -> None:
        """Answer the question on the screen."""
        if isinstance(self._house.screen, HouseDialog):
            self._house.screen.confirm()

    @cached_property
    def claiming(self) -> Claiming:
        """What is said of the shelving; loaded when somebody first says something."""
        from archroom.tui.aisles.claiming import Claiming

        return Claiming(self._house)

    def hear_claim(self, event: messages.ArmingAsked | messages.ClaimAnswered) -> None:
        """Ask for an arming that an opening waits for, or tell what became of what somebody said."""
        if isinstance(event, messages.ArmingAsked):
            self._ask_arming(event.view, event.answer)
        else:
            self.claiming.answered(event.message, event.is_kept)

    def _ask_arming(self, view: BlockView, answer: Future[tuple[str, ...] | None]) -> None:
        """Ask whether a block is armed for an opening that waits for it."""

        def answered(acknowledged: tuple[str, ...] | None) -> None:
            if not answer.done():
                answer.set_result(acknowledged)
            self._is_left_by_hand = acknowledged is None

        self.claiming.ask_arming(view, answered)

    def leave(self) -> None:
        """Leave a dialog, else a screen, else what was typed and the news of a stop."""
        from archroom.tui.desk.screen import DeskScreen

        screen = self._house.screen
        if isinstance(screen, HouseDialog):
            screen.leave()
        elif isinstance(screen, DeskScreen):
            screen.empty()
            if self._house.stop_state.is_ended:
                self._show_stop(StopState())
        else:
            self.desk()

    def undo(self) -> None:
        """Undo the last act of this terminal."""
        self._command(Command.UNDO)

    def done(self) -> None:
        """Empty the hand."""
        self._command(Command.DONE)

    def override(self) -> None:
        """Accept what was just refused."""
        self._command(Command.OVERRIDE)

    def copy_code(self) -> None:
        """Copy the code of the chosen thing."""
        code = self._house.situation.chosen.code
        self._house.copy_to_clipboard(code)
        self._house.tell(say("{code} is copied.", code=code))

    def change_theme(self) -> None:
        """Change between dark and light."""
        house = self._house
        house.theme = themes.DARK.name if house.theme == themes.LIGHT.name else themes.LIGHT.name

    def quit(self) -> None:
        """Leave the app: when the scans that wait are carried out, and while the shelving moves only if asked twice."""
        house, is_asked_again = self._house, self._is_quit_asked
        self._is_quit_asked = True
        if is_asked_again:
            house.exit()
        elif house.opening.is_under_way:
            house.tell(say("The shelving moves for you, and leaving stops it. Press ^Q again to leave."), "warning")
        elif not house.scans.is_idle:
            house.tell(say("Leaving once all scans are carried out. Press ^Q again to leave without them."), "warning")
        else:
            house.exit()

    def scan_ended(self) -> None:
        """Leave, if somebody asked to while scans were waiting and this was the last."""
        if self._is_quit_asked and self._house.scans.is_idle and not self._house.opening.is_under_way:
            self._house.exit()

    def stop(self) -> None:
        """Stop the shelving, and say at once that it is being stopped."""
        house = self._house
        if isinstance(house.screen, CommandPalette):
            house.pop_screen()
        number = house.stopper.press()
        self._show_stop(StopState(number, Stage.SENDING))
        house.set_timer(LATE_S, lambda: self._stop_is_late(number))

    def stop_ended(self, state: StopState) -> None:
        """Show what became of a stop, unless a later one was sent."""
        self._house.stopper.landed()
        if state.number != self._house.stop_state.number:
            return
        self._show_stop(state)
        mark = marks.STOPPED if state.is_seen_to_stand else marks.NOT_STOPPED
        self._house.journal.note(mark, state.worst)
        if state.is_seen_to_stand:
            self._house.set_timer(NEWS_S, lambda: self._forget_stop(state))
        else:
            self._house.bell()

    def ask(self, event: messages.OpeningAsked | messages.AttendantAsked) -> None:
        """Ask what a motion waits for."""
        if isinstance(event, messages.AttendantAsked):
            self._ask_attendant(event.ticket, event.left_s, event.answer)
        else:
            self._ask_clear(event.ticket, event.answer)

    def _ask_clear(self, ticket: Ticket, answer: Future[tuple[int, ...] | None]) -> None:
        """Ask whether every aisle that narrows is clear."""
        from archroom.tui.aisles.asking import asking_for
        from archroom.tui.aisles.confirm import ConfirmScreen

        def answered(clear: tuple[int, ...] | None) -> None:
            if not answer.done():
                answer.set_result(clear)
            self._is_left_by_hand = clear is None
            if clear is not None and self._house.where is not Where.SIMULATOR:
                self.aisles()  # there it moves, as it does on the console of a simulator

        self._house.push_screen(ConfirmScreen(self._house, asking_for(ticket)), answered)

    def _ask_attendant(self, ticket: Ticket, left_s: float, answer: Future[str | None]) -> None:
        """Ask who holds the shelving's own stop at the aisle."""
        from archroom.tui.aisles.attending import AttendForm

        def answered(values: tuple[str, ...] | None) -> None:
            if not answer.done():
                answer.set_result(None if values is None else values[0])
            self._is_left_by_hand = values is None

        self._house.push_screen(AttendForm(self._house, ticket, left_s), answered)

    def opening_ended(self, block: int, wanted: Wanted, outcome: Outcome) -> None:
        """Tell how an opening, or whatever else was asked of the shelving, ended."""
        from archroom.core.shelving import Action, OutcomeKind
        from archroom.core.supervisor.texts import action_name
        from archroom.tui.aisles.marks import OUTCOMES, OUTCOMES_OF_OTHERS

        house = self._house
        house.opening.ended()
        self._is_quit_asked = False
        is_opening, number = wanted.action is Action.OPEN, wanted.number
        said = say("Aisle {block}/{aisle}. {why}", block=block, aisle=number, why=outcome.reason)
        if not is_opening:
            what = action_name(wanted.action)
            said = say("{what} {block}/{number}. {why}", what=what, block=block, number=number, why=outcome.reason)
        is_good = outcome.kind is OutcomeKind.DONE or (outcome.kind is OutcomeKind.REFUSED and self._is_left_by_hand)
        self._is_left_by_hand = False
        mark = (OUTCOMES if is_opening else OUTCOMES_OF_OTHERS)[outcome.kind]
        house.note(house.journal.note(mark, said), is_good)

    def _command(self, command: Command) -> None:
        self._house.scans.add(Scan(command.value, Posted().time, True))

    def _stop_is_late(self, number: int) -> None:
        state = self._house.stop_state
        if state.number == number and state.stage is Stage.SENDING:
            self._show_stop(StopState(number, Stage.LATE))

    def _forget_stop(self, state: StopState) -> None:
        if self._house.stop_state is state:
            self._show_stop(StopState())

    def _show_stop(self, state: StopState) -> None:
        self._house.stop_state = state
        self._house.show_situation()
