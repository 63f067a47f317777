"""Strict reading of TOML tables: every key known, every value of its type and within its bounds, or the file is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from archroom.core.cleaning import MAX_LINE, clean, is_cut
from archroom.errors import BadFile, Message, say


class Table:
    """One table of a file and its place in it, "[[block]] 2", empty for the whole file.

    `finish` refuses keys that nobody asked for.
    """

    def __init__(self, fields: Mapping[str, object], where: str) -> None:
        self._fields = fields
        self._asked: set[str] = set()
        self.where = where

    def refuse(self, why: Message) -> NoReturn:
        """Refuse the file for what this table says; raises BadFile."""
        raise BadFile(say("{where}: {why}.", where=self.where, why=why) if self.where else say("{why}.", why=why))

    def finish(self) -> None:
        """Raise BadFile if the table has a key that was not asked for."""
        for key in self._fields:
            if key not in self._asked:
                self.refuse(say("unknown key {key}", key=clean(key, MAX_LINE)))

    def has(self, key: str) -> bool:
        """Whether the key stands in the table."""
        return key in self._fields

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(say("{key} must be a whole number from {least} to {most}", key=key, least=least, most=most))
        return value

    def text(self, key: str) -> str:
        """Return a text, cleaned; it must not be empty, nor longer than 500 characters."""
        value = self._get(key)
        if not isinstance(value, str) or not clean(value) or is_cut(value, MAX_LINE):
            self.refuse(say("{key} must be a text of 1 to {longest} characters", key=key, longest=MAX_LINE))
        return clean(value, MAX_LINE)

    def code(self, key: str, pattern: str) -> str:
        """Return a text that matches a pattern as a whole."""
        value = self._get(key)
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
            self.refuse(say("{key} must be of the form {pattern}", key=key, pattern=pattern))
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of some words."""
        value = self._get(key)
        if not isinstance(value, str) or value not in choices:
            self.refuse(say("{key} must be one of {choices}", key=key, choices=", ".join(choices)))
        return value

    def choices(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """Return a list of some words, each at most once."""
        values = self._list(key)
        if not all(value in choices for value in values) or len(set(map(str, values))) != len(values):
            self.refuse(say("{key} must be a list of {choices}, each once", key=key, choices=", ".join(choices)))
        return tuple(str(value) for value in values)

    def truths(self, key: str, count: int) -> tuple[bool, ...]:
        """Return a list of so many of true and false."""
        truths = tuple(value for value in self._list(key) if isinstance(value, bool))
        if len(truths) != count or len(self._list(key)) != count:
            self.refuse(say("{key} must be a list of {count} of true and false", key=key, count=count))
        return truths

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers, each at most once."""
        values = self._list(key)
        numbers = tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))
        if len(numbers) != len(values) or len(set(numbers)) != len(numbers):
            self.refuse(say("{key} must be a list of whole numbers, each once", key=key))
        return numbers

    def table(self, key: str) -> Table:
        """Return a table in this one."""
        value = self._get(key)
        if not isinstance(value, dict):
            self.refuse(say("[{key}] must be a table", key=key))
        return Table(value, f"[{key}]")

    def tables(self, key: str, header: str) -> list[Table]:
        """Return the tables of a list, none if it is not there; `header` is how each is written in the file."""
        self._asked.add(key)
        values = self._fields.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.refuse(say("{header} must be a list of tables", header=header))
        before = f"{self.where}, " if self.where else ""
        return [Table(value, f"{before}{header} {number}") for number, value in enumerate(values, start=1)]

    def _list(self, key: str) -> list[object]:
        value = self._get(key)
        if not isinstance(value, list):
            self.refuse(say("{key} must be a list", key=key))
        return value

    def _get(self, key: str) -> object:
        self._asked.add(key)
        if key not in self._fields:
            self.refuse(say("{key} is missing", key=key))
        return self._fields[key]
