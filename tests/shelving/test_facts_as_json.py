"""Facts that go over the socket and into files come back the same, and nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from arbitrary_blocks import blocks
from hypothesis import given
from hypothesis import strategies as st
from statuses import identity_of, status_of
from supervised_room import block_of

from archroom.core.rooms import Block
from archroom.core.shelving import Action, AisleState, BlockView, Outcome, OutcomeKind, StopReport, Ticket, Trust, Wanted
from archroom.errors import BadFile, Message, UsageError, say
from archroom.shelving.codec import decode, encode
from archroom.shelving.spec import BusSpec, ServerSpec, read_spec, write_spec

BLOCK = block_of(4, fixed=(2,), open_aisles=(0, 2))
VIEW = BlockView(
    block=1,
    trust=Trust.GOOD,
    age_s=0.25,
    identity=identity_of(BLOCK),
    status=status_of(BLOCK),
    aisles=((0, AisleState.OPEN), (1, AisleState.PARTLY)),
    is_movable=False,
    why_not=say("Block {block}: {why}.", block=1, why=say("it is moving")),
)


def sent(fact: object) -> object:
    """A fact as it arrives."""
    found: object = json.loads(json.dumps(encode(fact)))
    return found


@pytest.mark.parametrize(
    "fact",
    [
        VIEW,
        Ticket("t", 1, Wanted(Action.JOG, 3, -20, is_held=True), (0, 10), (1, 2), 4.0),
        Outcome(OutcomeKind.UNKNOWN, say("Nobody knows."), VIEW),
        StopReport(1, True, False, "server", None),
        BusSpec("tcp://h:1", {1: 9}),
    ],
)
def test_a_fact_comes_back_the_same(fact: object) -> None:
    assert decode(type(fact), sent(fact)) == fact


@given(blocks())
def test_any_block_comes_back_the_same(block: Block) -> None:
    assert decode(Block, sent(block)) == block


texts = st.text(max_size=20)
messages = st.recursive(
    st.builds(Message, texts, st.dictionaries(texts, texts | st.integers(), max_size=3)),
    lambda inner: st.builds(Message, texts, st.dictionaries(texts, texts | st.integers() | inner, max_size=3)),
    max_leaves=5,
)


@given(messages)
def test_any_message_comes_back_the_same(message: Message) -> None:
    assert decode(Message, sent(message)) == message


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Ticket, {"id": "t"}),
        (Ticket, {**Ticket.__dict__, "id": 1}),
        (Ticket, []),
        (StopReport, {"block": 1, "is_sent": True, "is_standstill_seen": True, "path": "server", "colour": "red"}),
        (StopReport, {"block": True, "is_sent": True, "is_standstill_seen": True, "path": "server"}),
        (StopReport, {"block": 1, "is_sent": 1, "is_standstill_seen": True, "path": "server"}),
        (Message, {"values": {}}),
        (Message, {"template": "x", "values": {"a": [1]}}),
        (Message, {"template": "x"}),
        (BusSpec, {"url": "x", "units": {"one": 1}}),
        (Trust, "excellent"),
    ],
)
def test_what_is_no_such_fact_is_refused(kind: type[object], data: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - one error for all that is no fact
        decode(kind, data)


@dataclass(frozen=True)
class Pair:
    """Two of a kind each."""

    both: tuple[int, str]
    some: tuple[float, ...]
    few: frozenset[int]
    either: int | str | None


def test_pairs_sets_and_choices() -> None:
    pair = Pair((1, "a"), (1.0, 2.5), frozenset({2, 1}), None)
    assert decode(Pair, sent(pair)) == pair
    assert decode(Pair, {"both": [1, "a"], "some": [1], "few": [], "either": "x"}).some == (1.0,)
    wrongs: list[dict[str, object]] = [{"both": [1]}, {"some": 1}, {"few": {}}, {"either": 1.5}, {"some": [True]}]
    for wrong in wrongs:
        with pytest.raises(ValueError):  # noqa: PT011
            decode(Pair, {"both": [1, "a"], "some": [], "few": [], "either": 1, **wrong})


def test_what_is_no_fact_is_not_sent() -> None:
    with pytest.raises(TypeError, match="object is no fact"):
        encode(object())
    assert encode({1: (True, None)}) == {"1": [True, None]}


# -- specifications


def test_a_specification_names_every_unit_and_is_read_back(tmp_path: Path) -> None:
    spec = ServerSpec.of([BusSpec("tcp://h:1")], [block_of(), block_of(number=2)], "archroom")
    assert spec.buses == (BusSpec("tcp://h:1", {1: 1, 2: 2}),)
    assert read_spec(write_spec(spec, tmp_path / "state")) == spec
    assert spec.block(2).number == 2
    assert spec.digest != ServerSpec.of([BusSpec("tcp://h:2")], spec.blocks).digest
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["shelving-spec.json"]


@pytest.mark.parametrize(
    ("buses", "words"),
    [
        ([BusSpec("tcp://h:1", {9: 1})], "no block 9"),
        ([BusSpec("tcp://h:1", {1: 0})], "not 0"),
        ([BusSpec("tcp://h:1", {1: 248})], "not 248"),
        ([BusSpec("tcp://h:1", {1: 5, 2: 5})], "two blocks have one unit"),
        ([BusSpec("tcp://h:1"), BusSpec("tcp://h:2")], "stands on two buses"),
    ],
)
def test_a_specification_that_cannot_be_meant_is_refused(buses: list[BusSpec], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ServerSpec.of(buses, [block_of(), block_of(number=2)])


@pytest.mark.parametrize("content", ["", "[]", "{", '{"buses": []}', "[" * 100_000])
def test_a_file_that_says_nothing_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(content)
    with pytest.raises(BadFile, match="does not say what shelving to serve"):
        read_spec(tmp_path / "spec.json")
    with pytest.raises(BadFile):
        read_spec(tmp_path / "missing.json")
