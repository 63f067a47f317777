"""Titles and names that would steer a terminal: through a finding aid, the desk and every command that shows them.

XML cannot hold all of them; those come in as people's names. Past all cleaning they come in tests/tui and in
test_hostile_texts_in_the_app.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from command_line import Cli, Ran
from hostile_texts import HOSTILE_TEXTS, HostileText, steering

from archroom.core.codes import CodeKind, format_code

IN_XML = [hostile for hostile in HOSTILE_TEXTS if hostile.is_xml]
NOT_IN_XML = [hostile for hostile in HOSTILE_TEXTS if not hostile.is_xml]
by_item = pytest.mark.parametrize("hostile", HOSTILE_TEXTS, ids=lambda hostile: f"item{hostile.item}")


def aid_of(title: str) -> str:
    """A finding aid with one component of this title, in one box."""
    did = f'<did><unittitle>{escape(title)}</unittitle><container type="Box">1</container></did>'
    return f'<ead><archdesc><did><unittitle>T</unittitle></did><dsc><c level="file">{did}</c></dsc></archdesc></ead>'


def assert_harmless(ran: Ran) -> None:
    """Nothing that was printed steers the terminal it is printed on."""
    for line in (ran.out + ran.err).split("\n"):
        assert steering(line) == [], line[:200]


@pytest.mark.parametrize("hostile", IN_XML, ids=lambda hostile: f"item{hostile.item}")
def test_a_hostile_title_is_letters_on_every_road(room: Cli, tmp_path: Path, hostile: HostileText) -> None:
    aid = tmp_path / "aid.xml"
    aid.write_text(aid_of(hostile.title), encoding="utf-8")
    report = room("--json", "import", "ead", str(aid)).json
    assert (report["files"], report["items"], report["cut_titles"]) == (1, 1, int(hostile.item == 43))
    (thing,) = room("--json", "find", hostile.mark).json["things"]
    assert thing["title"].startswith(f"{hostile.mark.title()} {hostile.shown}")
    person = room("--json", "person", "add", "Ann").json["code"]
    scans = f"{thing['code']}\n{person}\n{thing['code']}\nUNDO\n".encode()
    for flags in ((), ("--json",)):
        shown = json.dumps(hostile.shown, ensure_ascii=False).strip('"') if flags else hostile.shown
        for command in (("find", hostile.mark), ("show", thing["code"]), ("show", format_code(CodeKind.BOX, 1))):
            ran = room(*flags, *command)
            assert shown in ran.out
            assert_harmless(ran)
        ran = room(*flags, "scan", stdin=scans)
        assert shown in ran.out
        assert_harmless(ran)
    assert room("--json", "label", thing["code"], "-o", str(tmp_path / "label.png")).json["codes_read"] == 2
    assert room("ledger", "verify").code == 0


@pytest.mark.parametrize("hostile", NOT_IN_XML, ids=lambda hostile: f"item{hostile.item}")
def test_a_control_character_in_a_finding_aid_refuses_the_file_with_its_place(
    room: Cli, tmp_path: Path, hostile: HostileText
) -> None:
    aid = tmp_path / "aid.xml"
    aid.write_bytes(aid_of(hostile.title).encode("utf-8", "surrogatepass"))
    ran = room("--json", "import", "ead", str(aid))
    assert (ran.code, ran.json["files"]) == (1, 0)
    (refusal,) = ran.json["refusals"]
    assert refusal["line"] == 1
    assert refusal["column"] > 80
    assert_harmless(ran)
    assert room("--json", "room").json["counts"]["containers"] == 0


@by_item
def test_a_hostile_name_is_letters_on_every_road(house: Cli, hostile: HostileText) -> None:
    added = house("--json", "person", "add", hostile.title)
    assert_harmless(added)
    if hostile.item == 43:
        assert (added.code, added.json["error"]) == (2, "usage_error")
        return
    code, box = added.json["code"], format_code(CodeKind.BOX, 1)
    assert added.json["name"] == f"{hostile.mark.title()} {hostile.shown}"
    told = house("--json", "scan", stdin=f"{code}\n{box}\n".encode())
    assert [json.loads(line)["act"] for line in told.lines] == ["person", "lent"]
    assert_harmless(told)
    refused = house("lend", box, "Ann Lee")
    assert (refused.code, hostile.shown in refused.err) == (4, True)
    for command in (("person", "list"), ("find", hostile.mark), ("show", box), ("return", box)):
        ran = house(*command)
        assert hostile.shown in ran.out, command
        assert_harmless(ran)
    assert house("ledger", "verify").code == 0


@by_item
def test_a_hostile_operator_terminal_or_argument_is_letters(house: Cli, hostile: HostileText) -> None:
    text = hostile.text.replace("\ud800", "\udcff")  # as the system hands on a byte that is no letter
    box = format_code(CodeKind.BOX, 1)
    for flags in ((), ("--json",)):
        commands = (
            ("find", "--", text),
            ("show", "--", text),
            ("lend", "--", text, text),
            ("import", "ead", "--", text),
        )
        for command in (*commands, ("--as", text, "return", box), ("--terminal", text, "return", box)):
            ran = house(*flags, *command)
            assert ran.code in (0, 1, 2, 4), command
            assert_harmless(ran)


def test_the_check_sees_what_steers_a_terminal() -> None:
    """The canary of these tests."""
    for hostile in HOSTILE_TEXTS:
        is_steering = hostile.item in {30, 31, 32, 33, 34, 35, 36, 37, 41, 42}
        assert bool(steering(hostile.text)) is is_steering, hostile.item
