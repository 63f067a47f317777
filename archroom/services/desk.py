"""The desk: what a scan or a command does with things and people, in one transaction each.

A scan is resolved, interpreted against what is in hand, and carried out. Whatever it decides on is read again inside the
write transaction, so two terminals that race cannot both have it. A refusal is an answer, not an error: the scan loop goes
on. STOP goes ahead of everything and needs no books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from archroom.core.codes import (
    CodeKind,
    Command,
    Flaw,
    ForeignCode,
    OwnCode,
    ScannedCode,
    Unreadable,
    normalise,
    read_scan,
)
from archroom.core.holdings import Person, Place, Standing
from archroom.core.scans import Hand, InHand, Intent, Nameless, Retired, Step, Subject, hand_after, interpret
from archroom.errors import BadCode, Message, NoRoom, Refused, ShelvingError, WrongPlace, say
from archroom.services import sentences
from archroom.services.answers import Answer
from archroom.services.binding import bindable
from archroom.services.deciding import act_of, due_date, present_hand, undoing
from archroom.services.history import act_in_words
from archroom.services.resolving import (
    owner_of_typed,
    person_of_typed,
    shown,
    subject_of,
    thing_of_typed,
    why_nameless,
)
from archroom.services.session import DeskSession
from archroom.services.stopping import Stop, record_stop

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.core.ports import Archive, Clock, Reading, Writing

__all__ = ["Desk", "DeskSession", "LoanPolicy"]

_LOOKS = frozenset({Step.HOLD_PERSON, Step.SHOW, Step.HERE, Step.ALREADY, Step.REFUSE})
"""What changes nothing, so that no write transaction is opened for it."""


@dataclass(frozen=True, slots=True)
class LoanPolicy:
    """For how long things are lent when nobody says a date."""

    loan_days: int = 14


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a scan came to: the hand it was read against, what it asked for, and the answer."""

    hand: Hand
    intent: Intent
    answer: Answer


