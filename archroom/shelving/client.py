"""The shelving as a program of this machine sees it: implements `core.ports.Shelving` over the server's local socket.

Each call has a connection of its own, so a stop never waits behind anything. The lease of a motion is ticked by the loop
that shows it: a program whose screen hangs in `observe` lets it lapse.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING

from archroom.core.arming import Arming
from archroom.core.people_holds import Hold, Release
from archroom.core.shelving import BlockView, Outcome, OutcomeKind, StopReport, Ticket, Wanted
from archroom.errors import ArchroomError, Message, PortUnavailable, say
from archroom.shelving.asking import ANSWER_WITHIN_S, raise_error, send
from archroom.shelving.asking import VERSION as VERSION
from archroom.shelving.codec import Json, decode, encode
from archroom.shelving.commissioning_client import CommissioningClient
from archroom.shelving.endpoint import Gone, Lines, connect
from archroom.shelving.notice_board import Board, is_alive, read_board
from archroom.shelving.spec import Places, ServerSpec
from archroom.shelving.stopping import stop_shelving

if TYPE_CHECKING:
    from archroom.core.climate import Alarm, ClimateView, Limits
    from archroom.core.climate_history import Span

TICK_S = 0.2
HELD_TICK_S = 0.1
"""Ticks of a jog that goes on while a key is held: its lease is 300 ms."""
SILENCE_S = 2.0
"""A server that says nothing for so long during a motion has gone: it shows a view every 100 ms."""
MAKE_WAY_WITHIN_S = 5.0
LOOKS = ("views", "hello", "record", "climate", "climate_history", "counters")
"""Questions that change nothing."""
ENDED_WITHIN_S = 3.0
ENDING_LOOK_S = 0.02
MOST_STARTS = 3
STARTS_WITHIN_S = 10.0
"""A client starts no more servers than that in this time: a screen that asks every second must not fill the machine."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the server answers to a question that is no motion."""

    ok: bool
    views: tuple[BlockView, ...] = ()
    making_way: bool = False
    taken: bool = False


