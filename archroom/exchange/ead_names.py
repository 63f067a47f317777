"""What EAD 2002 calls things: the elements that are read, and the attributes each may carry.

An attribute that EAD does not know on an element that is read here refuses the file: a misspelt `lable` or `parnet` would
lose a barcode or the box of a folder without anybody noticing. Attributes of other namespaces may stand anywhere. The lists
are those of EAD 2002 with what its predecessor of 1998 allowed besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NAMESPACE = "urn:isbn:1-931666-22-9"
EAD3_NAMESPACE = "http://ead3.archivists.org/schema/"
SEPARATOR = " "
"""What the parser puts between namespace and name."""


class Role(Enum):
    """What an element means to the reader."""

    EAD = "ead"
    EADID = "eadid"
    TITLE_PROPER = "titleproper"
    DESCRIPTION = "archdesc"
    LIST = "dsc"
    COMPONENT = "c"
    DID = "did"
    TITLE = "unittitle"
    REFERENCE = "unitid"
    DATE = "unitdate"
    CONTAINER = "container"
    LINE_BREAK = "lb"


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """An element that is read, with the attributes it may carry."""

    role: Role
    attributes: frozenset[str]
    is_in_did: bool = False
    """Whether it is read where it stands right in a `<did>`."""
    is_checked: bool = True
    """Whether an attribute that is lost here could lose a record."""

    def stranger(self, attributes: dict[str, str]) -> str | None:
        """Return an attribute without a namespace that EAD does not allow here, None if none matters."""
        if not self.is_checked:
            return None
        return next((name for name in attributes if name not in self.attributes and SEPARATOR not in name), None)


def _element(role: Role, names: str, is_in_did: bool = False) -> Element:
    return Element(role, frozenset({"id", "altrender", "audience", "encodinganalog", *names.split()}), is_in_did)


_LEVEL = "level otherlevel langmaterial legalstatus"
_COMPONENT = _element(Role.COMPONENT, f"{_LEVEL} tpattern")

_READ = {
    "ead": _element(Role.EAD, "relatedencoding"),
    "eadid": _element(Role.EADID, "countrycode mainagencycode publicid url urn identifier type systemid source"),
    "titleproper": Element(Role.TITLE_PROPER, frozenset(), is_checked=False),
    "archdesc": _element(Role.DESCRIPTION, f"{_LEVEL} type othertype relatedencoding"),
    "dsc": _element(Role.LIST, "type othertype tpattern"),
    "did": _element(Role.DID, ""),
    "unittitle": _element(Role.TITLE, "type label", is_in_did=True),
    "unitid": _element(Role.REFERENCE, "countrycode repositorycode type label identifier", is_in_did=True),
    "unitdate": _element(Role.DATE, "calendar era normal type certainty datechar label", is_in_did=True),
    "container": _element(Role.CONTAINER, "parent type othertype label", is_in_did=True),
    "lb": Element(Role.LINE_BREAK, frozenset(), is_checked=False),
    "c": _COMPONENT,
    **{f"c{level:02d}": _COMPONENT for level in range(1, 13)},
}

ELEMENTS = _READ | {f"{NAMESPACE}{SEPARATOR}{name}": element for name, element in _READ.items()}
"""The elements that are read by their names, with and without the namespace; all others are passed over."""
