"""Which containers of a file are boxes that the books know already, settled before anything is written.

The barcode decides, in whatever finding aid the box was first named. Without one it is finding aid, type and indicator, and
a child is known within its parent. A box that had no barcode when it came and has one now is the same box, and so is one
whose barcode the file no longer tells: a blank never clears.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from archroom.core.holdings import ThingKind
from archroom.core.records import container_key
from archroom.errors import Refused, say
from archroom.store.connections import Books
from archroom.store.database import look
from archroom.store.import_known import Known
from archroom.store.import_staging import StagedContainer, Staging

_CHUNK = 500


class _Match(NamedTuple):
    """What a container is in the books."""

    thing_id: int = 0
    """0 if it is not there."""
    key: bytes | None = None
    """Key under which the books have it or will have it, None if that is its record's own."""


_NEW = _Match()


class Matching:
    """Finds the things of staged containers and notes them in the staging."""

    def __init__(self, books: Books, known: Known, staging: Staging, collection_id: int | None) -> None:
        self._books = books
        self._known = known
        self._staging = staging
        self._collection_id = collection_id
        self._untold: dict[bytes, _Match] | None = None

    def match(self) -> None:
        """Find all that are known; raises Refused if a barcode names something that is no container."""
        containers = self._staging.containers()
        while staged := list(islice(containers, _CHUNK)):
            with look(self._books):
                matches = self._match(staged)
            for no, match in matches.items():
                self._staging.set_thing(no, match.thing_id)
                if match.key is not None:
                    self._staging.set_key_in_books(no, match.key)

    def _match(self, staged: list[StagedContainer]) -> dict[int, _Match]:
        """Return what each container is; parents before what is in them."""
        matches: dict[int, _Match] = {}
        waiting = staged
        while waiting:
            awaited = {container.no for container in waiting}
            ready = [container for container in waiting if container.parent not in awaited]
            waiting = [container for container in waiting if container.parent in awaited]
            matches |= self._match_barcodes([container for container in ready if container.barcode])
            if self._collection_id is not None:
                local = [it for it in ready if not it.parent and not matches.get(it.no, _NEW).thing_id]
                matches |= self._match_local(local)
            matches |= self._match_inner([it for it in ready if it.parent and not it.barcode], matches)
        return matches

    def _match_barcodes(self, barcoded: list[StagedContainer]) -> dict[int, _Match]:
        bound = self._known.bound([container.barcode for container in barcoded])
        things = self._known.by_number([it.thing_id for it in bound.values() if it.thing_id is not None])
        matches: dict[int, _Match] = {}
        addresses = self._known.addresses([it.barcode for it in barcoded if "/" in it.barcode])
        for container in barcoded:
            owner = bound.get(container.barcode)
            if container.barcode in addresses:
                raise _no_container(container)
            if owner is None:
                continue
            if owner.thing_id is None or owner.kind == ThingKind.ITEM.value:
                raise _no_container(container)
            matches[container.no] = _match_of(container, owner.thing_id, things[owner.thing_id].source_key)
        return matches

    def _match_local(self, tops: list[StagedContainer]) -> dict[int, _Match]:
        """Match top containers by finding aid, type and indicator: those without a barcode, or with one gained or untold."""
        keys = {container.no: self._local_key(container.label, container.indicator) for container in tops}
        by_key = self._known.by_key(list(keys.values()))
        bound = self._known.with_barcode([thing.thing_id for thing in by_key.values()])
        matches: dict[int, _Match] = {}
        for container in tops:
            thing = by_key.get(keys[container.no])
            if thing is not None and not (container.barcode and thing.thing_id in bound):
                matches[container.no] = _match_of(container, thing.thing_id, thing.source_key)
            elif thing is None and not container.barcode:
                matches[container.no] = self._untold_barcodes().get(keys[container.no], _NEW)
        return matches

    def _match_inner(self, inner: list[StagedContainer], above: dict[int, _Match]) -> dict[int, _Match]:
        """Match children within their parents; a new parent has no known children."""
        keys: dict[int, bytes] = {}
        matches: dict[int, _Match] = {}
        for container in inner:
            parent = above.get(container.parent) or _Match(
                self._staging.thing_of(container.parent), self._staging.key_in_books(container.parent)
            )
            own_key = container.key
            if parent.key is not None:
                within = container_key("", container.label, container.indicator, parent_key=parent.key.hex())
                own_key = bytes.fromhex(within)
                matches[container.no] = _match_of(container, 0, own_key)
            if parent.thing_id:
                keys[container.no] = own_key
        by_key = self._known.by_key(list(keys.values()))
        for container in inner:
            thing = by_key.get(keys.get(container.no, b""))
            if thing is not None:
                matches[container.no] = _match_of(container, thing.thing_id, thing.source_key)
        return matches

    def _local_key(self, label: str, indicator: str) -> bytes:
        return bytes.fromhex(container_key(self._staging.finding_aid.key, label, indicator))

    def _untold_barcodes(self) -> dict[bytes, _Match]:
        """Return the boxes whose barcodes the file does not name, where type and indicator fit one of them only."""
        if self._untold is None:
            self._untold = {}
            for label, indicator, barcode, thing_id, source_key in self._known.barcoded_tops(self._collection_id or 0):
                if not self._staging.names_barcode(barcode):
                    key = self._local_key(label, indicator)
                    self._untold[key] = _NEW if key in self._untold else _Match(thing_id, source_key)
        return self._untold


def _match_of(container: StagedContainer, thing_id: int, key: bytes | None) -> _Match:
    return _Match(thing_id, None if key == container.key else key)


def _no_container(container: StagedContainer) -> Refused:
    return Refused(
        say(
            "The barcode {barcode} of “{container}” belongs to something that is no container.",
            barcode=container.barcode,
            container=f"{container.label} {container.indicator}".strip(),
        )
    )