class ShelvingClient(CommissioningClient):
    """The mobile shelving of this machine, through its server; starts one if none runs. Any thread may call."""

    def __init__(self, spec: ServerSpec, places: Places) -> None:
        self._spec = spec
        self._places = places
        super().__init__()
        self._starts: deque[float] = deque(maxlen=MOST_STARTS)
        self._start_problem: Message | None = None

    def views(self) -> list[BlockView]:
        """Return what may be shown of each block; raises PortUnavailable if there is no shelving here."""
        return list(decode(_Answer, self._ask("views")).views)

    def select(self, block: int, wanted: Wanted, by: str) -> Ticket:
        """Ask for leave to do something; raises MotionRefused with the reason."""
        answer = self._ask("select", block=block, wanted=encode(wanted), by=by, **self._key(block))
        return decode(Ticket, answer.get("ticket"))

    def go(
        self,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        by: str,
        observe: Callable[[BlockView], None],
        is_held: Callable[[], bool] | None = None,
        attendant: str = "",
    ) -> Outcome:
        """Do what the ticket is for and watch until its end; `observe` is called with each new view, on this thread.

        `attendant` is who holds the shelving's own stop at the aisle, where the ticket asks for somebody.
        `is_held` is asked ten times a second during a jog that goes on while a key is held, and ends it by False.
        What is refused before anything is sent is an outcome too; a server that goes away leaves the outcome unknown.
        """
        board = read_board(self._places.run_folder)
        lines = None if board is None else _try_connect(board)
        if lines is None:
            return Outcome(OutcomeKind.REFUSED, say("The shelving server has ended; nothing moves. Ask again."), None)
        try:
            who: dict[str, Json] = {"by": by, "attendant": attendant, **self._key(ticket.block)}
            watching = _Watching(lines, ticket, confirmed_clear, who, is_held)
            while isinstance(update := watching.next(), BlockView):
                observe(update)
            return update
        finally:
            lines.close()

    def stop(self, block: int | None = None, by: str = "") -> list[StopReport]:
        """Stop one block or all: no login, no question; past the server if it does not take it at once.

        Raises PortUnavailable if there is no shelving here.
        """
        return stop_shelving(self._spec, self._places, block, by)

    def hold(self, block: int, aisle: int, person: str, reason: str = "") -> Hold:
        """Keep an aisle as it is for a person; raises Refused, Unreadable if that stands in the server's memory only."""
        return decode(Hold, self._ask("hold", block=block, aisle=aisle, person=person, reason=reason).get("hold"))

    def release(self, block: int, aisle: int, person: str, by: Sequence[str], reason: str = "") -> Release:
        """Let a person's hold go, by that person or by two others with a reason; raises Refused, Unreadable."""
        fields: dict[str, Json] = {"block": block, "aisle": aisle, "person": person, "by": list(by), "reason": reason}
        return decode(Release, self._ask("release", **fields).get("release"))

    def arm(self, block: int, by: str, hours: int = 12, acknowledged: Sequence[str] = ()) -> Arming:
        """Arm a block in a person's name; raises MotionRefused with the reason."""
        key = self._key(block)
        answer = self._ask("arm", block=block, by=by, hours=hours, acknowledged=list(acknowledged), **key)
        return decode(Arming, answer.get("arming"))

    def disarm(self, block: int, by: str) -> Arming:
        """Disarm a block; what moves there is stopped."""
        return decode(Arming, self._ask("disarm", block=block, by=by).get("arming"))

    def climate(self) -> ClimateView:
        """Return what may be shown of the climate; raises PortUnavailable."""
        from archroom.core.climate import ClimateView  # a stop must load little

        return decode(ClimateView, self._ask("climate").get("climate"))

    def climate_history(self, sensor: str, from_s: int, to_s: int) -> list[Span]:
        """Return the first spans of a sensor in a while, as many as the server tells at once; raises UsageError."""
        from archroom.core.climate_history import Span

        spans = self._ask("climate_history", sensor=sensor, from_s=from_s, to_s=to_s).get("spans")
        return list(decode(tuple[Span, ...], spans))

    def set_climate_limits(self, room: str, limits: Limits, by: str) -> None:
        """Judge a room by other limits from now on; raises UsageError, Unreadable."""
        self._ask("climate_limits", room=room, limits=encode(limits), by=by)

    def acknowledge_climate(self, number: int, by: str, note: str) -> Alarm:
        """Keep who has taken note of an alarm; raises UsageError, Refused, Unreadable."""
        from archroom.core.climate import Alarm

        return decode(Alarm, self._ask("climate_acknowledge", number=number, by=by, note=note).get("alarm"))

    def dismiss(self) -> None:
        """Have a server that was started on demand end now; one that is needed, or was started to stay, stays."""
        board = read_board(self._places.run_folder)
        if board is not None and board.digest == self._spec.digest:
            with suppress(PortUnavailable):
                _ask_to_make_way(board)

    # -- the server

    def ask(self, do: str, **fields: Json) -> Mapping[str, object]:
        """Return what the server answers to any question; raises what it refuses with, PortUnavailable."""
        return self._ask(do, **fields)

    def conversation(self, do: str, **fields: Json) -> Conversation:
        """Ask a question that has many answers; raises PortUnavailable."""
        lines = self._connected()
        with suppress(Gone):
            send(lines, do, **fields)
        return Conversation(lines)

    def _ask(self, do: str, **fields: Json) -> Mapping[str, object]:
        """Return what the server answers; a look whose server was just ending is taken once more, with the next one."""
        may_repeat = do in LOOKS
        while True:
            lines = self._connected()
            try:
                send(lines, do, **fields)
                answer = lines.receive(ANSWER_WITHIN_S)
                if answer is not None:
                    raise_error(answer)
                    return answer
                may_repeat = False
            except Gone:
                pass
            finally:
                lines.close()
            if not may_repeat or not self._has_ended():
                raise PortUnavailable(say("The shelving server does not answer."))
            may_repeat = False

    def _has_ended(self) -> bool:
        """Wait for the end of a server that has hung up; returns whether it has ended."""
        board = read_board(self._places.run_folder)
        deadline_s = monotonic() + ENDED_WITHIN_S
        while board is not None and is_alive(board.pid) and monotonic() < deadline_s:
            sleep(ENDING_LOOK_S)
        return board is None or not is_alive(board.pid)

    def _connected(self) -> Lines:
        """Return a connection to the server of this specification, started or taken over if need be."""
        if not (self._spec.buses or self._spec.sensors):
            raise PortUnavailable(say("No mobile shelving is set up on this machine."))
        board = read_board(self._places.run_folder)
        if board is not None and board.digest == self._spec.digest:
            lines = _try_connect(board)
            if lines is not None:
                return lines
        elif board is not None:
            _ask_to_make_way(board)
        self._start()
        board = read_board(self._places.run_folder)
        lines = None if board is None or board.digest != self._spec.digest else _try_connect(board)
        if lines is None:
            raise PortUnavailable(say("The shelving server does not answer."))
        return lines

    def _start(self) -> None:
        """Start a server, unless too many were started just now: then the reason of the last is raised again."""
        now = monotonic()
        if len(self._starts) == MOST_STARTS and now - self._starts[0] < STARTS_WITHIN_S:
            raise PortUnavailable(self._start_problem or say("The shelving server does not answer."))
        self._starts.append(now)
        from archroom.shelving.starting import start_server

        try:
            start_server(self._spec, self._places)
        except PortUnavailable as error:
            self._start_problem = error.message
            raise
        self._start_problem = None


