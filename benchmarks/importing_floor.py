"""The floor of the import: what lxml and sqlite3 do when nothing but the rows is asked for.

It knows how the generated finding aid is built and no other; it takes for granted that everything in it is right and new.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from lxml import etree

from archroom.core.comparing import exact_key
from archroom.core.searching import MARKS, indexed_tokens, marked
from archroom.store.sqlite import SqliteBooks

SPACE = "{urn:isbn:1-931666-22-9}"
COLLECTION = "Generated papers"
HELD = 10_000
MARK = dict(zip(("box", "folder"), MARKS, strict=True))


class Rows:
    """Rows that wait to be written, many at a time."""

    def __init__(self, connection: Any) -> None:
        self.things: list[tuple[Any, ...]] = []
        self.descriptions: list[tuple[Any, ...]] = []
        self.words: list[tuple[int, str]] = []
        self.listings: list[tuple[int]] = []
        self.barcodes: list[tuple[str, int]] = []
        self.count = 0
        self._connection = connection

    def add(
        self, kind: str, home: int | None, parent: int | None, key: str, fields: tuple[str, ...], barcode: str = ""
    ) -> int:
        """Add a thing with its description: title, reference, dates, level, path, label, indicator, housing, profile."""
        self.count += 1
        number = self.count
        title, reference, dates, level, path, label, indicator, housing, profile = fields
        digest = hashlib.blake2b(key.encode(), digest_size=16).digest()
        self.things.append((number, kind, home, home))
        self.descriptions.append((number, parent, digest, *fields, exact_key(reference)))
        tokens = indexed_tokens((title, reference, label, indicator, housing, *json.loads(path), COLLECTION))
        if kind != "item":
            tokens += marked(indexed_tokens((title,)), MARK[kind])
        self.words.append((number, " ".join(tokens)))
        if kind != "item":
            self.listings.append((number,))
        if barcode:
            self.barcodes.append((barcode, number))
        if len(self.things) >= HELD:
            self.write()
        return number

    def write(self) -> None:
        """Write what waits."""
        many = self._connection.executemany
        many(
            "INSERT INTO thing (id, kind, custody, container_id, home_container_id, made_seq) VALUES (?, ?, 'in', ?, ?, 1)",
            self.things,
        )
        many(
            "INSERT INTO description (thing_id, collection_id, parent_id, source_key, title, reference, dates, level, path,"
            " label, indicator, housing, profile, reference_key) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self.descriptions,
        )
        many("INSERT INTO listed_in (thing_id, collection_id) VALUES (?, 1)", self.listings)
        many("INSERT INTO barcode (value, thing_id, bound_seq) VALUES (?, ?, 1)", self.barcodes)
        many("INSERT INTO search_index (rowid, words) VALUES (?, ?)", self.words)
        for rows in (self.things, self.descriptions, self.words, self.listings, self.barcodes):
            rows.clear()


def write(file: Path, path: Path) -> None:
    """Write the rows of a generated finding aid into new books, in one transaction."""
    books = SqliteBooks(path)
    books.connect()
    connection = books.connection()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO collection (id, key, title, reference, dates) VALUES (1, 'k', ?, 'GEN.1', '1950-2009')", (COLLECTION,)
    )
    rows = Rows(connection)
    boxes: dict[str, int] = {}
    folders: dict[tuple[int, str], int] = {}
    series, path_of_series = 0, "[]"
    for _, did in etree.iterparse(str(file), events=("end",), tag=SPACE + "did"):
        component = did.getparent()
        if component.tag != SPACE + "c":
            continue
        title = "".join(did.find(SPACE + "unittitle").itertext())
        reference = did.findtext(SPACE + "unitid")
        level = component.get("level")
        if level == "series":
            path_of_series = json.dumps([title], ensure_ascii=False)
            fields = (title, reference, "", level, "[]", "", "", "", "")
            series = rows.add("item", None, None, component.get("id"), fields)
            continue
        box, folder = did.findall(SPACE + "container")
        label = box.get("label")
        barcode = label[label.index("[") + 1 : -1]
        box_id = boxes.get(barcode)
        box_name, folder_name = f"Box {box.text}", f"Folder {folder.text}"
        if box_id is None:
            fields = (f"{box_name}, {COLLECTION}", "", "", "", "[]", "Box", box.text, "", box.get("altrender"))
            box_id = boxes[barcode] = rows.add("box", None, None, barcode, fields, barcode)
        folder_id = folders.get((box_id, folder.text))
        if folder_id is None:
            fields = (f"{folder_name}, {box_name}, {COLLECTION}", "", "", "", "[]", "Folder", folder.text, "", "")
            folder_id = rows.add("folder", box_id, None, f"{barcode} {folder.text}", fields)
            folders[box_id, folder.text] = folder_id
        dates = did.findtext(SPACE + "unitdate")
        housing = f"{box_name} {folder_name}"
        fields = (title, reference, dates, level, path_of_series, "", "", housing, "")
        rows.add("item", folder_id, series, component.get("id"), fields)
        _let_go(component)
    rows.write()
    connection.execute("COMMIT")
    books.close()
    books.shut()


def _let_go(component: Any) -> None:
    """Drop what was read before a component."""
    before = component.getprevious()
    while before is not None and before.tag == SPACE + "c":
        component.getparent().remove(before)
        before = component.getprevious()
