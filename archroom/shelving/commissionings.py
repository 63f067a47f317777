"""The records of commissionings: one JSON file a block in the server's state folder, and the older ones beside it.

A file is written whole or not at all. One that cannot be read, or whose digest is wrong, speaks for nothing: its block is
watched only, and says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

from archroom.core.commissioning import CommissioningRecord, FoundRecord
from archroom.errors import Unreadable, say
from archroom.shelving.codec import decode, encode

FOLDER = "commissioning"
DIGEST_LENGTH = 16


def read_record(block: int, folder: Path) -> FoundRecord:
    """Return the last record of a block in a state folder, if it can be read."""
    file = _file(block, folder)
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))
        record = decode(CommissioningRecord, entry["record"])
        if record.block != block or entry["digest"] != digest_of(record):
            raise ValueError("another record than was signed")
    except FileNotFoundError:
        return FoundRecord()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return FoundRecord(
            problem=say(
                "Block {block} may only be watched: the record of its commissioning cannot be read ({file}).",
                block=block,
                file=str(file),
            )
        )
    return FoundRecord(record, None, digest_of(record))


def write_record(record: CommissioningRecord, folder: Path) -> Path:
    """Write a record, keeping the one before it under its date, and return the file; raises Unreadable."""
    file = _file(record.block, folder)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file.exists():
            os.link(file, _unused(file, read_record(record.block, folder).record))
        text = json.dumps({"record": encode(record), "digest": digest_of(record)}, indent=1)
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}", dir=file.parent)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as lines:
                lines.write(text)
                lines.flush()
                os.fsync(lines.fileno())
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Unreadable(say("{file} cannot be written: {reason}.", file=str(file), reason=error.strerror or "")) from error
    return file


def digest_of(record: CommissioningRecord) -> str:
    """Return the first hexadecimal digits of the SHA-256 of a record: the same on paper, screen and disk."""
    told = json.dumps(encode(record), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:DIGEST_LENGTH]


def _file(block: int, folder: Path) -> Path:
    return folder / FOLDER / f"block-{block}.json"


def _unused(file: Path, record: CommissioningRecord | None) -> Path:
    """Return a name that nothing has yet, by the instant of the record that will keep it."""
    at = "unreadable" if record is None else re.sub("[^0-9T-]", "-", record.signed_at)
    found, number = file.with_name(f"{file.stem}-{at}.json"), 1
    while found.exists():
        number += 1
        found = file.with_name(f"{file.stem}-{at}-{number}.json")
    return found