class Desk:
    """Lends, takes back, puts away and undoes, by scan or by command."""

    def __init__(self, archive: Archive, clock: Clock, policy: LoanPolicy, stop: Stop) -> None:
        self._archive = archive
        self._clock = clock
        self._policy = policy
        self._stop = stop

    def open_session(self, performer: Performer, is_live: bool) -> DeskSession:
        """Return a new session for one terminal; `is_live` if a person scans there now."""
        return DeskSession(performer, is_live, self._clock)

    def scan(self, session: DeskSession, raw: str, at_s: float | None = None) -> Answer:
        """Carry out one scan and say what it did.

        `at_s` is the time of the scan on the session's own clock, where it is told. A refusal is an answer that is not ok.
        Raises Busy or Unreadable if the books do not answer; then nothing changed and the scan was not counted.
        """
        code = read_scan(raw)
        session.tell(at_s)
        if code is Command.STOP:
            answer = self._stopped(session.performer)
            session.remember(code.value, answer, hand_after(session.hand, Intent(Step.STOP), False))
            return answer
        value = normalise(raw) if not isinstance(code, Unreadable) else raw
        earlier = session.repeated(value)
        if earlier is not None:
            said = say("Read twice by the scanner, counted once.")
            return replace(earlier, message=said, seq=None, is_repeat=True)
        turn = self._turn(session, code)
        if not (isinstance(code, Unreadable) and code.flaw is Flaw.EMPTY):
            session.remember(value, turn.answer, hand_after(turn.hand, turn.intent, not turn.answer.is_ok))
        return turn.answer

    def lend(self, performer: Performer, thing: str, person: str, due_on: date | None = None) -> Answer:
        """Lend a thing to a person until a date, by default as the policy says; what they have already stays as it is.

        Raises BadCode, UsageError for an impossible date, Refused with the reason.
        """
        due = due_date(self._clock.today(), self._policy.loan_days, due_on)
        with self._archive.writing() as books:
            standing, borrower = thing_of_typed(books, thing), person_of_typed(books, person)
            if standing.held_by is not None and standing.held_by.id == borrower.id:
                intent = Intent(Step.ALREADY, thing=standing, person=borrower, subject=standing)
                return self._looked_at(books, intent, None)
            return self._carry_out(
                books, Intent(Step.LEND, thing=standing, person=borrower, subject=standing), performer, due
            )

    def take_back(self, performer: Performer, thing: str) -> Answer:
        """Return a thing that is out to the staging place; raises BadCode, Refused if it is not out."""
        with self._archive.writing() as books:
            standing = thing_of_typed(books, thing)
            return self._carry_out(books, Intent(Step.RETURN, thing=standing, subject=standing), performer)

    def put(self, performer: Performer, thing: str, place: str, is_override: bool = False) -> Answer:
        """Put a thing on a shelf or other place, or into a container.

        Raises BadCode, WrongPlace and NoRoom unless `is_override`, Refused with the reason.
        """
        with self._archive.writing() as books:
            standing, target = thing_of_typed(books, thing), owner_of_typed(books, place)
            match target:
                case Place():
                    intent = Intent(Step.PUT, thing=standing, place=target, is_override=is_override, subject=standing)
                case Standing():
                    intent = Intent(
                        Step.PUT_INTO, thing=standing, container=target, is_override=is_override, subject=standing
                    )
                case Person():
                    raise BadCode(say("{name} is a person. Lend it instead.", name=target.name))
            return self._carry_out(books, intent, performer)

    def undo(self, performer: Performer) -> Answer:
        """Undo the last act of this terminal that is not undone yet; raises UndoRefused, naming what stands in the way."""
        with self._archive.writing() as books:
            event, act = undoing(books, performer.terminal)
            undone = books.commit(act, performer)
            standing = books.standing(event.act.moves[0].thing_id) if len(event.act.moves) == 1 else None
            said = sentences.undone(act_in_words(books, event.act), standing, self._clock.today())
        return Answer(Step.UNDO, True, said, "command", Command.UNDO.value, standing, undone.seq)

    def bind(self, performer: Performer, target: str, barcode: str) -> Answer:
        """Bind a foreign barcode to a thing, place or person for ever.

        Raises BadCode for what cannot be a barcode or names something already, Refused if it is bound already.
        """
        with self._archive.writing() as books:
            value = bindable(books, barcode)
            owner = owner_of_typed(books, target)
            named = owner.thing if isinstance(owner, Standing) else owner
            event = books.commit(books.bind(value, named), performer)
            said = act_in_words(books, event.act)
        standing = owner if isinstance(owner, Standing) else None
        return Answer(Step.BIND, True, said, *_subject_names(owner), standing, event.seq)

    def _turn(self, session: DeskSession, code: ScannedCode) -> _Turn:
        hand = session.hand
        if isinstance(code, Command):
            return self._command(session, hand, code)
        if isinstance(code, Unreadable):
            subject = Nameless(shown(code.value), code.flaw)
            return _Turn(hand, interpret(hand, subject), _refusal(subject, why_nameless(subject)))
        if not _is_change_likely(hand, code):
            with self._archive.reading() as books:
                present, intent = _interpreted(books, hand, code)
                if intent.step in _LOOKS:
                    return _Turn(present, intent, self._looked_at(books, intent, present.held))
        return self._act(session.performer, hand, code)

    def _act(self, performer: Performer, hand: Hand, code: ScannedCode) -> _Turn:
        """Interpret once more inside the write transaction, and do it; a refusal leaves the transaction without a trace."""
        intent = Intent(Step.REFUSE)
        try:
            with self._archive.writing() as books:
                hand, intent = _interpreted(books, hand, code)
                if intent.step in _LOOKS:
                    return _Turn(hand, intent, self._looked_at(books, intent, hand.held))
                return _Turn(hand, intent, self._carry_out(books, intent, performer))
        except (WrongPlace, NoRoom) as refusal:
            said = sentences.overridable(refusal.message, intent.subject)
            return _Turn(hand, intent, _refusal(intent.subject, said, intent.thing))
        except Refused as refusal:
            return _Turn(hand, intent, _refusal(intent.subject, refusal.message, intent.thing))

    def _command(self, session: DeskSession, hand: Hand, command: Command) -> _Turn:
        intent = interpret(hand, command)
        match intent.step:
            case Step.UNDO:
                try:
                    return _Turn(hand, intent, self.undo(session.performer))
                except Refused as refusal:
                    return _Turn(hand, intent, _refusal(command, refusal.message))
            case Step.OVERRIDE if hand.refused_pair is None:
                return _Turn(hand, intent, _refusal(command, say("Nothing was refused that OVERRIDE could accept.")))
            case Step.OVERRIDE:
                said = say("OVERRIDE: scan the refused place or thing again to accept it.")
            case _:
                said = say("Done. Nothing is in hand.")
        return _Turn(hand, intent, Answer(intent.step, True, said, "command", command.value))

    def _stopped(self, performer: Performer) -> Answer:
        try:
            reports = self._stop()
        except ShelvingError as error:
            return Answer(Step.REFUSE, False, error.message, "command", Command.STOP.value)
        seq = record_stop(self._archive, performer, reports)
        is_stopped = bool(reports) and all(report.is_sent and report.is_standstill_seen for report in reports)
        was_sent = any(report.is_sent for report in reports)
        said = sentences.stopped(reports, is_recorded=seq is not None or not was_sent)
        return Answer(Step.STOP if was_sent else Step.REFUSE, is_stopped, said, "command", Command.STOP.value, seq=seq)

    def _looked_at(self, books: Reading, intent: Intent, held: InHand) -> Answer:
        match intent:
            case Intent(step=Step.HOLD_PERSON, person=Person() as person) if isinstance(held, Standing):
                said = sentences.not_lent(held, person, self._clock.today())
            case Intent(step=Step.HOLD_PERSON, person=Person() as person):
                said = sentences.person_in_hand(person, len(books.open_loans(person.id)))
            case Intent(step=Step.ALREADY, thing=Standing() as thing, person=Person() as person):
                said = sentences.already_lent(thing, person)
            case Intent(step=Step.SHOW, thing=Standing() as thing):
                said = sentences.shown_thing(thing, self._clock.today())
            case Intent(step=Step.HERE, place=Place() as place):
                said = sentences.place_in_hand(place, books.free_mm(place.id))
            case Intent(subject=(Nameless() | Retired()) as subject):
                return _refusal(subject, why_nameless(subject))
            case _:
                raise ValueError(f"{intent.step} is no look")
        return Answer(intent.step, True, said, *_subject_names(intent.subject), intent.thing)

    def _carry_out(self, books: Writing, intent: Intent, performer: Performer, due_on: date | None = None) -> Answer:
        before = intent.thing
        if before is None:
            raise ValueError(f"{intent.step} without a thing")
        act = act_of(books, intent, due_on or due_date(self._clock.today(), self._policy.loan_days, None))
        event = books.commit(act, performer)
        after = books.standing(before.thing.id) or before
        said = sentences.done(intent, before, after, act)
        return Answer(intent.step, True, said, *_subject_names(intent.subject), after, event.seq)


