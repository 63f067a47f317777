"""The Chinese catalogue: every template of the program, its translation, and the compiled file that ships.

Run as a program it brings `archroom.po` up to date with the sources and compiles it; the tests call the same functions and
find what is missing. Templates are the first arguments of `say(...)` and `tr(...)`.
"""

from __future__ import annotations

import ast
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "archroom" / "locale" / "zh_CN" / "LC_MESSAGES"
MARKERS = ("say", "tr")


def templates(root: Path = ROOT / "archroom") -> dict[str, list[tuple[str, int]]]:
    """Return every template with the places where it stands."""
    found: dict[str, list[tuple[str, int]]] = {}
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name_of(node.func) in MARKERS:
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.setdefault(argument.value, []).append((path.relative_to(root.parent).as_posix(), node.lineno))
    return found


def unmarked(root: Path = ROOT / "archroom") -> list[str]:
    """Return calls of `say` and `tr` whose template is no constant, as file:line: nobody could translate those."""
    places: list[str] = []
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name_of(node.func) in MARKERS:
                if not (isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)):
                    places.append(f"{path.relative_to(root.parent).as_posix()}:{node.lineno}")
    return places


def catalogue() -> Catalog:
    """Return the catalogue as it stands in the po file, empty if there is none."""
    path = FOLDER / "archroom.po"
    if not path.exists():
        return Catalog(locale="zh_CN", project="archroom", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN", charset="utf-8")


def compiled(translations: Catalog) -> bytes:
    """Return the bytes of the compiled file."""
    file = io.BytesIO()
    write_mo(file, translations)
    return file.getvalue()


def update() -> list[str]:
    """Bring po and mo up to date with the sources; returns the templates that wait for a translation."""
    before = catalogue()
    after = Catalog(
        locale="zh_CN",
        header_comment="# The sentences of archroom in Chinese. The words they keep to stand in docs/glossary.md.\n#",
        project="archroom",
        version="in development",
        msgid_bugs_address="the maintainers",
        creation_date=before.creation_date,
        revision_date=before.creation_date,
        last_translator="the maintainers",
        language_team="zh_CN",
        charset="utf-8",
        fuzzy=False,
    )
    for template, places in sorted(templates().items()):
        known = before.get(template)
        after.add(template, known.string if known else "", locations=[(name, 0) for name, _ in places[:1]])
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "archroom.po").open("wb") as file:
        write_po(file, after, width=125, omit_header=False, include_lineno=False)
    (FOLDER / "archroom.mo").write_bytes(compiled(after))
    return [str(message.id) for message in after if message.id and not message.string]


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


if __name__ == "__main__":
    for template in update():
        print(template)
