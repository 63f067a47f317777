"""Records as they come from outside: a finding aid, its components, and the containers they are in.

A reader yields one `FindingAid`, then containers and components in document order; a container before what names it, a
component after its parent. Text is cleaned; keys are stable over edits of the file (corpus conventions: barcode, else
finding aid + type + indicator; a child within its parent; a component by @id, else parent + unitid, else parent + title +
ordinal).
"""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.holdings import ThingKind


@dataclass(frozen=True, slots=True)
class FindingAid:
    """One finding aid, which becomes a collection."""

    key: str
    """`eadid`, else the file's name."""
    title: str
    reference: str
    dates: str


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
    dates: str
    path: tuple[str, ...]
    """Titles of the components above it, outermost first."""
    container_keys: tuple[str, ...]
    """The innermost container of each instance; the first is where it lives."""


Record = FindingAid | ContainerRecord | ComponentRecord


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