def _interpreted(books: Reading, hand: Hand, code: ScannedCode) -> tuple[Hand, Intent]:
    subject = subject_of(books, code)
    present = present_hand(books, hand)
    return present, replace(interpret(present, subject), subject=subject)


def _is_change_likely(hand: Hand, code: ScannedCode) -> bool:
    """Whether to open the write transaction at once: with a person or place in hand, a thing changes something."""
    is_thing_code = isinstance(code, ForeignCode) or (
        isinstance(code, OwnCode) and code.kind not in (CodeKind.PERSON, CodeKind.PLACE)
    )
    return is_thing_code and isinstance(hand.held, Person | Place)


def _refusal(subject: Subject | None, said: Message, standing: Standing | None = None) -> Answer:
    return Answer(Step.REFUSE, False, said, *_subject_names(subject), standing)


def _subject_names(subject: Subject | None) -> tuple[str, str]:
    """Return kind and name of what was scanned, for the machine-readable answer; never a person's code."""
    match subject:
        case Person():
            return "person", subject.name
        case Standing():
            return subject.thing.kind.value, subject.thing.code
        case Place():
            return "place", subject.code
        case Command():
            return "command", subject.value
        case Nameless():
            return "unknown", subject.shown
        case Retired():
            return "unknown", subject.title
        case None:
            return "unknown", ""
