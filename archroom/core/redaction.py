"""Taking people and secrets out of what is handed to strangers: texts and JSON of the shelving's own records. Pure.

Names are taken out twice: those that stand in a field for a name, wherever they occur, and whatever follows "by" in a
sentence, because a sentence holds its name without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

Tree = None | bool | int | float | str | Sequence["Tree"] | Mapping[str, "Tree"]
"""JSON."""

NAME_FIELDS: Final = frozenset({"by", "person", "operator", "name", "second", "witness", "who", "signed_by"})
"""Fields of the journals that hold people."""
SENTENCE_FIELDS: Final = frozenset({"text", "reason", "note", "why", "what"})
_AFTER_BY: Final = re.compile(r"\b(by|to|for which) (?!\d).+", re.DOTALL)
_CREDENTIALS: Final = re.compile(r"(://)[^/@\s\"']*@")
_SECRET: Final = re.compile(r"(?i)((?:\w*pass\w*|secret|token|pwd)\"?\s*[=:]\s*)(\"[^\"]*\"|[^\s&#,;}]+)")
LEFT_OUT: Final = "(left out)"


def names_in(entries: Iterable[object]) -> set[str]:
    """Return the names in the fields of records, at any depth."""
    found: set[str] = set()
    for entry in entries:
        _collect(entry, found)
    return found


class Redactor:
    """Takes out one set of names; the same name always becomes the same number."""

    def __init__(self, names: Iterable[str], home: str = "") -> None:
        """`home` is a folder in whose place `~` stands."""
        told = sorted({name.strip() for name in names if len(name.strip()) > 1}, key=lambda name: (-len(name), name))
        self._numbers = {name.casefold(): f"P{number}" for number, name in enumerate(told, 1)}
        words = "|".join(re.escape(name) for name in told)
        self._names = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if told else None
        self._home = home.rstrip("/\\")

    def text(self, text: str) -> str:
        """Return a text without names, credentials, secrets and the home folder."""
        text = _SECRET.sub(r"\1***", _CREDENTIALS.sub(r"\1***@", text))
        if self._home:
            text = text.replace(self._home, "~")
        if self._names is None:
            return text
        return self._names.sub(lambda found: self._numbers.get(found[0].casefold(), LEFT_OUT), text)

    def sentence(self, text: str) -> str:
        """Return a sentence without whoever it names after `by`."""
        return self.text(_AFTER_BY.sub(rf"\1 {LEFT_OUT}", text))

    def tree(self, tree: object, field: str = "") -> Tree:
        """Return JSON without names and secrets, field by field."""
        if isinstance(tree, Mapping):
            return {str(key): self.tree(value, str(key)) for key, value in tree.items()}
        if isinstance(tree, list | tuple):
            return [self.tree(value, field) for value in tree]
        if isinstance(tree, str):
            if field in NAME_FIELDS:
                return self._numbers.get(tree.strip().casefold(), LEFT_OUT if tree.strip() else "")
            return self.sentence(tree) if field in SENTENCE_FIELDS else self.text(tree)
        if tree is None or isinstance(tree, bool | int | float):
            return tree
        return LEFT_OUT


def _collect(tree: object, found: set[str]) -> None:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key in NAME_FIELDS:
                found.update(value if isinstance(value, list) and all(isinstance(one, str) for one in value) else ())
                found.update({value} if isinstance(value, str) else ())
            _collect(value, found)
    elif isinstance(tree, list | tuple):
        for value in tree:
            _collect(value, found)
