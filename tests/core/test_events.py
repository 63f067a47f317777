"""Events: their canonical bytes come back as the same event, and the chain tells any change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
from arbitrary import events, instants
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.acts import UNDOABLE, Act, ActKind
from archroom.core.events import (
    GENESIS,
    Event,
    body_of,
    canonical,
    chain_hash,
    event_of,
    instant,
    keyed_digest,
    stamp,
)


@given(events)
def test_an_event_comes_back_from_its_body(event: Event) -> None:
    assert event_of(body_of(event)) == event


@given(events)
def test_a_body_is_canonical(event: Event) -> None:
    body = body_of(event)
    assert canonical(json.loads(body)) == body
    assert b"\n" not in body


@given(instants)
def test_an_instant_comes_back_from_its_stamp(at: datetime) -> None:
    assert instant(stamp(at)) == at
    assert stamp(at).endswith("Z")
    assert len(stamp(at)) == len("2026-11-24T09:00:00.000000Z")


@given(events, st.binary(min_size=1, max_size=4), st.integers(0, 10_000))
def test_a_changed_body_changes_the_chain(event: Event, patch: bytes, at: int) -> None:
    body = body_of(event)
    changed = body[: at % len(body)] + patch + body[at % len(body) + len(patch) :]
    assert (chain_hash(GENESIS, changed) == chain_hash(GENESIS, body)) == (changed == body)


@given(events)
def test_a_changed_hash_before_it_changes_the_chain(event: Event) -> None:
    body = body_of(event)
    assert chain_hash(chain_hash(GENESIS, body), body) != chain_hash(GENESIS, body)
    assert len(chain_hash(GENESIS, body)) == len(GENESIS)


@given(events, st.sampled_from(["extra", "Seq", "moves2"]))
def test_a_body_with_more_than_its_event_is_refused(event: Event, key: str) -> None:
    fields = json.loads(body_of(event))
    fields[key] = 1
    with pytest.raises(ValueError, match="canonical"):
        event_of(canonical(fields))


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"1", b"{}", b'{"seq":1}', b"\xff", b'{"at":5,"happened":"x","seq":1}', b'{"a":NaN}'],
)
def test_what_is_no_body_is_refused(body: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        event_of(body)


@given(events)
def test_blanks_and_order_are_not_canonical(event: Event) -> None:
    fields = json.loads(body_of(event))
    loose = json.dumps(dict(reversed(list(fields.items()))), ensure_ascii=False).encode()
    with pytest.raises(ValueError, match="canonical"):
        event_of(loose)


@given(events)
def test_empty_sections_are_left_out(event: Event) -> None:
    bare = replace(event, act=Act(event.act.kind))
    assert set(json.loads(body_of(bare))) == {"v", "seq", "at", "happened", "actor", "terminal", "kind"}


@given(st.binary(min_size=1), st.lists(st.text(st.characters(exclude_characters="\x1f")), min_size=1))
def test_a_digest_is_of_its_key_and_of_each_field(key: bytes, fields: list[str]) -> None:
    digest = keyed_digest(key, fields)
    assert len(digest) == 32
    assert digest != keyed_digest(key + b"x", fields)
    assert digest != keyed_digest(key, [*fields, ""])


def test_kinds_have_words_of_their_own() -> None:
    assert len({kind.value for kind in ActKind}) == len(ActKind)
    assert ActKind.ACT_UNDONE not in UNDOABLE
