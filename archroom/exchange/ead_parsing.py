"""EAD as a stream of parser events: which element means what, and when a record is complete.

Only elements that end in a record are looked at, only their text is held, and only the open components are remembered, so
memory does not grow with the file. What the reader makes is put into `found`, in document order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from archroom.core.cleaning import MAX_LINE, MAX_TITLE, clean
from archroom.core.merging import item_title
from archroom.core.records import ComponentRecord, FindingAid, Record, key_of
from archroom.errors import BadFile, Message, say
from archroom.exchange.ead_containers import ContainerReader, Mention
from archroom.exchange.ead_memory import NameTable
from archroom.exchange.ead_names import EAD3_NAMESPACE, ELEMENTS, NAMESPACE, SEPARATOR, Element, Role
from archroom.exchange.ead_text import fold, tidy

MAX_DEPTH = 200
"""Elements within elements; the deepest real finding aid has 12 levels of components, each with a handful of elements."""
MAX_CONTAINERS = 20_000
"""Containers that one description may name."""
_HELD_CHARACTERS = 8 * MAX_TITLE
"""Raw text of one element that is held; white space between words does not count towards the limit of a title."""
_MAX_DATES = 20
_INTERNAL = "internal"

# Looking a member up in its enumeration costs as much as the rest of a handler.
_EAD, _EADID, _TITLE_PROPER, _DESCRIPTION = Role.EAD, Role.EADID, Role.TITLE_PROPER, Role.DESCRIPTION
_COMPONENT, _DID, _TITLE, _DATE = Role.COMPONENT, Role.DID, Role.TITLE, Role.DATE
_CONTAINER, _LINE_BREAK = Role.CONTAINER, Role.LINE_BREAK
_element_of = ELEMENTS.get


@dataclass(slots=True, eq=False)
class _Unit:
    """An open component, or the whole described by `archdesc`: what was read of it so far."""

    level: str
    id: str
    path: tuple[str, ...]
    inner_path: tuple[str, ...] = ()
    """The path of the components in it."""
    key: str = ""
    title: str = ""
    spare_title: str = ""
    reference: str = ""
    spare_reference: str = ""
    dates: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)
    is_given: bool = False

    def add_date(self, text: str) -> None:
        if text and text not in self.dates and len(self.dates) < _MAX_DATES:
            self.dates.append(text[:MAX_LINE])

    def take_text(self, role: Role, text: str, is_internal: bool) -> None:
        """Keep a title or reference: the first that is for everybody, else the first for the staff."""
        if role is _TITLE:
            if is_internal:
                self.spare_title = self.spare_title or text
            else:
                self.title = self.title or text
        elif is_internal:
            self.spare_reference = self.spare_reference or text
        else:
            self.reference = self.reference or text


class EadReader:
    """Handlers of one file's parser events."""

    def __init__(self, parser: expat.XMLParserType, file_name: str) -> None:
        self.found: list[Record] = []
        self._parser = parser
        self._file_name = file_name
        self._depth = 0
        self._did_depth = -1
        """Depth of what stands right in the open `<did>`."""
        self._units: list[_Unit] = []
        self._whole: _Unit | None = None
        self._is_announced = False
        self._eadid = ""
        self._title_proper = ""
        self._levels: dict[tuple[str, str], str] = {}
        self._keys = NameTable()
        self._containers = ContainerReader(file_name)
        self._mentions: list[Mention] = []
        self._captured: Element | None = None
        self._captured_depth = 0
        self._captured_attributes: dict[str, str] = {}
        self._line = 0
        self._column = 0
        self._pieces: list[str] = []
        self._take_piece = self._pieces.append
        self._date_from = -1
        self._date_normal = ""
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self._end

    def close(self) -> None:
        """Give temporary files back and let go of the parser."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None
        self._keys.close()
        self._containers.close()

    def refusal(self, template: Message, line: int = 0, column: int = 0) -> BadFile:
        """Return the refusal of the file at a place, by default the present one."""
        line = line or self._parser.CurrentLineNumber
        column = column or self._parser.CurrentColumnNumber + 1
        values = {"file": self._file_name, "line": line, "column": column, **template.values}
        return BadFile(Message(template.template, values), line, column)

    def shorten_text(self) -> None:
        """Fold what is held of a very long text; to be called after each piece of the file."""
        if len(self._pieces) > 1 and sum(map(len, self._pieces)) > _HELD_CHARACTERS:
            self._pieces[:] = [fold("".join(self._pieces))[: MAX_TITLE + 1] + " "]

    # --- elements

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element; raises BadFile."""
        self._depth = depth = self._depth + 1
        element = _element_of(name)
        if element is None:
            if depth == 1 or depth > MAX_DEPTH:
                self._check_depth(name, element)
            return
        if attributes and not element.attributes.issuperset(attributes):
            self._check_attributes(element, attributes)
        if self._captured is not None:
            self._start_within(element, attributes)
        elif not element.is_in_did:
            self._start_structure(name, element, attributes)
        elif depth == self._did_depth:
            self._capture(element, attributes)

    def _start_structure(self, name: str, element: Element, attributes: dict[str, str]) -> None:
        if self._depth == 1 or self._depth > MAX_DEPTH:
            self._check_depth(name, element)
        role = element.role
        if role is _COMPONENT:
            self._open_component(attributes)
        elif role is _DID:
            if self._units:
                self._did_depth = self._depth + 1
        elif role is _DESCRIPTION:
            if self._whole is None:
                self._whole = _Unit("", "", ())
                self._units.append(self._whole)
        elif role in (_EADID, _TITLE_PROPER) and not self._units and attributes.get("type") != "filing":
            self._capture(element, attributes)

    def _end(self, name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if self._captured is not None:
            if depth == self._captured_depth:
                self._end_capture(self._captured.role)
            elif self._date_from >= 0:
                self._end_date_within(name)
            return
        element = _element_of(name)
        if element is None:
            return
        role = element.role
        if role is _DID:
            if depth == self._did_depth - 1:
                self._end_did()
        elif role is _COMPONENT:
            if len(self._units) > 1:
                unit = self._units.pop()
                if not unit.is_given:
                    self._give(unit, self._units[-1])
        elif role is _DESCRIPTION:
            self._announce()
        elif role is _EAD and depth == 1 and self._whole is None:
            raise self.refusal(say("{file}, line {line}, column {column}: the file ends without a description (archdesc)."))

    def _check_depth(self, name: str, element: Element | None) -> None:
        """Refuse another outermost element than EAD's, and elements that stand too deep."""
        if self._depth == 1:
            self._check_root(name, element)
        else:
            raise self.refusal(
                say("{file}, line {line}, column {column}: elements stand in elements over {depth} deep.", depth=MAX_DEPTH)
            )

    def _check_attributes(self, element: Element, attributes: dict[str, str]) -> None:
        stranger = element.stranger(attributes)
        if stranger is not None:
            raise self.refusal(
                say(
                    "{file}, line {line}, column {column}: EAD knows no attribute “{attribute}” of the element “{name}”.",
                    attribute=clean(stranger, 100),
                    name=element.role.value,
                )
            )

    def _check_root(self, name: str, element: Element | None) -> None:
        if element is not None and element.role is _EAD:
            return
        space, _, local = name.rpartition(SEPARATOR)
        if space == EAD3_NAMESPACE:
            raise self.refusal(
                say("{file}, line {line}, column {column}: this is EAD 3; export it as EAD 2002, which can be read.")
            )
        shown = clean(local if space in ("", NAMESPACE) else f"{local} ({space})", 100)
        raise self.refusal(
            say("{file}, line {line}, column {column}: not EAD; its outermost element is “{name}”.", name=shown)
        )

    # --- text

    def _capture(self, element: Element, attributes: dict[str, str]) -> None:
        self._captured = element
        self._captured_depth = self._depth
        self._captured_attributes = attributes
        if element.role is _CONTAINER:
            self._line = self._parser.CurrentLineNumber
            self._column = self._parser.CurrentColumnNumber + 1
        self._parser.CharacterDataHandler = self._take_piece

    def _start_within(self, element: Element, attributes: dict[str, str]) -> None:
        if self._depth > MAX_DEPTH:
            self._check_depth("", element)
        if element.role is _DATE and self._captured is not None and self._captured.role is _TITLE:
            self._pieces.append(" ")
            self._date_from = len(self._pieces)
            self._date_normal = attributes.get("normal", "")
        elif element.role is _LINE_BREAK:
            self._pieces.append(" ")

    def _end_date_within(self, name: str) -> None:
        element = _element_of(name)
        if element is not None and element.role is _DATE:
            self._units[-1].add_date(fold("".join(self._pieces[self._date_from :])) or fold(self._date_normal))
            self._date_from = -1

    def _end_capture(self, role: Role) -> None:
        self._parser.CharacterDataHandler = None
        self._captured = None
        self._date_from = -1
        pieces = self._pieces
        text = fold(pieces[0] if len(pieces) == 1 else "".join(pieces))
        pieces.clear()
        attributes = self._captured_attributes
        if role is _CONTAINER:
            if text:
                self._mention(text, attributes.get)
        elif role is _DATE:
            self._units[-1].add_date(text or fold(attributes.get("normal", "")))
        elif role is _EADID:
            self._eadid = self._eadid or clean(text, MAX_LINE)
        elif role is _TITLE_PROPER:
            self._title_proper = self._title_proper or text
        else:
            self._units[-1].take_text(role, text, attributes.get("audience") == _INTERNAL)

    def _mention(self, text: str, get: Callable[[str, str], str]) -> None:
        if len(self._mentions) >= MAX_CONTAINERS:
            raise self.refusal(
                say(
                    "{file}, line {line}, column {column}: one description names over {count} containers.",
                    count=MAX_CONTAINERS,
                )
            )
        self._mentions.append(
            Mention(
                get("id", ""),
                get("parent", ""),
                get("type", ""),
                get("label", ""),
                get("altrender", ""),
                text,
                self._line,
                self._column,
            )
        )

    # --- records

    def _end_did(self) -> None:
        self._did_depth = -1
        if not self._units:
            return
        if not self._is_announced:
            self._announce()
        if self._mentions:
            self._units[-1].containers += self._containers.read(self._mentions, self.found.append)
            self._mentions.clear()

    def _open_component(self, attributes: dict[str, str]) -> None:
        if not self._units:
            return
        if not self._is_announced:
            self._announce()
        parent = self._units[-1]
        if not parent.is_given:
            self._give(parent, self._units[-2])
        written = attributes.get("level", ""), attributes.get("otherlevel", "")
        level = self._levels.get(written)
        if level is None:
            level = clean(written[1] or written[0] if written[0] == "otherlevel" else written[0], 100)
            if len(self._levels) < 1_000:
                self._levels[written] = level
        self._units.append(_Unit(level, attributes.get("id", ""), parent.inner_path))

    def _announce(self) -> None:
        """Give out the finding aid, once, when its own description has been read or its first part begins."""
        whole = self._whole
        if self._is_announced or whole is None:
            return
        self._is_announced = True
        whole.is_given = True
        whole.key = self._eadid or clean(self._file_name, MAX_LINE)
        self._containers.finding_aid = whole.key
        written = whole.title or whole.spare_title or self._title_proper
        reference = tidy(whole.reference or whole.spare_reference, MAX_LINE)
        dates = tidy("; ".join(whole.dates), MAX_LINE)
        self.found.append(
            FindingAid(whole.key, tidy(written, MAX_TITLE), reference, dates, is_title_cut=len(written) > MAX_TITLE)
        )

    def _give(self, unit: _Unit, parent: _Unit) -> None:
        """Give out a component; its key and title are settled from here on."""
        unit.is_given = True
        written = unit.title or unit.spare_title
        reference = tidy(unit.reference or unit.spare_reference, MAX_LINE)
        dates = tidy("; ".join(unit.dates), MAX_LINE)
        title = tidy(written, MAX_TITLE)
        unit.key = self._key(parent.key, unit.id, reference, written or dates)
        unit.inner_path = (*unit.path, item_title(title[:MAX_LINE], dates, reference))
        self.found.append(
            ComponentRecord(
                unit.key,
                "" if parent is self._whole else parent.key,
                unit.level,
                reference,
                title,
                dates,
                unit.path,
                tuple(unit.containers),
                len(written) > MAX_TITLE,
            )
        )

    def _key(self, parent_key: str, id_: str, reference: str, title: str) -> str:
        if id_:
            parts = ("id", self._whole.key if self._whole else "", id_)
        elif reference:
            parts = ("unitid", parent_key, reference)
        else:
            parts = ("title", parent_key, title)
        key = key_of(*parts)
        before = self._keys.get(key)
        if before is None:
            self._keys.put(key, "1")
            return key
        ordinal = str(int(before) + 1)
        self._keys.put(key, ordinal)
        return key_of(*parts, ordinal)
