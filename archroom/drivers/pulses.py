"""Pulses of a controller's coils: set, held, taken back once; a coil that stays set is an order without end.

That a pulse was begun is known until its end was seen, also while the port is gone; its coil is then the first thing that is
written, and read back. A coil that somebody else may have set is cleared only where its block may be given orders, and only
after it was seen to stay set; that of a stop is not. Clearing releases, so it may be repeated; the pulse itself never is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from archroom.core.controllers import Fault
from archroom.core.plain.facts import Alarm
from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.modbus import ExceptionCode, Function, read_from, write_coil
from archroom.drivers.profile import ModbusMap, Write, WriteStyle
from archroom.drivers.transactions import FailureKind
from archroom.errors import LinkError, Message, say

RELEASES = 3
"""So often is the end of a pulse tried at once: writing 0 again orders nothing."""
LEFT_S = 1.0
"""So long, and its hold, is a coil seen to be set before it counts as left: hosts of others pulse for some 50 ms."""

Begun = set[tuple[int, int]]
"""Unit and address of each coil whose pulse was begun and not seen to end."""


class Pulses:
    """The pulses of one unit. All that uses the wire raises as `Line.exchange`; `is_urgent` lets it give way to a stop."""

    def __init__(
        self,
        line: Line,
        unit: int,
        declared: ModbusMap,
        begun: Begun,
        is_urgent: Callable[[], bool] | None,
        clock: Callable[[], float],
    ) -> None:
        """`begun` outlives the line: whoever opens the port again gives the same."""
        self._line = line
        self._unit = unit
        self._begun = begun
        self._is_urgent = is_urgent
        self._clock = clock
        self._stops = {declared.writes[step.write].address for step in declared.stop}
        pulses = [write for write in declared.writes.values() if write.style is WriteStyle.PULSE]
        self._all = sorted(pulses, key=lambda write: write.address in self._stops)
        """A stop last: what it holds back is cleared before it is."""
        self._to_look: list[Write] = []
        self._is_looking = False
        self._since_s: dict[int, float] = {}
        """Since when each coil was seen to be set, by its address."""
        self._left: dict[int, Alarm] = {}
        self._notes: list[Message] = []

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Coils that are set though no pulse of ours is under way, each as an alarm that says so."""
        return tuple(self._left.values())

    def take_notes(self) -> tuple[Message, ...]:
        """Return what was cleared since the last call."""
        found, self._notes = tuple(self._notes), []
        return found

    def give(self, write: Write, *, is_stop: bool) -> None:
        """Set, hold, release. What is urgent shortens the hold, never the release."""
        failed: LinkError | None = None
        urgent = None if is_stop else self._is_urgent
        self._begun.add(self._key(write))
        try:
            self._line.exchange(write_coil(self._unit, write.address, is_on=True, is_stop=is_stop), urgent)
            if is_stop:
                self._clear_what_it_stops(write)
            self._line.listen(self._clock() + write.hold_ms / 1000, urgent)
        except ExchangeFailed as error:
            if not error.failure.is_sent:
                self._begun.discard(self._key(write))
                raise
            failed = error
        self._release(write)
        if failed is not None:
            raise failed

    def end_begun(self) -> None:
        """Clear the coil of each pulse whose end was not seen, and read it back."""
        for write in self._all:
            if self._key(write) in self._begun:
                text = say(
                    "The pulse of {order} was cut off; its coil {coil} is cleared.", order=write.name, coil=_name_of(write)
                )
                self._clear(write, text)

    def look(self, *, is_anew: bool, may_release: bool) -> None:
        """End what was begun; then read the coils where it is not known whose they are, and clear what was left if allowed.

        `is_anew`: nothing is believed of the unit. All are read once then, and each that is set until it is not.
        """
        if is_anew and not self._is_looking:
            self._to_look = list(self._all)
        self._is_looking = is_anew
        try:
            self.end_begun()
            for write in list(self._to_look):
                self._look_at(write, may_release)
        except LinkError:
            self._is_looking = False
            self._since_s.clear()
            raise

    # -- one coil

    def _look_at(self, write: Write, may_release: bool) -> None:
        if not self._reads_set(write):
            self._forget(write)
            return
        if write.address in self._stops:
            self._complain(write, _IS_STOPPED)
            return
        waited_s = self._clock() - self._since_s.setdefault(write.address, self._clock())
        if may_release and waited_s >= LEFT_S + write.hold_ms / 1000:
            text = say(
                "The coil {coil} of {order} was set, by another master or by an order that was cut off; it is cleared.",
                order=write.name,
                coil=_name_of(write),
            )
            self._clear(write, text)
        elif not may_release:
            self._complain(write, _ONLY_WATCHED)
        elif write.address not in self._left:
            self._complain(write, _WILL_BE_CLEARED)

    def _clear(self, write: Write, text: Message) -> None:
        """Write a coil off and read it back; one that stays set, or may not be written, is complained of."""
        try:
            self._line.exchange(write_coil(self._unit, write.address, is_on=False), self._is_urgent)
            is_set = self._reads_set(write)
        except ExchangeFailed as error:
            if error.failure.kind is not FailureKind.EXCEPTION:
                raise
            is_set = True
        if is_set:
            self._complain(write, _STAYS_SET)
            self._since_s[write.address] = self._clock()
            return
        self._begun.discard(self._key(write))
        self._forget(write)
        self._notes.append(text)

    def _reads_set(self, write: Write) -> bool:
        """Whether a coil is set; one that its controller does not let be read counts as not set."""
        request = read_from(self._unit, Function.READ_COILS, write.address, 1)
        try:
            return bool(self._line.exchange_read(request, 0, self._is_urgent).registers[0])
        except ExchangeFailed as error:
            if error.failure.kind is FailureKind.EXCEPTION and error.failure.exception_code in _NOT_THERE:
                return False
            raise

    def _complain(self, write: Write, template: Message) -> None:
        said = Message(template.template, {"coil": _name_of(write), "order": write.name})
        self._left[write.address] = Alarm(Fault.NONE, _name_of(write), said)
        if write not in self._to_look:
            self._to_look.append(write)

    def _forget(self, write: Write) -> None:
        self._left.pop(write.address, None)
        self._since_s.pop(write.address, None)
        self._to_look = [other for other in self._to_look if other is not write]

    def _clear_what_it_stops(self, stop: Write) -> None:
        """Clear other pulses that were begun while a stop is set, so that none goes on once it is released."""
        for write in self._all:
            if write is not stop and self._key(write) in self._begun:
                with suppress(ExchangeFailed):  # the next status tries again, and reads it back
                    self._line.exchange(write_coil(self._unit, write.address, is_on=False, is_stop=True))

    def _release(self, write: Write) -> None:
        # As a stop: it may go out on a line that is not clean, and gives way to nothing.
        request = write_coil(self._unit, write.address, is_on=False, is_stop=True)
        for _ in range(RELEASES - 1):
            try:
                self._line.exchange(request)
            except ExchangeFailed:
                continue
            break
        else:
            self._line.exchange(request)
        self._begun.discard(self._key(write))

    def _key(self, write: Write) -> tuple[int, int]:
        return (self._unit, write.address)


def _name_of(write: Write) -> str:
    return write.notation or str(write.address)


_NOT_THERE = (ExceptionCode.ILLEGAL_FUNCTION, ExceptionCode.ILLEGAL_ADDRESS)
_ONLY_WATCHED = say(
    "the coil {coil} of {order} is set, by another master or by an order that was cut off. This block is only watched, so "
    "it is not cleared from here: clear it at its controller."
)
_IS_STOPPED = say(
    "the coil {coil} of {order} is set: the block is held stopped, by another master or by a stop that was cut off. Nothing "
    "here clears it by itself: look there, then clear it at the controller, or press Stop, which takes it back in the end."
)
_WILL_BE_CLEARED = say(
    "the coil {coil} of {order} is set, by another master or by an order that was cut off. If it stays set it is cleared."
)
_STAYS_SET = say("the coil {coil} of {order} stays set although it was cleared. Clear it at its controller.")
