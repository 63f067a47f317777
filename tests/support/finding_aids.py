"""Small finding aids for tests, put together from parts: `ead(c("Letters", box(1, barcode="123")))`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from archroom.core.records import ComponentRecord, ContainerRecord, FindingAid, Record
from archroom.exchange.ead import read_ead

NAMESPACE = "urn:isbn:1-931666-22-9"


def box(number: object, barcode: str = "", id_: str = "", parent: str = "", type_: str = "Box", profile: str = "") -> str:
    """A container as ArchivesSpace writes it; with a parent, one inside another."""
    label = f"Mixed Materials [{barcode}]" if barcode else ""
    pairs = {"id": id_, "parent": parent, "label": label, "type": type_, "altrender": profile}
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in pairs.items() if value)
    return f"<container{attributes}>{escape(str(number))}</container>"


def folder(number: object, parent: str = "", barcode: str = "", id_: str = "") -> str:
    """A folder; without a parent, one whose place in the `<did>` says where it is."""
    return box(number, barcode=barcode, id_=id_, parent=parent, type_="Folder")


def c(
    title: str, *containers: str, id_: str = "", unitid: str = "", dates: str = "", level: str = "file", inner: str = ""
) -> str:
    """A component; `title` may hold markup."""
    head = f" level={quoteattr(level)}" + (f" id={quoteattr(id_)}" if id_ else "")
    numbered = f"<unitid>{escape(unitid)}</unitid>" if unitid else ""
    dated = f"<unitdate>{escape(dates)}</unitdate>" if dates else ""
    return f"<c{head}><did><unittitle>{title}</unittitle>{numbered}{dated}{''.join(containers)}</did>{inner}</c>"


def ead(
    *components: str, key: str = "smith", title: str = "Smith papers", unitid: str = "MS 1", head: str = "", dates: str = ""
) -> str:
    """A whole finding aid without a namespace."""
    identified = f"<eadid>{escape(key)}</eadid>" if key else ""
    dated = f"<unitdate>{escape(dates)}</unitdate>" if dates else ""
    return (
        f"{head}<ead><eadheader>{identified}</eadheader><archdesc level='collection'><did><unittitle>{title}</unittitle>"
        f"<unitid>{escape(unitid)}</unitid>{dated}</did><dsc>{''.join(components)}</dsc></archdesc></ead>"
    )


class Read:
    """The records of a finding aid, sorted by what they are."""

    def __init__(self, records: Iterator[Record]) -> None:
        self.in_order = list(records)
        self.finding_aids = [record for record in self.in_order if isinstance(record, FindingAid)]
        self.components = [record for record in self.in_order if isinstance(record, ComponentRecord)]
        self.containers: dict[str, ContainerRecord] = {}
        for record in self.in_order:
            if isinstance(record, ContainerRecord):
                self.containers.setdefault(record.key, record)

    @property
    def finding_aid(self) -> FindingAid:
        """The one finding aid."""
        (found,) = self.finding_aids
        return found

    def way(self, key: str) -> tuple[str, ...]:
        """The containers around a container and itself, outermost first: ("Box 1", "Folder 2")."""
        record = self.containers[key]
        around = self.way(record.parent_key) if record.parent_key else ()
        return (*around, f"{record.label} {record.indicator}")

    def ways(self, title: str) -> list[tuple[str, ...]]:
        """Where the component of this title lives, an entry for each instance."""
        (component,) = [component for component in self.components if component.title == title]
        return [self.way(key) for key in component.container_keys]


def read(text: str | bytes, folder_: Path, name: str = "file.xml") -> Read:
    """Write a file and read it."""
    path = folder_ / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Read(read_ead(path))
