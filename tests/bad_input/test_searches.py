"""Search text that would be syntax elsewhere, at the command line: words in, hits out, and nothing changes.

What the index makes of such texts on both databases is proved in tests/store/test_hits.py.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from xml.sax.saxutils import escape

import pytest
from command_line import Cli

JOINED = "Zo\u200bro\u200d Ma\u00adrsh\u2060al"
TITLES = (
    JOINED,
    "O'Neil & sons: why? 50% @x #y, 1923/24",
    "关于水利局会议纪要的通知",
    'The "Swan" inn',
    "NEAR(a b) OR NOT x*",
)


@pytest.fixture
def titled(room: Cli, tmp_path: Path) -> Cli:
    """A house with these titles in it."""
    components = "".join(
        f'<c level="file"><did><unitid>AC\u200b/{number}</unitid><unittitle>{escape(title)}</unittitle></did></c>'
        for number, title in enumerate(TITLES)
    )
    aid = tmp_path / "aid.xml"
    aid.write_text(f"<ead><archdesc><did><unittitle>T</unittitle></did><dsc>{components}</dsc></archdesc></ead>")
    assert room("import", "ead", str(aid)).code == 0
    return room


def titles_found(cli: Cli, words: str) -> list[str]:
    """The titles that some words find."""
    return [thing["title"] for thing in cli("--json", "find", "--", words).json["things"]]


def test_joiners_stay_in_the_text_and_are_nothing_to_a_search(titled: Cli) -> None:
    for words in ("zoro marshal", "ZO\u200bRO", "zo\u200dro", "\ufeffmarshal"):
        assert titles_found(titled, words) == [JOINED], words
    assert titles_found(titled, "ac/0") == [JOINED]
    assert titled("show", "AC/0").code == 0


def test_joiners_in_a_name_are_nothing_to_whoever_types_it(titled: Cli) -> None:
    code = titled("--json", "person", "add", "Zo\u200be Archer").json["code"]
    assert titled("find", "zoe").lines == ["Zo\u200be Archer: 0 out"]
    thing = titled("--json", "find", "swan").json["things"][0]["code"]
    assert titled("--json", "lend", thing, "Zoe Archer").json["act"] == "lent"
    assert code not in titled("show", thing).out


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("@x #y 50% O'Neil 1923/24 why?", TITLES[1]),
        ("会议", TITLES[2]),
        ('"swan"', TITLES[3]),
        ('sw"an', None),
        ("NEAR(a b) OR NOT", TITLES[4]),
        ("x*", TITLES[4]),
        ("sw_n", None),
        ("s%n", None),
        ("(x+)+$", TITLES[4]),
        ("(swa?n)+$", None),
        ("'; DROP TABLE thing;--", None),
    ],
)
def test_signs_are_signs_and_words_are_words(titled: Cli, words: str, title: str | None) -> None:
    found = titles_found(titled, words)
    assert (title in found) if title else (found == [])


@pytest.mark.parametrize(
    ("words", "found"),
    [("word " * 10_000, 0), ("a" * 1_000_000, 0), ("档" * 400_000, 0), ('"' * 1_000_000, 0), ("\x00" * 1000, len(TITLES))],
)
def test_a_megabyte_of_words_is_cut_and_answered_at_once(titled: Cli, words: str, found: int) -> None:
    began = monotonic()
    ran = titled("--json", "find", "--", words)
    assert monotonic() - began < 1.0
    assert (ran.code, len(ran.json["things"])) == (0, found)
