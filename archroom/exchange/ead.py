"""Finding aids in EAD 2002, read as a stream: any size in a bounded piece of memory.

A document type may be declared; it is never loaded. Nothing that a file declares is ever expanded: a file with entity
declarations, or with a reference to an entity that XML itself does not define, is refused, whatever stands in it.
"""

from __future__ import annotations

import codecs
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from archroom.core.cleaning import clean
from archroom.core.records import Record
from archroom.errors import BadFile, Message, ReadOnlyDatabase, say
from archroom.exchange.ead_names import SEPARATOR
from archroom.exchange.ead_parsing import EadReader

_CHUNK = 1 << 16
_LONGEST_TAG = 1 << 22
"""Bytes of one tag, comment or instruction; a parser has to hold one whole."""

_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_BYTES_PER_CHARACTER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "shift_jis",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
}
"""Encodings in which East Asian files come and which the parser does not know, with the decoder that takes each."""

_BYTE_PER_CHARACTER = re.compile(
    r"us-ascii|utf-?8|utf-?16(?:be|le)?|iso-8859-\d{1,2}|latin-?\d{1,2}|(?:windows-|cp)125\d|koi8-[ru]|macintosh",
    re.IGNORECASE,
)
"""Other encodings that a file may declare; by itself the parser would try every codec that Python has."""

_STRAY = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;|#)")
_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")


def read_ead(path: Path) -> Iterator[Record]:
    """Yield the finding aid of a file, then its containers and components in document order.

    Raises BadFile, with line and column where there is one, if the file is missing, no EAD 2002, not well-formed, hostile,
    or names a barcode that no container may have. What was yielded before is then not to be kept.
    """
    name = clean(path.name, 200)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BadFile(_why_not_opened(name, error)) from error
    with stream:
        try:
            yield from _Parse(stream, name).records()
        except OSError as error:
            raise BadFile(_why_not_opened(name, error)) from error
        except sqlite3.Error as error:
            raise ReadOnlyDatabase(
                say("The folder for temporary files takes no more: {reason}", reason=str(error))
            ) from error


def _why_not_opened(name: str, error: OSError) -> Message:
    if isinstance(error, FileNotFoundError):
        return say("There is no file {file}.", file=name)
    if isinstance(error, IsADirectoryError):
        return say("{file} is a folder, not a file.", file=name)
    return say("{file} cannot be read: {reason}", file=name, reason=error.strerror or type(error).__name__)


class _Parse:
    """One run of the parser over one file."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        head = stream.read(_CHUNK)
        self._head = head
        self._decoder = _decoder(head)
        self._parser = expat.ParserCreate("utf-8" if self._decoder else None, SEPARATOR)
        self._parser.buffer_text = True
        self._parser.specified_attributes = True
        self._reader = EadReader(self._parser, name)
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.SkippedEntityHandler = self._skipped
        self._fed = 0
        self._suspect_until = 0

    def records(self) -> Iterator[Record]:
        """Yield what is read, a chunk of the file at a time."""
        found = self._reader.found
        try:
            chunk = self._head
            while chunk:
                self._feed(chunk, is_last=False)
                yield from found
                found.clear()
                chunk = self._stream.read(_CHUNK)
            self._feed(b"", is_last=True)
            yield from found
        finally:
            self._reader.close()

    def _feed(self, chunk: bytes, is_last: bool) -> None:
        if self._decoder is not None:
            chunk = self._decoded(self._decoder, chunk, is_last)
        if _STRAY.search(chunk):
            self._suspect_until = self._fed + len(chunk)
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise self._reader.refusal(_why_not_parsed(error), error.lineno, error.offset + 1) from error
        self._reader.shorten_text()
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
            raise self._reader.refusal(say("{file}, line {line}, column {column}: a single tag does not end."))

    def _decoded(self, decoder: codecs.IncrementalDecoder, chunk: bytes, is_last: bool) -> bytes:
        try:
            return decoder.decode(chunk, is_last).encode()
        except UnicodeDecodeError as error:
            raise self._reader.refusal(_wrong_encoding()) from error

    # --- what a file may not declare

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _BYTES_PER_CHARACTER and not _is_byte_per_character(encoding):
            raise self._reader.refusal(_wrong_encoding())

    def _doctype(self, name: str, system_id: str | None, public_id: str | None, has_subset: bool) -> None:
        """Watch attributes from here on: with a document type named, the parser drops unknown entities in them silently."""
        if system_id is not None or has_subset:
            self._parser.StartElementHandler = self._start_watched

    def _start_watched(self, name: str, attributes: dict[str, str]) -> None:
        if attributes and self._parser.CurrentByteIndex < self._suspect_until:
            tag = _TAG.match(self._parser.GetInputContext() or b"")
            if tag is not None and _STRAY.search(tag[0]):
                raise self._reader.refusal(_undefined())
        self._reader.start(name, attributes)

    def _entity(self, name: str, *_: object) -> None:
        raise self._reader.refusal(
            say(
                "{file}, line {line}, column {column}: the file declares the entity “{name}”; such files are not taken.",
                name=clean(name, 100),
            )
        )

    def _skipped(self, name: str, is_parameter: bool) -> None:
        raise self._reader.refusal(_undefined())


def _is_byte_per_character(encoding: str) -> bool:
    if not _BYTE_PER_CHARACTER.fullmatch(encoding):
        return False
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _wrong_encoding() -> Message:
    return say("{file}, line {line}, column {column}: the file is not in the encoding it declares, or in none we know.")


def _undefined() -> Message:
    return say("{file}, line {line}, column {column}: the file uses an entity that is not defined.")


def _decoder(head: bytes) -> codecs.IncrementalDecoder | None:
    """Return what turns the file into characters, None where the parser does so itself."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")()
    declared = _DECLARED.match(head)
    known = _BYTES_PER_CHARACTER.get(declared[1].decode("ascii").lower()) if declared else None
    return codecs.getincrementaldecoder(known)() if known else None


def _why_not_parsed(error: expat.ExpatError) -> Message:
    return _REASONS.get(error.code) or say("{file}, line {line}, column {column}: not well-formed XML.")


_TRUNCATED = say("{file}, line {line}, column {column}: the file ends before its end; it was cut off.")
_REASONS = {
    expat.errors.codes[text]: reason
    for text, reason in (
        (expat.errors.XML_ERROR_NO_ELEMENTS, _TRUNCATED),
        (expat.errors.XML_ERROR_UNCLOSED_TOKEN, _TRUNCATED),
        (expat.errors.XML_ERROR_PARTIAL_CHAR, _TRUNCATED),
        (expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION, _TRUNCATED),
        (expat.errors.XML_ERROR_UNDEFINED_ENTITY, _undefined()),
        (expat.errors.XML_ERROR_TAG_MISMATCH, say("{file}, line {line}, column {column}: an end tag has no start tag.")),
        (
            expat.errors.XML_ERROR_BAD_CHAR_REF,
            say("{file}, line {line}, column {column}: a character reference names a character that XML forbids."),
        ),
        (expat.errors.XML_ERROR_UNKNOWN_ENCODING, _wrong_encoding()),
        (expat.errors.XML_ERROR_INCORRECT_ENCODING, _wrong_encoding()),
        (
            expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT,
            say("{file}, line {line}, column {column}: something stands after the end of the finding aid."),
        ),
    )
}
"""What the parser's codes mean; all others are an ordinary slip of the pen."""
