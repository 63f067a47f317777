"""`import ead` of a changed file: what changed and what is gone, in words and with --json, in a dry run too."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Cli
from finding_aids import box, c, ead

LETTERS = c("Letters, 1904", box(1), id_="a", dates="1904")
BEFORE = ead(LETTERS, c("Maps", box(1), id_="b"))
AFTER = ead(LETTERS.replace("Letters, 1904<", "Letters home<").replace("<unitdate>1904", "<unitdate>1905"))


@pytest.fixture
def file(cli: Cli, tmp_path: Path) -> Path:
    """A file that was taken in and was changed since."""
    path = tmp_path / "smith.xml"
    path.write_text(BEFORE)
    assert cli("import", "ead", str(path)).err == ""
    path.write_text(AFTER)
    return path


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["changed: Letters home (title, dates)", "gone: Maps"]),
        ("zh", ["变更：Letters home（题名、日期）", "消失：Maps"]),
    ],
)
def test_it_is_said_in_words(cli: Cli, file: Path, lang: str, lines: list[str]) -> None:
    dry = cli("import", "ead", str(file), "--dry-run", lang=lang)
    assert dry.err.splitlines()[:-1] == lines
    ran = cli("import", "ead", str(file), lang=lang)
    assert ran.out == dry.out
    assert ran.err.splitlines() == lines
    assert cli("import", "ead", str(file), lang=lang).err == ""


def test_it_is_told_with_json(cli: Cli, file: Path) -> None:
    dry = cli("import", "ead", str(file), "--dry-run", "--json").json
    ran = cli("import", "ead", str(file), "--json").json
    assert ran == dry | {"dry_run": False}
    assert ran["changes_total"] == ran["changed"] + ran["gone"] == 2
    codes = [change.pop("code") for change in ran["changes"]]
    assert ran["changes"] == [
        {"file": str(file), "title": "Letters home", "gone": False, "what": ["title", "dates"]},
        {"file": str(file), "title": "Maps", "gone": True, "what": []},
    ]
    assert [cli("show", code, "--json").json["title"] for code in codes] == ["Letters home", "Maps"]


def test_the_first_twenty_of_each_file_are_said(cli: Cli, tmp_path: Path) -> None:
    paths = [tmp_path / "a.xml", tmp_path / "b.xml"]
    for dates in ("1901", "1902"):
        for path, count in zip(paths, (23, 1), strict=True):
            path.write_text(ead(*(c(f"T{n}", id_=f"x{n}", dates=dates) for n in range(count)), key=path.stem))
        said = cli("import", "ead", *map(str, paths)).err.splitlines()
    assert said == [
        f"In {paths[0]}:",
        *(f"changed: T{n} (dates)" for n in range(20)),
        "Changed or gone besides: 3.",
        f"In {paths[1]}:",
        "changed: T0 (dates)",
    ]


def test_titles_steer_no_terminal(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    for dates in ("1901", "1902"):
        path.write_text(ead(c("[/]\u202e{what}", id_="a", dates=dates)))
        ran = cli("import", "ead", str(path))
    assert ran.err.splitlines() == ["changed: [/]\ufffd{what} (dates)"]