class Conversation:
    """A question that has many answers; for one thread."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def next(self, within_s: float) -> Mapping[str, object] | None:
        """Return the next answer, None if none came in time; raises what the server refuses with, PortUnavailable."""
        try:
            answer = self._lines.receive(within_s)
        except Gone as gone:
            raise PortUnavailable(say("The shelving server went away.")) from gone
        if answer is not None:
            raise_error(answer)
        return answer

    def close(self) -> None:
        """Hang up."""
        self._lines.close()


class _Watching:
    """A motion on its way: each call of `next` says that this program is alive."""

    def __init__(
        self,
        lines: Lines,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        who: Mapping[str, Json],
        is_held: Callable[[], bool] | None,
    ) -> None:
        """`who` names all who answer for the motion, as the server wants it."""
        self._lines = lines
        self._view: BlockView | None = None
        self._is_held = is_held
        self._tick_s = HELD_TICK_S if ticket.wanted.is_held else TICK_S
        self._ticked_s = monotonic()
        with suppress(Gone):
            send(lines, "go", block=ticket.block, ticket=ticket.id, confirmed_clear=list(confirmed_clear), **who)

    def next(self) -> BlockView | Outcome:
        """Return the next view, or the outcome; unknown if the server has gone or says what cannot be."""
        heard_s = monotonic()
        try:
            while monotonic() - heard_s <= SILENCE_S:
                self._tick()
                answer = self._lines.receive(self._tick_s)
                if answer is None:
                    continue
                raise_error(answer)
                if "outcome" in answer:
                    return decode(Outcome, answer["outcome"])
                self._view = decode(BlockView, answer.get("view"))
                return self._view
        except ArchroomError as error:
            return Outcome(OutcomeKind.REFUSED, error.message, self._view)
        except (Gone, ValueError):
            pass
        return Outcome(OutcomeKind.UNKNOWN, say("The shelving server went away during the motion: look there."), self._view)

    def _tick(self) -> None:
        if monotonic() - self._ticked_s >= self._tick_s:
            is_let_go = self._is_held is not None and not self._is_held()
            send(self._lines, "let_go" if is_let_go else "tick")
            self._ticked_s = monotonic()


def _try_connect(board: Board) -> Lines | None:
    try:
        return connect(board.address, board.token)
    except PortUnavailable:
        return None


def _ask_to_make_way(board: Board) -> None:
    """Have a server that serves something else end; raises PortUnavailable if it stays."""
    lines = _try_connect(board)
    if lines is None:
        return
    try:
        send(lines, "make_way")
        answer = lines.receive(ANSWER_WITHIN_S)
        is_leaving = answer is not None and decode(_Answer, answer).making_way
        if not is_leaving or lines.receive(MAKE_WAY_WITHIN_S) is None:
            raise PortUnavailable(
                say("A shelving server for other ports runs here (process {pid}); end it first.", pid=board.pid)
            )
    except Gone:
        return
    finally:
        lines.close()
