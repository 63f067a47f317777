"""Hypothesis strategies for the facts of core: any act, any thing, any standing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from archroom.core.acts import (
    Act,
    ActKind,
    BarcodeBound,
    Described,
    LoanClosed,
    LoanOpened,
    LoanReopened,
    Move,
    Owner,
    Performer,
    PlaceMade,
    ThingMade,
)
from archroom.core.events import Event
from archroom.core.holdings import (
    Custody,
    Loan,
    Person,
    Place,
    PlaceKind,
    Standing,
    Thing,
    ThingKind,
    Whereabouts,
)

numbers = st.integers(1, 99_999_999)
seqs = st.integers(1, 2**40)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
dates = st.dates(date(1900, 1, 1), date(2200, 12, 31))
performers = st.builds(Performer, texts, texts)


@st.composite
def whereabouts(draw: st.DrawFn) -> Whereabouts:
    """Any whereabouts: at most one of place and container, and of the two homes."""
    here, home = draw(st.none() | numbers), draw(st.none() | numbers)
    is_inside, is_home_inside = draw(st.booleans()), draw(st.booleans())
    return Whereabouts(
        draw(st.sampled_from(Custody)),
        None if is_inside else here,
        here if is_inside else None,
        None if is_home_inside else home,
        home if is_home_inside else None,
    )


moves = st.builds(Move, numbers, whereabouts(), whereabouts(), st.integers(0, 2**40))
acts = st.builds(
    Act,
    kind=st.sampled_from(ActKind),
    moves=st.lists(moves, max_size=3).map(tuple),
    loans_opened=st.lists(st.builds(LoanOpened, numbers, numbers, dates), max_size=2).map(tuple),
    loans_closed=st.lists(st.builds(LoanClosed, numbers, seqs, st.booleans()), max_size=2).map(tuple),
    loans_reopened=st.lists(st.builds(LoanReopened, numbers, seqs), max_size=2).map(tuple),
    things_made=st.lists(st.builds(ThingMade, numbers, st.sampled_from(ThingKind), whereabouts()), max_size=2).map(tuple),
    places_made=st.lists(
        st.builds(PlaceMade, numbers, st.sampled_from(PlaceKind), texts, st.none() | st.integers(1, 10_000)), max_size=2
    ).map(tuple),
    barcodes_bound=st.lists(st.builds(BarcodeBound, texts, st.sampled_from(Owner), numbers), max_size=2).map(tuple),
    described=st.lists(st.builds(Described, st.sampled_from(Owner), numbers, seqs, texts), max_size=2).map(tuple),
    undoes=st.none() | seqs,
    facts=st.dictionaries(texts, texts | st.integers(-(2**60), 2**60), max_size=3),
)
events = st.builds(Event, seqs, instants, instants, performers, acts)

people = st.builds(Person, numbers, st.just("Ann") | st.just("Bob"), st.just(True))
places = st.builds(Place, numbers, st.sampled_from(PlaceKind), st.just("R1/1/01/B/1/1"), st.none() | st.integers(100, 1000))


_own_numbers = st.integers(1, 9_999_999)
_box_numbers = st.integers(50_000_000, 59_999_999)
"""Numbers of containers, so that nothing is inside itself."""


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Any standing that the books can hold: out if and only if it has a loan, and then nowhere."""
    kind, number, state = draw(st.sampled_from(ThingKind)), draw(_own_numbers), draw(st.sampled_from(Custody))
    here, home = draw(st.none() | places), draw(st.none() | places)
    outer = _box(draw(_box_numbers), draw(st.sampled_from(Custody))) if draw(st.booleans()) else None
    home_box = _box(draw(_box_numbers), Custody.IN) if draw(st.booleans()) else None
    is_out = state is Custody.OUT
    outer = None if is_out else outer
    where = Whereabouts(
        state,
        None if is_out or outer or here is None else here.id,
        outer.id if outer else None,
        None if home_box or home is None else home.id,
        home_box.id if home_box else None,
    )
    thing = Thing(number, kind, f"{kind.value} of papers", "", where, draw(st.none() | st.integers(10, 1200)), draw(seqs))
    is_outer_out = outer is not None and outer.whereabouts.custody is Custody.OUT
    return Standing(
        thing,
        _loan(draw, number) if is_out else None,
        (outer,) if outer else (),
        _loan(draw, outer.id) if outer and is_outer_out else None,
        None if is_out or is_outer_out else here,
        (home_box,) if home_box else (),
        home,
    )


def _box(number: int, state: Custody) -> Thing:
    return Thing(number, ThingKind.BOX, f"box {number}", "", Whereabouts(state))


def _loan(draw: st.DrawFn, thing_id: int) -> Loan:
    return Loan(thing_id, draw(people), datetime(2026, 11, 1, tzinfo=UTC), draw(dates), draw(seqs))
