"""The whole round without a screen: each step is done as the app would do it, and then looked for where it must show.

What a service answers is not believed: after each step the books are read again, or the controller's own status is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from archroom.cli import demo_house
from archroom.cli.output import EXIT_DONE, Json, Output
from archroom.cli.simulated_technician import await_itself
from archroom.config import Config
from archroom.core.acts import ActKind
from archroom.core.commissioning import Licence
from archroom.core.holdings import Custody, Person, Standing
from archroom.core.shelving import BlockView, ControllerState, Outcome, OutcomeKind, StopReport, Trust
from archroom.errors import ArchroomError, Message, say
from archroom.texts import render, tr
from archroom.wiring import House

if TYPE_CHECKING:
    from archroom.services.desk import DeskSession

EXIT_NOT_SEEN = ArchroomError.exit_code
_STOP_WITHIN_S = 10.0
_REFUSALS = 3
"""Openings that the round has been refused so far: not armed, somebody in the aisle, not confirmed."""


class NotSeen(ArchroomError):
    """A step said that it was done, but it does not show."""


@dataclass
class Round:
    """What the steps of one round hand on to each other."""

    config: Config
    folder: Path
    control: str
    house: House
    thing: str = ""
    """Own code of the box that goes the round."""
    people: list[Person] = field(default_factory=list)
    block: int = 0
    aisle: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    standing: Standing | None = None

    def standing_now(self) -> Standing:
        """Return how the box stands, read from the books now."""
        return self.house.finder.details(self.thing).hit.standing

    def view(self) -> BlockView:
        """Return what the controller reports now."""
        return next(view for view in self.house.aisles.views() if view.block == self.block)

    def events(self, kind: ActKind) -> int:
        """Return how many events of a kind the ledger holds."""
        with self.house.books.reading() as books:
            ledger = takewhile(lambda event: event is not None, map(books.event, count(1)))
            return sum(event is not None and event.act.kind is kind for event in ledger)


Step = tuple[Message, Callable[[Round], Message]]


def play(config: Config, folder: Path, control: str, output: Output) -> int:
    """Play the round on a new database and say each step with what it took; 0 only if each was seen to happen.

    `control` is where the simulator is told what a person at it does.
    """
    started = monotonic()
    shapes: list[Json] = []
    going = Round(config, folder, control, House(config))
    is_whole = True
    try:
        for number, (title, act) in enumerate(STEPS, start=1):
            began = monotonic()
            try:
                seen, is_seen = act(going), True
            except ArchroomError as error:
                seen, is_seen = error.message, False
            took_ms = round((monotonic() - began) * 1000)
            shapes.append({"step": render(title), "seen": render(seen), "ok": is_seen, "ms": took_ms})
            if not output.is_json:
                mark = tr("seen") if is_seen else tr("NOT SEEN")
                told = tr("{word}: {what}", word=title, what=seen)
                output.line(f"{number:2d}  {mark}  {took_ms:6d} ms  {told}")
            is_whole = is_whole and is_seen
            if not is_seen:
                break
    finally:
        going.house.dismiss_shelving()
        going.house.books.close()
    total_ms = round((monotonic() - started) * 1000)
    if output.is_json:
        output.object_line({"ok": is_whole, "steps": shapes, "ms": total_ms})
    else:
        output.line(tr("The whole round: {ms} ms", ms=total_ms) if is_whole else tr("The round broke off."))
    return EXIT_DONE if is_whole else EXIT_NOT_SEEN


def _see(is_so: bool, what: Message) -> None:
    if not is_so:
        raise NotSeen(say("not seen: {what}", what=what))


def _build(going: Round) -> Message:
    plan = demo_house.room_plan()
    demo_house.build_room(going.house)
    counts = going.house.rooms.counts()
    shelves = sum(1 for _ in plan.shelves()) + len(plan.places)
    _see(counts["blocks"] == len(plan.blocks) and counts["places"] == shelves, say("all blocks and places in the books"))
    return say("{places} places in room {code}", places=counts["places"], code=plan.code)


def _take_in(going: Round) -> Message:
    report = demo_house.take_in_samples(going.house)
    counts = going.house.rooms.counts()
    _see(not report.refused, say("every file taken"))
    _see(counts["items"] > 0 and counts["containers"] > 0, say("items and containers in the books"))
    going.counts = counts
    return say("{items} items in {containers} containers", items=counts["items"], containers=counts["containers"])


def _take_in_again(going: Round) -> Message:
    demo_house.take_in_samples(going.house)
    _see(going.house.rooms.counts() == going.counts, say("the same numbers as before"))
    return say("nothing changed")


def _place(going: Round) -> Message:
    report = demo_house.place_samples(going.house)
    _see(report.placed > 0, say("boxes placed"))
    return say("{count} boxes up to {address}", count=report.placed, address=report.last_address)


def _register(going: Round) -> Message:
    going.people = demo_house.add_people(going.house)
    for person in going.people:
        _see(any(found == person for found, _ in going.house.people.find(person.name)), say("the person in the books"))
    return say("{names}", names=", ".join(person.name for person in going.people))


def _find(going: Round) -> Message:
    """Find a box that stands in an aisle which is closed now, by the words of its title."""
    with going.house.books.reading() as books:
        placing = next(event for event in books.last_events(1000) if event.act.kind is ActKind.THINGS_PLACED)
        placed = books.standing(placing.act.moves[0].thing_id)
    words = placed.thing.title if placed else ""
    found = next((hit.standing for hit in going.house.finder.find(words).hits if hit.standing == placed), None)
    if found is None:
        raise NotSeen(say("not seen: {what}", what=words))
    going.thing = found.thing.code
    _see(going.standing_now() == found, say("the box as the search shows it"))
    return say("{title}: {where}", title=found.thing.title, where=going.house.finder.describe(found).where)


def _ask(going: Round) -> Message:
    going.block, going.aisle = going.house.aisles.aisle_for(going.thing)
    await_itself(going.house.aisles.views, going.block)
    view = going.view()
    _see(view.trust is Trust.GOOD and view.status is not None, say("the controller's own status"))
    _see(going.aisle not in view.open_aisles(), say("that the aisle is closed"))
    return say(
        "aisle {block}/{aisle}; open now: {open}",
        block=going.block,
        aisle=going.aisle,
        open=" ".join(map(str, view.open_aisles())),
    )


def _commission(going: Round) -> Message:
    _see(going.view().permission.licence is Licence.MONITOR, say("that nothing may move before"))
    record = demo_house.commission(going.house, going.block, going.control, lambda finding: None)
    _see(going.view().permission.licence is Licence.FULL, record.reason)
    _see(going.house.commissioning.record(going.block).record == record, say("the record"))
    _see(going.events(ActKind.BLOCK_COMMISSIONED) == 1, say("the commissioning in the ledger"))
    return say("{count} steps, valid until {date}", count=len(record.findings), date=record.expires_on.isoformat())


def _arm(going: Round) -> Message:
    outcome = going.house.aisles.open(going.house.performer, going.block, going.aisle, lambda ticket: None, _look_away)
    _see(outcome.kind is OutcomeKind.REFUSED, say("a refusal"))
    _see(not going.view().is_movable, say("that nothing may move before"))
    before = going.events(ActKind.BLOCK_ARMED)
    armed = going.house.claims.arm(going.house.performer, going.block)
    _see(going.view().arming.is_armed and going.view().is_movable, say("the block armed"))
    _see(going.events(ActKind.BLOCK_ARMED) == before + 1, say("the arming in the ledger"))
    return armed.message


def _hold(going: Round) -> Message:
    view, performer, person = going.view(), going.house.performer, going.people[0].name
    open_now = view.open_aisles()[0]
    going.house.claims.hold(performer, going.block, open_now, person)
    _see([hold.person for hold in going.view().holds] == [person], say("the hold"))
    outcome = going.house.aisles.open(performer, going.block, going.aisle, lambda ticket: ticket.narrows, _look_away)
    _see(outcome.kind is OutcomeKind.REFUSED, say("a refusal"))
    _see(_positions(going.view()) == _positions(view), say("that nothing moved"))
    going.house.claims.release(performer, going.block, open_now, person, (person,))
    _see(going.view().holds == (), say("the hold released"))
    return outcome.reason


def _refuse(going: Round) -> Message:
    before = _positions(going.view())
    outcome = going.house.aisles.open(going.house.performer, going.block, going.aisle, lambda ticket: None, _look_away)
    _see(outcome.kind is OutcomeKind.REFUSED, say("a refusal"))
    _see(_positions(going.view()) == before, say("that nothing moved"))
    _see(going.events(ActKind.MOTION_REFUSED) == _REFUSALS, say("the refusal in the ledger"))
    return outcome.reason


def _open(going: Round) -> Message:
    seen: list[BlockView] = []
    before = going.events(ActKind.MOTION_INTENDED)
    outcome = going.house.aisles.open(
        going.house.performer, going.block, going.aisle, lambda ticket: ticket.answer, seen.append
    )
    _see(outcome.kind is OutcomeKind.DONE, outcome.reason)
    moving = {_positions(view) for view in seen if view.status and view.status.state is ControllerState.MOVING}
    _see(len(moving) > 1, say("carriages on the way, as the controller reports them"))
    _see(going.aisle in going.view().open_aisles(), say("the aisle open, as the controller reports it"))
    intended, ended = going.events(ActKind.MOTION_INTENDED), going.events(ActKind.MOTION_ENDED)
    _see(intended == ended == before + 1, say("intent and outcome"))
    return say("open; {count} positions seen on the way", count=len(moving))


def _lend(going: Round) -> Message:
    session = _new_session(going)
    _scan(going, session, going.people[0].code)
    said = _scan(going, session, going.thing)
    standing = going.standing_now()
    is_lent = standing.thing.whereabouts.custody is Custody.OUT and standing.held_by == going.people[0]
    _see(is_lent, say("the loan in the books"))
    return said


def _return(going: Round) -> Message:
    said = _scan(going, _new_session(going), going.thing)
    standing = going.standing_now()
    _see(standing.thing.whereabouts.custody is Custody.STAGING and standing.loan is None, say("the box in staging"))
    return said


def _put_away(going: Round) -> Message:
    session = _new_session(going)
    home = going.standing_now().home_place
    _see(home is not None, say("a home"))
    _scan(going, session, going.thing)
    said = _scan(going, session, home.code if home else "")
    standing = going.standing_now()
    _see(standing.place == home and standing.thing.whereabouts.custody is Custody.IN, say("the box at home"))
    return said


def _label(going: Round) -> Message:
    from archroom.labels import stock_named, write_labels

    file = going.folder / "label.pdf"
    report = write_labels(going.house.labelling.contents([going.thing]), stock_named("roll"), file)
    _see(file.is_file() and report.codes_read == 2, say("bars and QR read from the file"))
    return say("{count} codes read back from the file", count=report.codes_read)


def _undo(going: Round) -> Message:
    before = going.standing_now()
    session = _new_session(going)
    _scan(going, session, going.people[1].code)
    _scan(going, session, going.thing)
    _see(going.standing_now().held_by == going.people[1], say("the second loan"))
    said = _scan(going, session, "UNDO")
    after = going.standing_now()
    _see(after.loan is None and after.place == before.place, say("the box where it was before"))
    return said


def _stop(going: Round) -> Message:
    """Open another aisle and stop it on the way."""
    view = going.view()
    other = next(aisle for aisle, _ in view.aisles if aisle not in view.open_aisles())
    reports: list[StopReport] = []
    is_moving = threading.Event()

    def look(view: BlockView) -> None:
        if view.status is not None and view.status.state is ControllerState.MOVING:
            is_moving.set()

    def stop() -> None:
        if is_moving.wait(_STOP_WITHIN_S):
            reports.extend(going.house.aisles.stop(going.house.performer, going.block))

    stopper = threading.Thread(target=stop, daemon=True)
    stopper.start()
    outcome: Outcome = going.house.aisles.open(going.house.performer, going.block, other, lambda ticket: ticket.answer, look)
    stopper.join(_STOP_WITHIN_S)
    _see(bool(reports) and all(report.is_standstill_seen for report in reports), say("standstill"))
    _see(outcome.kind is OutcomeKind.ABORTED, outcome.reason)
    status = going.view().status
    _see(status is not None and status.state.is_at_rest and not status.moving_carriages, say("everything at rest"))
    return outcome.reason


def _reopen(going: Round) -> Message:
    going.counts, going.standing = going.house.rooms.counts(), going.standing_now()
    acts = going.house.ledger.last_acts(20)
    going.house.books.close()
    going.house = House(going.config)
    _see(going.house.rooms.counts() == going.counts, say("the same numbers"))
    _see(going.standing_now() == going.standing, say("the box as it was"))
    _see(going.house.ledger.last_acts(20) == acts, say("the same last acts"))
    return say("everything still there and still true")


def _verify(going: Round) -> Message:
    from archroom.store.ledger import verify

    report = verify(going.house.books.opened(), lambda count: None)
    _see(report.count > 0, say("events"))
    return say("{count} events, chain and tables agree", count=report.count)


def _new_session(going: Round) -> DeskSession:
    return going.house.desk.open_session(going.house.performer, False)


def _scan(going: Round, session: DeskSession, code: str) -> Message:
    answer = going.house.desk.scan(session, code)
    _see(answer.is_ok, answer.message)
    return answer.message


def _positions(view: BlockView) -> tuple[int, ...]:
    return view.status.positions_mm if view.status is not None else ()


def _look_away(view: BlockView) -> None:
    """Take no note: nothing moves."""


STEPS: tuple[Step, ...] = (
    (say("Build the room"), _build),
    (say("Take records in"), _take_in),
    (say("Take the same records in again"), _take_in_again),
    (say("Shelve the boxes"), _place),
    (say("Register two people"), _register),
    (say("Find a box"), _find),
    (say("Ask for its aisle"), _ask),
    (say("Commission the block, which is watched only before"), _commission),
    (say("Arm the block, which does not move before"), _arm),
    (say("Move nothing while somebody is in the aisle"), _hold),
    (say("Move nothing without confirmation"), _refuse),
    (say("Confirm, and watch the carriages"), _open),
    (say("Lend it by scan"), _lend),
    (say("Take it back by scan"), _return),
    (say("Put it away by scan"), _put_away),
    (say("Write its label and read it back"), _label),
    (say("Lend it again and undo"), _undo),
    (say("Stop the shelving on the way"), _stop),
    (say("Quit and start again"), _reopen),
    (say("Verify the ledger"), _verify),
)
