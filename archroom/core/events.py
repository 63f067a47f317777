"""The ledger's entries: canonical bytes, their chain, and the way back to acts.

An event's body is canonical JSON (UTF-8, sorted keys, no blanks, strings and whole numbers only); its hash covers the hash
before it and the body, so no entry can be changed, dropped or swapped without breaking all that follow. Order is `seq`,
never time.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from archroom.core.acts import (
    Act,
    ActKind,
    AisleOpenedByHand,
    BarcodeBound,
    Described,
    LoanClosed,
    LoanOpened,
    LoanReopened,
    Move,
    OutageBegun,
    OutageEnded,
    Owner,
    Performer,
    PlaceMade,
    ThingMade,
)
from archroom.core.holdings import Custody, PlaceKind, ThingKind, Whereabouts

GENESIS = bytes(32)
"""What stands for the hash before the first event."""
_DOMAIN = b"archroom-event-v1\x00"

Json = None | int | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the ledger."""

    seq: int
    recorded_at: datetime
    """When it was written down, UTC."""
    happened_at: datetime
    """When the person did it, UTC; earlier than `recorded_at` for what was replayed."""
    performer: Performer
    act: Act


def body_of(event: Event) -> bytes:
    """Return the canonical bytes of an event."""
    return canonical(
        {
            "v": 1,
            "seq": event.seq,
            "at": stamp(event.recorded_at),
            "happened": stamp(event.happened_at),
            "actor": event.performer.actor,
            "terminal": event.performer.terminal,
            "kind": event.act.kind.value,
            **_sections(event.act),
        }
    )


def event_of(body: bytes) -> Event:
    """Return the event whose canonical bytes these are; raises ValueError, KeyError or TypeError if they are not."""
    fields = cast(dict[str, Json], json.loads(body))
    event = Event(
        seq=cast(int, fields["seq"]),
        recorded_at=instant(str(fields["at"])),
        happened_at=instant(str(fields["happened"])),
        performer=Performer(cast(str, fields["actor"]), cast(str, fields["terminal"])),
        act=_act_of(fields),
    )
    if body_of(event) != body:
        raise ValueError("the body is not the canonical form of any event")
    return event


def chain_hash(previous: bytes, body: bytes) -> bytes:
    """Return the 32-byte hash of an entry from the hash before it and its body."""
    return hashlib.sha256(_DOMAIN + previous + len(body).to_bytes(8, "big") + body).digest()


def keyed_digest(key: bytes, fields: Iterable[str]) -> str:
    """Return the digest of a description or person under the house's key: 32 hexadecimal digits of HMAC-SHA-256."""
    content = "\x1f".join(fields).encode("utf-8", "surrogatepass")
    return hmac.new(key, content, "sha256").hexdigest()[:32]


def canonical(fields: Mapping[str, Json]) -> bytes:
    """Return canonical JSON bytes."""
    return json.dumps(fields, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def stamp(at: datetime) -> str:
    """Return an instant as UTC ISO text with six decimals, ending in Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(text: str) -> datetime:
    """Return the instant of a stamp."""
    return datetime.fromisoformat(text)


def _where(where: Whereabouts) -> list[Json]:
    return [
        where.custody.value,
        where.place_id,
        where.container_id,
        where.home_place_id,
        where.home_container_id,
    ]


def _whereabouts(row: Json) -> Whereabouts:
    custody, place, container, home_place, home_container = cast(list[Json], row)
    return Whereabouts(
        Custody(custody),
        cast(int | None, place),
        cast(int | None, container),
        cast(int | None, home_place),
        cast(int | None, home_container),
    )


def _sections(act: Act) -> dict[str, Json]:
    sections: dict[str, Json] = {
        "moves": [[m.thing_id, _where(m.before), _where(m.after), m.touched_before] for m in act.moves],
        "lent": [[loan.thing_id, loan.person_id, loan.due_on.isoformat()] for loan in act.loans_opened],
        "closed": [[loan.thing_id, loan.opened_seq, int(loan.was_undone)] for loan in act.loans_closed],
        "reopened": [[loan.thing_id, loan.opened_seq] for loan in act.loans_reopened],
        "things": [[t.thing_id, t.kind.value, _where(t.whereabouts)] for t in act.things_made],
        "places": [[p.place_id, p.kind.value, p.address, p.width_mm] for p in act.places_made],
        "barcodes": [[b.value, b.owner.value, b.owner_id] for b in act.barcodes_bound],
        "described": [[d.owner.value, d.owner_id, d.version, d.digest] for d in act.described],
        "out_of_order": [[o.block, o.since_on.isoformat(), o.why] for o in act.outages_begun],
        "opened_by_hand": [[o.block, o.aisle, o.begun_seq] for o in act.opened_by_hand],
        "in_order": [[o.block, o.begun_seq] for o in act.outages_ended],
        "facts": dict(act.facts),
        "undoes": act.undoes,
    }
    return {name: section for name, section in sections.items() if section not in ([], {}, None)}


def _rows(fields: Mapping[str, Json], name: str) -> list[list[Json]]:
    return cast(list[list[Json]], fields.get(name) or [])


def _act_of(fields: Mapping[str, Json]) -> Act:
    return Act(
        kind=ActKind(fields["kind"]),
        moves=tuple(
            Move(cast(int, thing), _whereabouts(before), _whereabouts(after), cast(int, touched))
            for thing, before, after, touched in _rows(fields, "moves")
        ),
        loans_opened=tuple(
            LoanOpened(cast(int, thing), cast(int, person), date.fromisoformat(cast(str, due)))
            for thing, person, due in _rows(fields, "lent")
        ),
        loans_closed=tuple(
            LoanClosed(cast(int, thing), cast(int, opened), bool(undone))
            for thing, opened, undone in _rows(fields, "closed")
        ),
        loans_reopened=tuple(
            LoanReopened(cast(int, thing), cast(int, opened)) for thing, opened in _rows(fields, "reopened")
        ),
        things_made=tuple(
            ThingMade(cast(int, thing), ThingKind(kind), _whereabouts(where))
            for thing, kind, where in _rows(fields, "things")
        ),
        places_made=tuple(
            PlaceMade(cast(int, place), PlaceKind(kind), cast(str, address), cast(int | None, width))
            for place, kind, address, width in _rows(fields, "places")
        ),
        barcodes_bound=tuple(
            BarcodeBound(cast(str, value), Owner(owner), cast(int, owner_id))
            for value, owner, owner_id in _rows(fields, "barcodes")
        ),
        described=tuple(
            Described(Owner(owner), cast(int, owner_id), cast(int, version), cast(str, digest))
            for owner, owner_id, version, digest in _rows(fields, "described")
        ),
        outages_begun=tuple(
            OutageBegun(cast(int, block), date.fromisoformat(cast(str, since)), cast(str, why))
            for block, since, why in _rows(fields, "out_of_order")
        ),
        opened_by_hand=tuple(
            AisleOpenedByHand(cast(int, block), cast(int, aisle), cast(int, begun))
            for block, aisle, begun in _rows(fields, "opened_by_hand")
        ),
        outages_ended=tuple(OutageEnded(cast(int, block), cast(int, begun)) for block, begun in _rows(fields, "in_order")),
        undoes=cast(int | None, fields.get("undoes")),
        facts=cast(dict[str, str | int], fields.get("facts") or {}),
    )
