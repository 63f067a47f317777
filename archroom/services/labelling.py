"""The facts that stand on a label; how they are drawn is `archroom.labels`."""

from __future__ import annotations

from collections.abc import Sequence

from archroom.core.codes import Command, read_scan
from archroom.core.holdings import Person, Place, Standing
from archroom.core.labels import LabelContent
from archroom.core.ports import Archive, Reading
from archroom.services.resolving import owner_of_typed


class Labelling:
    """Gathers what stands on labels of things, places, people and command cards."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def contents(self, texts: Sequence[str]) -> list[LabelContent]:
        """Return one label's facts for each text: a code, barcode, address, reference code, exact name or command word.

        Raises BadCode for the first text that names nothing; then no label is made.
        """
        with self._archive.reading() as books:
            return [_content(books, text) for text in texts]


def _content(books: Reading, text: str) -> LabelContent:
    code = read_scan(text)
    if isinstance(code, Command):
        return LabelContent(code.value)
    owner = owner_of_typed(books, text)
    match owner:
        case Person():
            return LabelContent(owner.code, title=owner.name)
        case Place():
            return LabelContent(owner.code, reference=owner.address, subtitle=owner.address.partition("/")[0])
        case Standing(thing=thing):
            details = books.details(thing.id)
            collection = details.hit.collection if details is not None else ""
            subtitle = "" if thing.title.endswith(collection) else collection
            return LabelContent(thing.code, thing.reference, thing.title, subtitle)
