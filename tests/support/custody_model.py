"""The rules of custody once more, as plainly as they can be said: a dictionary of things and the list of what was done.

It shares no decision with the program: what may happen, and what comes of it, is written down here from the rules of the
house, and the program must agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

LOAN_DAYS = 14
OUTER_KINDS = ("box", "volume", "tube")


@dataclass(frozen=True)
class Kept:
    """One thing as the model knows it."""

    kind: str
    width_mm: int | None
    state: str = "in"
    place: str | None = None
    """Address, only if it stands there by itself."""
    container: int | None = None
    home_place: str | None = None
    home_container: int | None = None
    lent_to: int | None = None
    due_on: date | None = None
    touched: int = 0

    @property
    def has_home(self) -> bool:
        return self.home_place is not None or self.home_container is not None


@dataclass
class Done:
    """One act that was done, and how the thing stood before it."""

    terminal: str
    seq: int
    thing_id: int
    before: Kept
    is_undone: bool = False


@dataclass
class CustodyModel:
    """Things by number, places by address with their width, and what was done."""

    things: dict[int, Kept]
    places: dict[str, tuple[str, int | None]]
    """Kind and width of each place."""
    staging: str
    done: list[Done] = field(default_factory=list)

    def holder(self, thing_id: int) -> int | None:
        """Who has a thing, by its own loan or with what it is in."""
        thing = self.things[thing_id]
        if thing.lent_to is not None:
            return thing.lent_to
        return self.holder(thing.container) if thing.container is not None else None

    def standing_at(self, thing_id: int) -> str | None:
        """The address where a thing is, by itself or with what it is in."""
        thing = self.things[thing_id]
        return self.standing_at(thing.container) if thing.container is not None else thing.place

    def around(self, container: int | None) -> list[int]:
        """A container and what it is in itself."""
        return [] if container is None else [container, *self.around(self.things[container].container)]

    def free_mm(self, address: str) -> int | None:
        """The width that nothing at home at a place takes."""
        width = self.places[address][1]
        homed = [thing.width_mm or 0 for thing in self.things.values() if thing.home_place == address]
        return None if width is None else max(0, width - sum(homed))

    def lend(self, thing_id: int, person: int, today: date) -> tuple[str, Kept | None]:
        """What becomes of lending: the word, and the thing afterwards if it changes."""
        thing, holder = self.things[thing_id], self.holder(thing_id)
        if holder == person:
            return "already", None
        if holder is not None or thing.state not in ("in", "staging"):
            return "refused", None
        due = today + timedelta(days=LOAN_DAYS)
        return "lent", replace(thing, state="out", place=None, container=None, lent_to=person, due_on=due)

    def take_back(self, thing_id: int) -> tuple[str, Kept | None]:
        """What becomes of a return."""
        if self.holder(thing_id) is None:
            return "refused", None
        return "returned", self._standing(self.things[thing_id], "staging", self.staging)

    def put_on(self, thing_id: int, address: str, is_override: bool) -> tuple[str, Kept | None]:
        """What becomes of putting a thing on a shelf or other place."""
        thing, (kind, _) = self.things[thing_id], self.places[address]
        if kind != "shelf":
            return "put", self._standing(thing, "reading_room" if kind == "reading_room" else "staging", address)
        free, is_home = self.free_mm(address), thing.home_place == address
        is_wrong = thing.has_home and not is_home
        is_full = free is not None and not is_home and thing.width_mm is not None and thing.width_mm > free
        if (is_wrong or is_full) and not is_override:
            return "refused", None
        after = self._standing(thing, "in", address)
        return "put", after if thing.has_home or is_full else replace(after, home_place=address)

    def put_into(self, thing_id: int, container_id: int, is_override: bool) -> tuple[str, Kept | None]:
        """What becomes of putting a thing into a container."""
        thing, container = self.things[thing_id], self.things[container_id]
        fits = {"item": (*OUTER_KINDS, "folder"), "folder": OUTER_KINDS}
        if container.kind not in fits.get(thing.kind, ()) or self.holder(container_id) is not None:
            return "refused", None
        if thing.has_home and thing.home_container != container_id and not is_override:
            return "refused", None
        after = replace(thing, state="in", place=None, container=container_id, lent_to=None, due_on=None)
        return "into", after if thing.has_home else replace(after, home_container=container_id)

    def undoable(self, terminal: str) -> Done | None:
        """The last act of a terminal that was not undone."""
        mine = [act for act in self.done if act.terminal == terminal and not act.is_undone]
        return mine[-1] if mine else None

    def undo(self, terminal: str) -> str:
        """Undo the last act of a terminal, and say what became of it."""
        act = self.undoable(terminal)
        if act is None or self.things[act.thing_id].touched != act.seq:
            return "refused"
        around = (*self.around(act.before.container), *self.around(self.things[act.thing_id].container))
        if any(self.things[container].touched > act.seq for container in around):
            return "refused"
        self.things[act.thing_id] = act.before
        act.is_undone = True
        return "undone"

    def keep(self, terminal: str, seq: int, thing_id: int, after: Kept) -> None:
        """Take note of an act that was done."""
        self.done.append(Done(terminal, seq, thing_id, self.things[thing_id]))
        self.things[thing_id] = replace(after, touched=seq)

    def _standing(self, thing: Kept, state: str, address: str) -> Kept:
        return replace(thing, state=state, place=address, container=None, lent_to=None, due_on=None)
