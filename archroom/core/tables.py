"""Strict reading of TOML tables: every key known, every value of its type and within its bounds, or the file is refused.

A refusal names the line where it can be found; finding it reads the text again, so nothing is spent on files that are right.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from archroom.core.cleaning import MAX_LINE, clean, is_cut
from archroom.errors import BadFile, Message, say

_TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_HEADER = re.compile(r"^\s*\[")


@dataclass(frozen=True, slots=True)
class Part:
    """One step on the way to a table: its key and, in a list of tables, which of them, from 1."""

    key: str
    number: int = 1


def parse_toml(content: bytes, most_bytes: int) -> Table:
    """Return the table of a whole file; raises BadFile, with line and column where it is not TOML."""
    if len(content) > most_bytes:
        raise BadFile(say("larger than {most} bytes.", most=most_bytes))
    try:
        text = content.decode("utf-8-sig")
        return Table(tomllib.loads(text), "", text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFile(say("line {line} is not UTF-8 text.", line=line), line) from error
    except tomllib.TOMLDecodeError as error:
        found = _TOML_PLACE.search(str(error))
        line, column = (int(found[1]), int(found[2])) if found else (content.count(b"\n") + 1, 0)
        why = _TOML_PLACE.sub("", str(error))
        raise BadFile(say("line {line} is not TOML: {why}.", line=line, why=why), line, column) from error
    except RecursionError as error:
        raise BadFile(say("nested too deeply.")) from error


class Table:
    """One table of a file and its place in it, "[[block]] 2", empty for the whole file.

    `finish` refuses keys that nobody asked for.
    """

    def __init__(self, fields: Mapping[str, object], where: str, text: str = "", path: tuple[Part, ...] = ()) -> None:
        self._fields = fields
        self._asked: set[str] = set()
        self._text = text
        self._path = path
        self.where = where

    def refuse(self, why: Message, key: str = "") -> NoReturn:
        """Refuse the file for what this table says, or says of a key; raises BadFile."""
        line = self._line_of(key) if self._text else 0
        if line and self.where:
            raise BadFile(say("line {line}, {where}: {why}.", line=line, where=self.where, why=why), line)
        if line and key:
            raise BadFile(say("line {line}: {why}.", line=line, why=why), line)
        raise BadFile(say("{where}: {why}.", where=self.where, why=why) if self.where else say("{why}.", why=why))

    def keys(self) -> tuple[str, ...]:
        """Return the keys that the table has, in the file's order."""
        return tuple(self._fields)

    def finish(self) -> None:
        """Raise BadFile if the table has a key that was not asked for."""
        for key in self._fields:
            if key not in self._asked:
                self.refuse(say("unknown key {key}", key=clean(key, MAX_LINE)), key)

    def has(self, key: str) -> bool:
        """Whether the key stands in the table."""
        return key in self._fields

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(say("{key} must be a whole number from {least} to {most}", key=key, least=least, most=most), key)
        return value

    def text(self, key: str) -> str:
        """Return a text, cleaned; it must not be empty, nor longer than 500 characters."""
        value = self._get(key)
        if not isinstance(value, str) or not clean(value) or is_cut(value, MAX_LINE):
            self.refuse(say("{key} must be a text of 1 to {longest} characters", key=key, longest=MAX_LINE), key)
        return clean(value, MAX_LINE)

    def truth(self, key: str) -> bool:
        """Return true or false."""
        value = self._get(key)
        if not isinstance(value, bool):
            self.refuse(say("{key} must be true or false", key=key), key)
        return value

    def number(self, key: str) -> float:
        """Return a number, whole or not, that is finite."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 <= value <= 1e12:
            self.refuse(say("{key} must be a number", key=key), key)
        return float(value)

    def code(self, key: str, pattern: str) -> str:
        """Return a text that matches a pattern as a whole."""
        value = self._get(key)
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            self.refuse(say("{key} must be of the form {pattern}", key=key, pattern=pattern), key)
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of some words."""
        value = self._get(key)
        if not isinstance(value, str) or value not in choices:
            self.refuse(say("{key} must be one of {choices}", key=key, choices=", ".join(choices)), key)
        return value

    def choices(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of some words, each at most once."""
        values = self._list(key)
        if not all(value in choices for value in values) or len(set(map(str, values))) != len(values):
            self.refuse(say("{key} must be a list of {choices}, each once", key=key, choices=", ".join(choices)), key)
        return tuple(str(value) for value in values)

    def truths(self, key: str, count: int) -> tuple[bool, ...]:
        """Return a list of so many of true and false."""
        truths = tuple(value for value in self._list(key) if isinstance(value, bool))
        if len(truths) != count or len(self._list(key)) != count:
            self.refuse(say("{key} must be a list of {count} of true and false", key=key, count=count), key)
        return truths

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers, each at most once."""
        values = self._list(key)
        numbers = tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))
        if len(numbers) != len(values) or len(set(numbers)) != len(numbers):
            self.refuse(say("{key} must be a list of whole numbers, each once", key=key), key)
        return numbers

    def table(self, key: str) -> Table:
        """Return a table in this one."""
        value = self._get(key)
        if not isinstance(value, dict):
            self.refuse(say("[{key}] must be a table", key=key), key)
        path = (*self._path, Part(key))
        return Table(value, f"[{'.'.join(part.key for part in path)}]", self._text, path)

    def tables_by_name(self, key: str, pattern: str) -> dict[str, Table]:
        """Return the tables of a table by their keys, each of a pattern; none if it is not there."""
        if not self.has(key):
            return {}
        outer = self.table(key)
        for name in outer.keys():
            if re.fullmatch(pattern, name) is None:
                outer.refuse(say("{key} must be of the form {pattern}", key=clean(name, MAX_LINE), pattern=pattern), name)
        return {name: outer.table(name) for name in outer.keys()}

    def tables(self, key: str, header: str) -> list[Table]:
        """Return the tables of a list, none if it is not there; `header` is how each is written in the file."""
        self._asked.add(key)
        values = self._fields.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.refuse(say("{header} must be a list of tables", header=header), key)
        before = f"{self.where}, " if self.where else ""
        return [
            Table(value, f"{before}{header} {number}", self._text, (*self._path, Part(key, number)))
            for number, value in enumerate(values, start=1)
        ]

    def _list(self, key: str) -> list[object]:
        value = self._get(key)
        if not isinstance(value, list):
            self.refuse(say("{key} must be a list", key=key), key)
        return value

    def _get(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._fields:
            self.refuse(say("{key} is missing", key=key))
        return self._fields[key]

    def _line_of(self, key: str) -> int:
        """Return the line where the table begins, or where a key of it stands; 0 if it cannot be found."""
        lines = self._text.split("\n")
        start, header = 0, ""
        for part in self._path:
            header = f"{header}.{part.key}" if header else part.key
            found = list(_headers(lines, header, start))
            if len(found) >= part.number:
                start = found[part.number - 1]
            elif part is self._path[-1]:  # written inside the table around it; a table that only holds others has no line
                start = next((at for at in range(start, len(lines)) if _is_key(lines[at], part.key)), start)
        if not key:
            return start + 1 if self._path else 0
        for at in range(start + 1 if self._path else 0, len(lines)):
            if _is_key(lines[at], key):
                return at + 1
            if _HEADER.match(lines[at]) and self._path:
                break
        return next(_headers(lines, f"{header}.{key}" if header else key, start), start) + 1


def _headers(lines: list[str], header: str, start: int) -> Iterator[int]:
    """Yield where a table of this name begins."""
    dotted = r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in header.split("."))
    pattern = re.compile(rf"^\s*\[\[?\s*{dotted}\s*\]")
    return (at for at in range(start, len(lines)) if pattern.match(lines[at]))


def _is_key(line: str, key: str) -> bool:
    return re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line) is not None
