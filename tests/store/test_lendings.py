"""Past loans as the planner reads them: newest first, finished ones too, without those that were undone."""

from __future__ import annotations

from tests.store.conftest import ActingDesk


def past(desk: ActingDesk, at_most: int = 100) -> list[tuple[int, bool]]:
    """The thing of each past loan, and whether the look agrees with how that thing stands."""
    with desk.archive.reading() as books:
        lent = books.lendings(at_most)
        return [(loan.thing_id, hit.standing == books.standing(loan.thing_id)) for loan, hit in lent]


def test_past_loans_are_told_newest_first_without_undone_ones(desk: ActingDesk) -> None:
    assert past(desk) == []
    first, second, third = desk.boxes()
    item = desk.items()[0]
    for thing in (first, item, second):
        desk.lend(thing)
        desk.take_back(thing)
    desk.lend(third)
    desk.undo()
    desk.lend(first)
    assert past(desk) == [(first, True), (second, True), (item, True), (first, True)]
    assert past(desk, 2) == [(first, True), (second, True)]
    with desk.archive.reading() as books:
        assert [hit.collection != "" for _, hit in books.lendings(1)] == [True]


def test_a_return_that_was_undone_leaves_its_loan(desk: ActingDesk) -> None:
    first = desk.boxes()[0]
    desk.lend(first)
    desk.take_back(first)
    desk.undo()
    assert past(desk) == [(first, True)]
