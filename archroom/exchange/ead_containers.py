"""The containers of one `<did>`: which barcode, what kind, in which order they nest.

A container that names its parent is in it. One that has an id and no parent is a top container. Where there is neither, as
in older files, the order is the nesting: each is in the one before it, but one of the same type and another number begins
anew beside that one, since a box is not in a box.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from archroom.core.cleaning import MAX_LINE, clean
from archroom.core.codes import ForeignCode, OwnCode, normalise, read_scan
from archroom.core.holdings import ThingKind
from archroom.core.records import ContainerRecord, container_key, key_of
from archroom.errors import BadFile, say
from archroom.exchange.ead_memory import NameTable
from archroom.exchange.ead_text import fold, tidy

_SQUARE = re.compile(r"\[([^\[\]]*)\]\s*$")
_ROUND = re.compile(r"\(\s*([0-9][0-9\s]{6,}[0-9])\s*\)\s*$")
"""Some tools write the barcode in round brackets: then only a long number is one."""

_RANGE = re.compile(r"([A-Za-z]{0,4}\s*)(\d{1,9})[a-z]?\s*(?:-|\u2013|\u2014|~|\uff5e|to|至)\s*\1?(\d{1,9})[a-z]?")
_LIST = re.compile(r"\d+[a-z]?(?:\s*(?:,|;|&|\u3001)\s*\d+[a-z]?)+")

_WORD = re.compile(r"[^\W\d_]+")
_KINDS = (
    (ThingKind.BOX, {"box", "boxes", "carton", "case", "crate", "hollinger"}, "盒箱匣"),
    (ThingKind.TUBE, {"tube", "roll"}, "筒管"),
    (ThingKind.VOLUME, {"volume", "vol", "book", "ledger", "register", "album", "scrapbook"}, "册冊簿"),
    (ThingKind.FOLDER, {"folder", "file", "envelope", "packet", "wallet"}, "夹夾卷袋"),
)
_MENTIONS_HELD = 10_000
_LONGEST_ID = 200


class Mention(NamedTuple):
    """One `<container>` as it stands in the file."""

    id: str
    parents: str
    """@parent as written: ids with blanks between them."""
    type: str
    label: str
    profile: str
    indicator: str
    line: int
    column: int


class _Name(NamedTuple):
    """What @type and @label of a container say."""

    barcode: str
    label: str
    at_top: ThingKind
    below: ThingKind


class ContainerReader:
    """Turns mentions into containers; knows which it has given out lately, and where every id of the file belongs."""

    def __init__(self, file_name: str) -> None:
        self.finding_aid = ""
        self._file_name = file_name
        self._by_id = NameTable()
        self._names: dict[tuple[str, str], _Name] = {}
        self._known: dict[tuple[str, str, str, str, str], str] = {}

    def close(self) -> None:
        """Give temporary files back."""
        self._by_id.close()

    def read(self, mentions: list[Mention], emit: Callable[[ContainerRecord], None]) -> list[str]:
        """Give out the containers of one `<did>` and return the keys of the innermost; raises BadFile."""
        inner: dict[str, None] = {}
        chain: list[tuple[Mention, str]] = []
        key = ""
        for mention in mentions:
            if mention.parents:
                is_in_last = bool(chain) and mention.parents == chain[-1][0].id
                parent_key = key if is_in_last else self._parent(mention)
                if not parent_key:
                    return self.read(self._reordered(mention, mentions), emit)
                chain.clear()
            elif mention.id:
                parent_key = ""
                chain.clear()
            else:
                parent_key = _parent_by_order(mention, chain)
            key = self._key(mention, parent_key, emit)
            chain.append((mention, key))
            inner.pop(parent_key, None)
            inner[key] = None
        return list(inner)

    def _parent(self, mention: Mention) -> str:
        for name in mention.parents.split():
            key = self._by_id.get(_held(name))
            if key is not None:
                return key
        return ""

    def _reordered(self, mention: Mention, mentions: list[Mention]) -> list[Mention]:
        ordered = _parents_first(mentions)
        if ordered != mentions:
            return ordered
        raise BadFile(
            say(
                "{file}, line {line}, column {column}: a container is in “{parent}”, but nothing before it has that id.",
                file=self._file_name,
                line=mention.line,
                column=mention.column,
                parent=clean(mention.parents, 100),
            ),
            mention.line,
            mention.column,
        )

    def _key(self, mention: Mention, parent_key: str, emit: Callable[[ContainerRecord], None]) -> str:
        seen = (mention.type, mention.indicator, mention.label, mention.profile, parent_key)
        key = self._known.get(seen)
        if key is None:
            record = self._record(mention, parent_key)
            emit(record)
            key = record.key
            if len(self._known) >= _MENTIONS_HELD:
                self._known.clear()
            self._known[seen] = key
        if mention.id:
            self._by_id.put(_held(mention.id), key)
        return key

    def _record(self, mention: Mention, parent_key: str) -> ContainerRecord:
        written = mention.type, mention.label
        name = self._names.get(written)
        if name is None:
            name = self._name(mention)
            if len(self._names) >= _MENTIONS_HELD:
                self._names.clear()
            self._names[written] = name
        indicator = tidy(mention.indicator, MAX_LINE)
        return ContainerRecord(
            container_key(self.finding_aid, name.label, indicator, name.barcode, parent_key),
            name.below if parent_key else name.at_top,
            name.label,
            indicator,
            name.barcode,
            tidy(fold(mention.profile), MAX_LINE),
            parent_key,
            is_range(indicator),
        )

    def _name(self, mention: Mention) -> _Name:
        barcode, rest = self._barcode(mention)
        label = clean(mention.type, MAX_LINE) or clean(rest, MAX_LINE)
        return _Name(barcode, label, kind_of(label, is_top=True), kind_of(label, is_top=False))

    def _barcode(self, mention: Mention) -> tuple[str, str]:
        written, rest = split_label(mention.label)
        if not written:
            return "", rest
        code = read_scan(written)
        if isinstance(code, ForeignCode):
            return code.value, rest
        template = say(
            "{file}, line {line}, column {column}: “{barcode}” cannot be the barcode of a container.",
            file=self._file_name,
            line=mention.line,
            column=mention.column,
            barcode=clean(written, 100),
        )
        if isinstance(code, OwnCode):
            template = say(
                "{file}, line {line}, column {column}: the barcode “{barcode}” is a code of our own making.",
                **template.values,
            )
        raise BadFile(template, mention.line, mention.column)


def split_label(label: str) -> tuple[str, str]:
    """Return the barcode in brackets at the end of a label, as written, and the label without it.

    Brackets without a digit, or with characters no barcode has, hold a remark: then the label stays whole.
    """
    found = _SQUARE.search(label) or _ROUND.search(label)
    if found is None:
        return "", label
    value = normalise(found[1])
    if not value.isascii() or not any(char.isdigit() for char in value):
        return "", label
    return found[1], label[: found.start()].strip()


def kind_of(written: str, is_top: bool) -> ThingKind:
    """Return what a type as written means; words nobody knows mean a box at the top and a folder below."""
    words = {word.casefold() for word in _WORD.findall(written)}
    for kind, known, signs in _KINDS:
        if known & words or any(sign in written for sign in signs):
            return kind
    return ThingKind.BOX if is_top else ThingKind.FOLDER


def is_range(indicator: str) -> bool:
    """Whether an indicator stands for several containers: "1-7", "OS1-OS3", "4, 5 & 9"; a year and number does not."""
    if indicator.isdigit():
        return False
    found = _RANGE.fullmatch(indicator)
    if found is not None:
        return int(found[2]) < int(found[3])
    return _LIST.fullmatch(indicator) is not None


def _held(id_: str) -> str:
    """Return what an id is remembered by: itself, if it is not made to fill the memory."""
    return id_ if len(id_) <= _LONGEST_ID else key_of(id_)


def _parents_first(mentions: list[Mention]) -> list[Mention]:
    """Return the mentions in their order, but one whose parent comes later in the same `<did>` right after that."""
    to_come = {mention.id for mention in mentions if mention.id}
    waiting: dict[str, list[Mention]] = {}
    ordered: list[Mention] = []
    for mention in mentions:
        awaited = next((name for name in mention.parents.split() if name in to_come), None)
        if awaited is not None:
            waiting.setdefault(awaited, []).append(mention)
            continue
        ready = [mention]
        while ready:
            placed = ready.pop()
            ordered.append(placed)
            to_come.discard(placed.id)
            ready.extend(reversed(waiting.pop(placed.id, ())))
    return ordered + [mention for group in waiting.values() for mention in group]


def _parent_by_order(mention: Mention, chain: list[tuple[Mention, str]]) -> str:
    """Return the key of the container that this one is in by order, and cut the chain down to it."""
    for place, (other, _) in enumerate(chain):
        if other.type.casefold() == mention.type.casefold() and other.indicator != mention.indicator:
            del chain[place:]
            break
    return chain[-1][1] if chain else ""
