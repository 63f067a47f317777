"""The diagnostic bundle: what whoever looks for a fault from afar needs, in one ZIP, without people and without secrets.

The books are not opened, and the program's own log is left out, because command lines stand in it. What cannot be read is
named in the bundle in place of being left out in silence.
"""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from archroom import __version__
from archroom.core.bench import BusCounts
from archroom.core.redaction import Redactor, names_in
from archroom.errors import UsageError, say
from archroom.shelving.codec import Json, encode
from archroom.shelving.commissionings import FOLDER as COMMISSIONINGS
from archroom.shelving.holds_file import FILE_NAME as HOLDS_NAME
from archroom.shelving.journal import FILE_NAME as JOURNAL_NAME
from archroom.shelving.journal import entries
from archroom.shelving.log_file import older
from archroom.shelving.spec import FILE_NAME as SPEC_NAME
from archroom.shelving.starting import LOG_NAME

MOST_ENTRIES: Final = 2_000
MOST_LOG_BYTES: Final = 200_000
MOST_RECORD_BYTES: Final = 20_000_000
LIBRARIES: Final = ("pymodbus", "pyserial", "textual", "peewee")


@dataclass(frozen=True, slots=True)
class BundleSources:
    """What goes into a bundle."""

    state_folder: Path
    settings: Mapping[str, object]
    """Those that concern the shelving; no address of the books, no operator."""
    names: frozenset[str]
    """People who are known by name beforehand: whoever operates and is logged in."""
    home: str
    profiles: Sequence[str] = ()
    """Files of profiles of one's own."""
    records: Sequence[Path] = ()
    """Recorded frames that a technician wants to go along."""
    counters: Sequence[BusCounts] | None = None
    problems: Sequence[str] = field(default=())
    """What could not be asked, and why."""


def write_bundle(file: Path, sources: BundleSources) -> list[str]:
    """Write a bundle and return the names of what is in it; raises UsageError if the file is there or cannot be written."""
    parts = bundle_parts(sources)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    try:
        with file.open("xb") as target:
            target.write(whole.getvalue())
    except FileExistsError:
        raise UsageError(say("{file} is there already; it is left as it is.", file=str(file))) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or ""
        raise UsageError(say("{file} cannot be written: {reason}.", file=str(file), reason=reason)) from None
    return list(parts)


def bundle_parts(sources: BundleSources) -> dict[str, str]:
    """Return the files of a bundle by their names."""
    problems = list(sources.problems)
    folder = sources.state_folder
    journal = _entries(folder / JOURNAL_NAME, problems)
    proofs = {path.name: _tree(path, problems) for path in sorted((folder / COMMISSIONINGS).glob("*.json"))}
    holds = _entries(folder / HOLDS_NAME, problems)
    redactor = Redactor(sources.names | names_in([*journal, *holds, *proofs.values()]), sources.home)
    parts = {
        "versions.json": _json(_versions()),
        "settings.json": _json(redactor.tree(sources.settings)),
        "journal.jsonl": _lines(redactor, journal[-MOST_ENTRIES:]),
        "shelving.log": _log(redactor, folder / LOG_NAME, problems),
        SPEC_NAME: redactor.text(_text(folder / SPEC_NAME, problems)),
    }
    parts |= {f"records/{name}": _json(redactor.tree(found)) for name, found in proofs.items()}
    if sources.counters is not None:
        parts["counters.json"] = _json(redactor.tree(encode(list(sources.counters))))
    for number, profile in enumerate(sources.profiles, 1):
        parts[f"profiles/{number}.toml"] = redactor.text(_text(Path(profile), problems))
    for number, record in enumerate(sources.records, 1):
        parts[f"frames/{number}.jsonl"] = redactor.text(_last_lines(record, MOST_RECORD_BYTES, problems))
    parts["problems.txt"] = redactor.text("".join(f"{problem}\n" for problem in problems))
    return parts


def _versions() -> dict[str, Json]:
    libraries: dict[str, Json] = {}
    for name in LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            libraries[name] = None
    return {
        "archroom": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "platform": sys.platform,
        "libraries": libraries,
    }


def _entries(path: Path, problems: list[str]) -> list[dict[str, object]]:
    try:
        return list(entries(path))
    except OSError as error:
        problems.append(f"{path.name}: {error.strerror or type(error).__name__}")
        return []


def _tree(path: Path, problems: list[str]) -> object:
    try:
        found: object = json.loads(_text(path, problems) or "null")
    except (ValueError, RecursionError):
        problems.append(f"{path.name}: no JSON")
        return None
    return found


def _text(path: Path, problems: list[str]) -> str:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        problems.append(f"{path.name}: {error.strerror or type(error).__name__}")
        return ""


def _last_lines(path: Path, most_bytes: int, problems: list[str]) -> str:
    """Return the whole lines at the end of a file that may be long."""
    try:
        with path.open("rb") as file:
            left_out = max(file.seek(0, io.SEEK_END) - most_bytes, 0)
            file.seek(left_out)
            read = file.read(most_bytes)
    except OSError as error:
        problems.append(f"{path.name}: {error.strerror or type(error).__name__}")
        return ""
    return (read.partition(b"\n")[2] if left_out else read).decode("utf-8", errors="replace")


def _log(redactor: Redactor, path: Path, problems: list[str]) -> str:
    before = _text(older(path), problems) if older(path).exists() else ""
    lines = (before + _text(path, problems))[-MOST_LOG_BYTES:].splitlines()
    return "".join(f"{redactor.sentence(line)}\n" for line in lines)


def _lines(redactor: Redactor, found: Sequence[Mapping[str, object]]) -> str:
    return "".join(json.dumps(redactor.tree(entry)) + "\n" for entry in found)


def _json(tree: object) -> str:
    return json.dumps(tree, indent=1) + "\n"
