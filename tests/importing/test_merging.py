"""What a record that came again changes: nothing twice, and a blank never clears."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archroom.core.cleaning import MAX_TITLE
from archroom.core.holdings import Custody, ThingKind, Whereabouts
from archroom.core.merging import container_name, container_title, housing_of, merged, rehomed

FIELD = st.sampled_from(["", "a", "b", "箱", "[x]"])
FIELDS = st.lists(FIELD, min_size=9, max_size=9)
NUMBER = st.none() | st.integers(1, 5)


@st.composite
def places(draw: st.DrawFn) -> Whereabouts:
    """How a thing may stand: at most one place and one home."""
    custody = draw(st.sampled_from(Custody))
    is_placed, is_home_placed = draw(st.booleans()), draw(st.booleans())
    place, container = (draw(NUMBER), None) if is_placed else (None, draw(NUMBER))
    home_place, home_container = (draw(NUMBER), None) if is_home_placed else (None, draw(NUMBER))
    if custody is Custody.OUT:
        place = container = None
    return Whereabouts(custody, place, container, home_place, home_container)


@given(FIELDS, FIELDS)
def test_a_blank_never_clears_and_a_word_always_counts(before: list[str], after: list[str]) -> None:
    for old, new, result in zip(before, after, merged(before, after), strict=True):
        assert result == (new if new else old)


@given(FIELDS, FIELDS)
def test_merging_again_changes_nothing(before: list[str], after: list[str]) -> None:
    once = merged(before, after)
    assert merged(once, after) == once
    assert merged(once, once) == once


@given(FIELDS)
def test_a_blank_record_changes_nothing(before: list[str]) -> None:
    assert merged(before, [""] * 9) == tuple(before)


@given(places(), NUMBER)
def test_a_home_that_is_told_again_moves_nothing(where: Whereabouts, container: int | None) -> None:
    once = rehomed(where, container)
    assert rehomed(once, container) == once
    assert (once.custody, once.place_id, once.home_place_id) == (where.custody, where.place_id, where.home_place_id)


@given(places())
def test_no_container_told_takes_no_home_away(where: Whereabouts) -> None:
    assert rehomed(where, None) == where


@given(places(), st.integers(1, 5))
def test_only_what_stands_where_it_belongs_goes_along(where: Whereabouts, container: int) -> None:
    after = rehomed(where, container)
    if where.home_place_id is not None:
        assert after == where
        return
    assert after.home_container_id == container
    is_at_home = where.custody is Custody.IN and where.place_id is None and where.container_id == where.home_container_id
    assert after.container_id == (container if is_at_home else where.container_id)


def test_containers_are_called_as_people_call_them() -> None:
    assert container_name(ThingKind.BOX, "box", "12") == "Box 12"
    assert container_name(ThingKind.BOX, "OS box", "2a") == "OS box 2a"
    assert container_name(ThingKind.FOLDER, "盒", "12") == "盒 12"
    assert container_name(ThingKind.FOLDER, "", "3") == "Folder 3"
    assert container_title(["Box 12", "Folder 3"], "Smith papers") == "Folder 3, Box 12, Smith papers"
    assert len(container_title(["Box 12"], "x" * MAX_TITLE)) == MAX_TITLE
    assert housing_of([["Box 12", "Folder 3"], ["Box 14"], ["Box 14"]]) == "Box 12 Folder 3; Box 14"
    assert housing_of([]) == ""
