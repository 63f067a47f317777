"""Records as they come from outside: a finding aid, its components, and the containers they are in.

A reader yields one `FindingAid`, then containers and components in document order; a container before what names it, a
component after its parent. Text is cleaned. A container may come more than once, as often as the file describes it; what a
later mention adds completes the first. Keys are digests, unique over all finding aids, and stable over edits of the file:
the barcode makes a container one wherever it is named, else finding aid + type + indicator do, and a child is known within
its parent; a component is known by @id, else by parent + unitid, else by parent + title + ordinal.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import Enum

from archroom.core.holdings import ThingKind


@dataclass(frozen=True, slots=True)
class FindingAid:
    """One finding aid, which becomes a collection."""

    key: str
    """`eadid`, else the file's name."""
    title: str
    """As written; empty if nobody wrote one, and then a new collection is called by its key."""
    reference: str
    dates: str
    is_title_cut: bool = False
    """Whether the title was longer than what is kept."""


@dataclass(frozen=True, slots=True)
class ContainerRecord:
    """A box, folder, volume or tube as a finding aid names it."""

    key: str
    kind: ThingKind
    label: str
    """Type as written: "Box", "Folder", "OS Box"."""
    indicator: str
    """Number or text: "12", "OS 2a", "1-7"."""
    barcode: str
    """Normalised barcode of the physical container, empty if none."""
    profile: str
    """Container profile, "Manuscript box - Letter", empty if none."""
    parent_key: str
    """Key of the container it is in, empty for a top container."""
    needs_split: bool
    """Whether the indicator is a range."""


@dataclass(frozen=True, slots=True)
class ComponentRecord:
    """A described unit, which becomes an item."""

    key: str
    parent_key: str
    """Key of the parent component, empty at the top."""
    level: str
    """Level of description: series, subseries, file, item, otherlevel ..."""
    reference: str
    title: str
    """Empty if the finding aid gives it none."""
    dates: str
    path: tuple[str, ...]
    """Titles of the components above it, outermost first, each at most 500 characters."""
    container_keys: tuple[str, ...]
    """The innermost container of each instance; the first is where it lives."""
    is_title_cut: bool = False
    """Whether the title was longer than what is kept."""


Record = FindingAid | ContainerRecord | ComponentRecord


def key_of(*parts: str) -> str:
    """Return the digest of what makes a record one: 32 hexadecimal digits."""
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def container_key(finding_aid: str, label: str, indicator: str, barcode: str = "", parent_key: str = "") -> str:
    """Return the key of a container: its barcode decides, else its parent or finding aid with type and indicator.

    Types are compared without regard to case, indicators as written; both after NFKC and with white space folded.
    """
    if barcode:
        return key_of("barcode", barcode)
    kind, number = _folded(label).casefold(), _folded(indicator)
    if parent_key:
        return key_of("in", parent_key, kind, number)
    return key_of("top", finding_aid, kind, number)


def _folded(text: str) -> str:
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


class Aspect(Enum):
    """What of a thing reads or stands otherwise after a newer file; the value is how `--json` says it."""

    TITLE = "title"
    REFERENCE = "reference"
    DATES = "dates"
    LEVEL = "level"
    PATH = "path"
    """The components above it, by their titles."""
    LABEL = "label"
    INDICATOR = "indicator"
    HOUSING = "housing"
    PROFILE = "profile"
    WIDTH = "width"
    PARENT = "parent"
    """The component above it."""
    BARCODE = "barcode"
    HOME = "home"
    LISTED = "listed"
    """The finding aid had not named it before."""
    BACK = "back"
    """It was gone from the finding aid."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One thing that a file changed, or that is gone from it."""

    code: str
    """Its own code; empty if it came into the books in the same dry run, so that it has none yet."""
    title: str
    """As it reads now, at most LONGEST_NAMED characters."""
    aspects: tuple[Aspect, ...]
    """What changed, in the order of Aspect; nothing if it is gone."""

    @property
    def is_gone(self) -> bool:
        """Whether the file names it no longer."""
        return not self.aspects


MOST_NAMED = 1_000
"""Changes of one import that are named one by one; the rest is counted."""
LONGEST_NAMED = 200
"""Characters of a title under which a change is named."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What one finding aid holds or changed."""

    items: int = 0
    containers: int = 0
    barcodes: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0
    cut_titles: int = 0

    def plus(self, other: ImportCounts) -> ImportCounts:
        """Return the sums."""
        return ImportCounts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))
