"""From rows to core's facts, few statements for any number of things. This is the hot path of a scan and of a page of hits.

A thing, its description, its open loan and its two places come in one statement; the containers it is in and belongs in
come with one more for each level, whatever the number of things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from archroom.core.events import instant
from archroom.core.holdings import Custody, Loan, Person, Place, PlaceKind, Standing, Thing, ThingKind, Whereabouts
from archroom.core.outages import Outage
from archroom.store.connections import Books, Row
from archroom.store.outages import outages

THING_COLUMNS = (
    "t.id, t.kind, d.title, d.reference, t.custody, t.place_id, t.container_id, t.home_place_id, t.home_container_id,"
    " t.width_mm, t.touched_seq, d.is_gone, d.needs_split"
)
_THING_WIDTH = 13
PLACE_COLUMNS = "{0}.id, {0}.kind, {0}.address, {0}.width_mm, {0}.block_number, {0}.aisle"
_PLACE_WIDTH = 6
LOAN_COLUMNS = "l.thing_id, l.lent_at, l.due_on, l.opened_seq, q.id, q.name, q.is_active"
THINGS = "thing t JOIN description d ON d.thing_id = t.id"

_NODES = (
    f"SELECT {THING_COLUMNS}, {PLACE_COLUMNS.format('p')}, {PLACE_COLUMNS.format('h')}, {LOAN_COLUMNS} FROM {THINGS}"
    " LEFT JOIN place p ON p.id = t.place_id LEFT JOIN place h ON h.id = t.home_place_id"
    " LEFT JOIN loan l ON l.thing_id = t.id AND l.closed_seq IS NULL LEFT JOIN person q ON q.id = l.person_id"
    " WHERE t.id IN "
)
_DEEPEST = 16
"""Containers in containers beyond this are not followed: the books allow two."""


@dataclass(frozen=True, slots=True)
class _Node:
    thing: Thing
    place: Place | None
    home_place: Place | None
    loan: Loan | None


def standings(books: Books, thing_ids: Iterable[int]) -> dict[int, Standing]:
    """Return how things stand, by number; numbers that do not exist are left out."""
    wanted = list(thing_ids)
    nodes: dict[int, _Node] = {}
    missing = set(wanted)
    present = outages(books) if missing else {}
    while missing:
        fresh = {node.thing.id: node for node in _nodes(books, missing, present)}
        nodes |= fresh
        around = {outer for node in fresh.values() for outer in _outer_ids(node.thing.whereabouts)}
        missing = around - nodes.keys()
    return {thing_id: _standing(nodes, nodes[thing_id]) for thing_id in wanted if thing_id in nodes}


def things(books: Books, condition: str, parameters: Iterable[int | str] = (), ending: str = "") -> list[Thing]:
    """Return the things of a condition on `t` and `d`."""
    found = books.rows(f"SELECT {THING_COLUMNS} FROM {THINGS} WHERE {condition} {ending}", tuple(parameters))
    return [thing_of(row) for row in found]


def places(books: Books, condition: str, parameters: Iterable[int | str] = ()) -> list[Place]:
    """Return the places of a condition on `p`, and of what orders and limits it."""
    found = books.rows(f"SELECT {PLACE_COLUMNS.format('p')} FROM place p WHERE {condition}", tuple(parameters))
    present = outages(books) if found else {}
    return [place_of(row, present) for row in found]


def thing_of(row: Row) -> Thing:
    """Return the thing of a row that begins with THING_COLUMNS."""
    where = Whereabouts(Custody(row[4]), row[5], row[6], row[7], row[8])
    return Thing(row[0], ThingKind(row[1]), row[2], row[3], where, row[9], row[10], bool(row[11]), bool(row[12]))


def place_of(row: Row, present: Mapping[int, Outage]) -> Place:
    """Return the place of a row that begins with PLACE_COLUMNS; `present` is what is out of order."""
    address, width_mm, block, aisle = row[2:_PLACE_WIDTH]
    return Place(row[0], PlaceKind(row[1]), address, width_mm, block, aisle, present.get(block) if present else None)


def loan_of(row: Row) -> Loan:
    """Return the loan of a row that begins with LOAN_COLUMNS."""
    person = Person(row[4], row[5], bool(row[6]))
    return Loan(row[0], person, instant(row[1]), date.fromisoformat(row[2]), row[3])


def in_list(numbers: Iterable[int]) -> str:
    """Return numbers as SQL writes a list of them."""
    return f"({','.join(str(int(number)) for number in numbers)})"


def _nodes(books: Books, thing_ids: Iterable[int], present: Mapping[int, Outage]) -> Iterator[_Node]:
    for row in books.rows(_NODES + in_list(thing_ids)):
        here, at_home, lent = row[_THING_WIDTH:], row[_THING_WIDTH + _PLACE_WIDTH :], row[_THING_WIDTH + 2 * _PLACE_WIDTH :]
        yield _Node(
            thing_of(row),
            place_of(here, present) if here[0] is not None else None,
            place_of(at_home, present) if at_home[0] is not None else None,
            loan_of(lent) if lent[0] is not None else None,
        )


def _outer_ids(where: Whereabouts) -> Iterator[int]:
    if where.container_id is not None:
        yield where.container_id
    if where.home_container_id is not None:
        yield where.home_container_id


def _standing(nodes: dict[int, _Node], node: _Node) -> Standing:
    enclosing = _chain(nodes, node, is_home=False)
    homes = _chain(nodes, node, is_home=True)
    return Standing(
        thing=node.thing,
        loan=node.loan,
        enclosing=tuple(outer.thing for outer in enclosing),
        enclosing_loan=next((outer.loan for outer in enclosing if outer.loan is not None), None),
        place=(enclosing[-1] if enclosing else node).place,
        home_enclosing=tuple(outer.thing for outer in homes),
        home_place=(homes[-1] if homes else node).home_place,
    )


def _chain(nodes: dict[int, _Node], node: _Node, is_home: bool) -> list[_Node]:
    """Return the containers of a thing, innermost first, by where it is or by where it belongs."""
    found: list[_Node] = []
    while len(found) < _DEEPEST:
        where = node.thing.whereabouts
        outer = nodes.get((where.home_container_id if is_home else where.container_id) or 0)
        if outer is None:
            break
        found.append(outer)
        node = outer
    return found
