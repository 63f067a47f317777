"""What is indexed of a text and what is asked of the index: pure, and the same for both databases.

Text is folded (compatibility forms, case, accents) and cut into tokens. A run of Chinese characters has no blanks to cut at,
so it is indexed as its overlapping pairs and then its last character: any two to four characters are then a phrase of pairs,
and one character is itself or the beginning of a pair. Every blank-separated word of a query is one phrase; all phrases must
be found, in any order. A query is made of tokens only, so no text whatever is a syntax error.

A digit in a query mostly numbers a container, whose name everything in it has too: so containers come first then. Their
titles are indexed a second time with each token behind a mark, a sign that is in no token of a text: asking for the marked
tokens reads containers alone, which are few, and does not look for them among all things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archroom.core.comparing import fold
from archroom.core.holdings import ThingKind

MAX_TERMS = 32
"""Words of a query, and tokens of a word, beyond these are not asked for."""
MAX_QUERY = 2_000
"""Characters of a query beyond these are not read."""
MAX_TOKENS = 8_000
"""Tokens of one thing beyond these are not indexed."""
MIN_BEGINNING = 2
"""A word shorter than this is taken as a whole word only, never as the beginning of one."""
_MAX_TOKEN = 64
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_TOKEN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")

_OUTER, _FOLDER = "▣", "▤"
MARKS = (_OUTER, _FOLDER)
"""The marks, of what folders are in and of folders, in the order in which the things of each are found."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must follow each other."""

    tokens: tuple[str, ...]
    is_open: bool = False
    """Whether the last token may be the beginning of a longer one."""

    @property
    def is_openable(self) -> bool:
        """Whether its last token is a word that somebody may not have written to its end."""
        last = self.tokens[-1]
        return not self.is_open and len(last) >= MIN_BEGINNING and not _HAN_RUN.match(last)


def indexed_tokens(texts: Iterable[str]) -> list[str]:
    """Return what is indexed of some texts, in order."""
    tokens: list[str] = []
    for text in texts:
        for token in _TOKEN.findall(fold(text)):
            if _HAN_RUN.match(token):
                tokens += _pairs(token)
                tokens.append(token[-1])
            else:
                tokens.append(token[:_MAX_TOKEN])
    return tokens[:MAX_TOKENS]


def mark_of(kind: ThingKind) -> str | None:
    """Return the mark with which things of a kind are indexed a second time, None for items."""
    if not kind.is_container:
        return None
    return _FOLDER if kind is ThingKind.FOLDER else _OUTER


def marked(tokens: Iterable[str], mark: str) -> list[str]:
    """Return tokens as they are indexed, and asked for, of the things of a mark alone."""
    return [mark + token for token in tokens]


def query_phrases(words: str) -> tuple[Phrase, ...]:
    """Return what a query asks for: a phrase for each word that holds a letter or digit."""
    phrases: list[Phrase] = []
    for word in fold(words[:MAX_QUERY]).split():
        phrase = _phrase_of(word)
        if phrase is not None and phrase not in phrases:
            phrases.append(phrase)
        if len(phrases) == MAX_TERMS:
            break
    return tuple(phrases)


def opened(phrases: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """Return the same question with every word as a possible beginning; equal if that asks for nothing more."""
    return tuple(Phrase(phrase.tokens, phrase.is_open or phrase.is_openable) for phrase in phrases)


def by_rank(phrases: tuple[Phrase, ...]) -> tuple[tuple[Phrase, ...], ...]:
    """Return the questions whose answers follow each other: with a digit first for containers alone, last for all things."""
    if not any(char.isdigit() for phrase in phrases for token in phrase.tokens for char in token):
        return (phrases,)
    of_containers = (tuple(Phrase(tuple(marked(it.tokens, mark)), it.is_open) for it in phrases) for mark in MARKS)
    return (*of_containers, phrases)


def _phrase_of(word: str) -> Phrase | None:
    tokens: list[str] = []
    is_open = False
    found = _TOKEN.findall(word)
    for position, token in enumerate(found):
        is_last = position == len(found) - 1
        if not _HAN_RUN.match(token):
            tokens.append(token[:_MAX_TOKEN])
            continue
        tokens += _pairs(token)
        if not is_last or len(token) == 1:
            tokens.append(token[-1])
        is_open = is_last and len(token) == 1
    return Phrase(tuple(tokens[:MAX_TERMS]), is_open and len(tokens) <= MAX_TERMS) if tokens else None


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)]
