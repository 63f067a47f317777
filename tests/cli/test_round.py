"""The main job by command: init, import, place, find, lend, return, put away, label, undo; each seen by `show`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from command_line import Cli

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
BOX = "Box 1, Lindqvist family and shipyard papers"
HOME = "R1/1/01/B/1/6"
SAMPLES = Path(__file__).parents[2] / "archroom" / "samples"


def code_of(cli: Cli, words: str) -> str:
    """The own code of the one thing whose title begins with these words."""
    (thing,) = [thing for thing in cli("--json", "find", words).json["things"] if thing["title"].startswith(words)]
    return str(thing["code"])


def shown(cli: Cli, text: str) -> dict[str, Any]:
    """What the books say of a thing or place."""
    return cli("--json", "show", text).json


def documented_keys(command: str) -> list[str]:
    """The JSON keys that the page promises for a command."""
    section = re.search(rf"^### `archroom {command}[^`]*`\n(.*?)(?=^##|\Z)", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert section is not None
    (line,) = re.findall(r"^JSON: (.*)$", section[1], re.MULTILINE)
    return re.findall(r"`([a-z0-9_]+)`", line)


def documented_keys_of_a_place() -> list[str]:
    """The JSON keys that the page promises when a place is shown."""
    (text,) = re.findall(r"the object has (.*?), as `find` gives them", PAGE, re.DOTALL)
    return re.findall(r"`([a-z_]+)`", text)


def test_init_builds_a_sample_room(cli: Cli) -> None:
    ran = cli("init", "small")
    assert (ran.code, ran.out) == (0, "Room R1 is built. Blocks: 1, carriages: 7, places: 290.\n")
    assert cli("room").lines == [
        "Rooms: R1",
        "Block 1, Block 1 · 一区: 7 carriages, aisles 1 to 6",
        "places: 290",
        "containers: 0",
        "items: 0",
        "people: 0",
        "open loans: 0",
    ]


def test_a_room_is_built_once(room: Cli) -> None:
    ran = room("--json", "init", "small")
    assert (ran.code, ran.json["error"]) == (4, "refused")
    assert room("--json", "room").json["rooms"] == ["R1"]


def test_import_says_what_went_in_and_a_second_time_changes_nothing(room: Cli) -> None:
    first = room("--json", "import", "ead", str(SAMPLES)).json
    assert {name: first[name] for name in ("files", "refused", "collections", "items", "containers", "barcodes")} == {
        "files": 2,
        "refused": 0,
        "collections": 2,
        "items": 61,
        "containers": 67,
        "barcodes": 14,
    }
    again = room("--json", "import", "ead", str(SAMPLES)).json
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, first["added"])
    assert room("--json", "room").json["counts"]["items"] == 61


def test_a_dry_run_says_the_same_and_writes_nothing(room: Cli) -> None:
    rehearsed = room("--json", "import", "ead", str(SAMPLES), "--dry-run").json
    assert room("--json", "room").json["counts"]["items"] == 0
    real = room("--json", "import", "ead", str(SAMPLES)).json
    assert {**rehearsed, "dry_run": False} == real


def test_a_dry_run_needs_no_books_and_makes_none(cli: Cli, tmp_path: Path) -> None:
    assert cli("--json", "import", "ead", str(SAMPLES), "--dry-run").json["items"] == 61
    assert not (tmp_path / "home" / "data").exists()


def test_one_bad_file_is_listed_and_the_others_go_in(room: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "aids"
    folder.mkdir()
    (folder / "good.XML").write_bytes((SAMPLES / "qingshi.xml").read_bytes())
    (folder / "cut.xml").write_bytes((SAMPLES / "lindqvist.xml").read_bytes()[:3000])
    ran = room("--json", "import", "ead", str(folder), str(tmp_path / "missing.xml"))
    assert ran.code == 1
    report = ran.json
    assert (report["files"], report["refused"]) == (1, 2)
    cut, missing = report["refusals"]
    assert cut["file"].endswith("cut.xml")
    assert cut["line"] > 1
    assert missing["message"] == "There is no file missing.xml."
    plain = room("import", "ead", str(folder))
    assert plain.code == 1
    assert re.search(rf"^refused: {re.escape(str(folder))}.cut\.xml, line \d+, column \d+: ", plain.err, re.MULTILINE)
    assert plain.err.count("cut.xml") == 1


def test_placing_says_where_it_ended(room: Cli) -> None:
    room("import", "ead", str(SAMPLES))
    rehearsed = room("--json", "place", "--run", HOME, "--dry-run").json
    placed = room("--json", "place", "--run", HOME).json
    assert {**rehearsed, "dry_run": False} == placed
    assert placed["placed"] == 26
    assert placed["not_fitted"] == []
    assert shown(room, code_of(room, BOX))["place"] == HOME
    assert room("place", "--run", HOME).lines == ["Every box has a home already."]


def test_find_tells_things_and_people_on_plain_lines(house: Cli) -> None:
    code = code_of(house, BOX)
    assert f"{code}  {BOX}: in {HOME}" in house("find", "lindqvist", "box", "1").lines
    assert house("find", "青石").code == 0
    assert house("find", "LEE").lines == ["Ann Lee: 0 out"]
    nothing = house("find", "zeppelin")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "Nothing found.\n")


def test_find_says_how_many_more_there_are(house: Cli) -> None:
    ran = house("find", "lindqvist", "--limit", "2")
    assert len(ran.lines) == 2
    assert re.fullmatch(r"The first 2 of \d+\.\n", ran.err)


def test_find_marks_what_left_its_finding_aid_and_writes_no_comma_twice(room: Cli, tmp_path: Path) -> None:
    file = tmp_path / "one.xml"
    gone = '<c id="b"><did><unittitle>Ledgers,</unittitle><unitdate>1921</unitdate></did></c>'
    whole = (
        "<ead><eadheader><eadid>e</eadid></eadheader><archdesc><did><unittitle>Mill</unittitle></did><dsc>"
        f'<c id="a"><did><unittitle>Letters</unittitle></did></c>{gone}</dsc></archdesc></ead>'
    )
    for text in (whole, whole.replace(gone, "")):
        file.write_text(text, encoding="utf-8")
        assert room("import", "ead", str(file)).code == 0
    (line,) = room("find", "ledgers").lines
    assert line.endswith("Ledgers, 1921 (no longer in the finding aid): no place yet")
    assert [thing["gone"] for thing in room("--json", "find", "mill").json["things"]] == [True, False]


@pytest.mark.parametrize(
    "words", ['"', 'a"b', "*", "^x", "NEAR(a b", "a OR", "t:box", "%", "'; DROP TABLE item;--", "(a+)+$"]
)
def test_search_text_is_never_a_syntax_error(house: Cli, words: str) -> None:
    assert house("find", "--", words).code == 0


def test_ten_thousand_words_are_a_search(house: Cli) -> None:
    assert house("find", *["word"] * 10_000).code == 0


def test_a_box_goes_the_whole_round(house: Cli) -> None:
    code = code_of(house, BOX)
    lent = house("lend", code, "Ann Lee", "--due", "2030-01-31")
    assert (lent.code, lent.out) == (0, f"{BOX} -> Ann Lee, due 2030-01-31. It was at {HOME}.\n")
    assert (shown(house, code)["custody"], shown(house, code)["holder"]) == ("out", "Ann Lee")
    assert house("return", code).lines == [f"{BOX} back from Ann Lee -> R1/STG. Its home is {HOME}."]
    assert (shown(house, code)["custody"], shown(house, code)["place"]) == ("staging", "R1/STG")
    assert house("put", code, HOME).lines == [f"{BOX} -> {HOME}. It was at R1/STG."]
    assert (shown(house, code)["custody"], shown(house, code)["place"], shown(house, code)["home"]) == ("in", HOME, HOME)
    assert house("undo").code == 0
    assert shown(house, code)["place"] == "R1/STG"
    assert house("ledger", "verify").code == 0


def test_another_shelf_than_home_is_refused_with_both_addresses_and_can_be_overridden(house: Cli) -> None:
    code, other = code_of(house, BOX), "R1/1/02/A/1/6"
    refused = house("--json", "put", code, other)
    assert (refused.code, refused.json["error"]) == (4, "wrong_place")
    assert HOME in refused.json["message"]
    assert other in refused.json["message"]
    assert shown(house, code)["place"] == HOME
    assert house("put", code, other, "--override").code == 0
    assert (shown(house, code)["place"], shown(house, code)["home"]) == (other, HOME)


def test_undo_is_refused_once_something_later_touched_the_thing(house: Cli) -> None:
    code = code_of(house, BOX)
    house("--terminal", "one", "lend", code, "Ann Lee")
    house("--terminal", "two", "return", code)
    ran = house("--terminal", "one", "--json", "undo")
    assert (ran.code, ran.json["error"]) == (4, "undo_refused")
    assert "returned" in ran.json["message"]


def test_a_bound_barcode_finds_its_thing(house: Cli) -> None:
    code = code_of(house, "Box 1, 青石县人民委员会全宗")
    assert house("--json", "bind", code, "ab 12").json["act"] == "bound"
    assert shown(house, "AB12")["code"] == code
    assert shown(house, code)["barcodes"] == ["AB12"]
    assert house("--json", "bind", code, code).code == 2


def test_the_same_acts_by_scan(house: Cli) -> None:
    code = code_of(house, BOX)
    (ann,) = house("--json", "person", "list").json["people"]
    ran = house("--json", "scan", stdin=f"{ann['code']}\n{code.lower()}\r\nDONE\r{code}\tXYZ".encode())
    answers = [json.loads(line) for line in ran.lines]
    assert [answer["act"] for answer in answers] == ["person", "lent", "done", "returned", "refused"]
    assert [answer["kind"] for answer in answers] == ["person", "box", "command", "box", "unknown"]
    assert [answer["ok"] for answer in answers] == [True, True, True, True, False]
    assert {frozenset(answer) for answer in answers} == {frozenset(documented_keys("scan"))}
    assert ran.code == 0
    assert ann["code"] not in ran.out


def test_the_hand_empties_by_the_time_that_lines_tell(house: Cli) -> None:
    code = code_of(house, BOX)
    (ann,) = house("--json", "person", "list").json["people"]
    within = house("--json", "scan", stdin=f"+0 {ann['code']}\n+59 {code}\n".encode())
    assert json.loads(within.lines[1])["act"] == "lent"
    house("return", code)
    after = house("--json", "scan", stdin=f"+0 {ann['code']}\n+60 {code}\n".encode())
    assert json.loads(after.lines[1])["act"] == "shown"


def test_piped_lines_all_count(house: Cli) -> None:
    code = code_of(house, BOX)
    (ann,) = house("--json", "person", "list").json["people"]
    ran = house("--json", "scan", stdin=f"{ann['code']}\n{code}\n{code}\n".encode())
    assert [json.loads(line)["act"] for line in ran.lines] == ["person", "lent", "already"]


@pytest.mark.parametrize("ending", ["pdf", "png", "svg", "zpl"])
def test_a_label_is_written_and_read_back(house: Cli, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"label.{ending}"
    ran = house("--json", "label", code_of(house, BOX), "-o", str(file))
    assert (ran.code, ran.json["codes_read"]) == (0, 2)
    assert file.stat().st_size > 0


def test_a_part_used_sheet_is_used_up(house: Cli, tmp_path: Path) -> None:
    label = ("--json", "label", *[code_of(house, BOX)] * 2, "-o", str(tmp_path / "sheet.pdf"), "--stock", "L7160")
    pages = [house(*label, "--first", str(first)).json["pages"] for first in (1, 20, 21)]
    assert pages == [1, 1, 2]


def test_show_tells_everything_on_plain_lines(house: Cli) -> None:
    code = code_of(house, BOX)
    house("lend", code, "Ann Lee", "--due", "2030-01-31")
    lines = house("show", code).lines
    assert lines[0] == f"{code}  {BOX}"
    assert "  where: out to Ann Lee, due 2030-01-31" in lines
    assert f"  home: {HOME}" in lines
    assert "  barcodes: 31142060001" in lines or any(line.startswith("  barcodes: 3114206") for line in lines)
    assert any(line.endswith(f"tester: {BOX} lent to Ann Lee, due 2030-01-31") for line in lines)


def test_show_tells_what_stands_on_a_shelf_and_what_belongs_there(house: Cli) -> None:
    code = code_of(house, BOX)
    before = shown(house, HOME)
    house("lend", code, "Ann Lee", "--due", "2030-01-31")
    after = shown(house, HOME.lower())
    assert (after["kind"], after["address"], after["block"], after["aisle"]) == ("shelf", HOME, 1, 1)
    assert (after["width_mm"], after["free_mm"]) == (870, before["free_mm"])
    assert after["here_count"] == before["here_count"] - 1
    assert [thing["code"] for thing in after["away"]] == [code]
    assert set(after) == set(documented_keys_of_a_place())
    lines = house("show", str(after["code"])).lines
    assert lines[0] == f"{after['code']}  {HOME}"
    assert lines[1:4] == ["  kind: shelf", "  aisle: 1/1", "  width: 870 mm"]
    assert f"  here now: {after['here_count']}" in lines
    assert lines[-2:] == ["  at home here, but elsewhere: 1", f"    {code}  {BOX}: out to Ann Lee, due 2030-01-31"]
    assert code not in "".join(lines[:-1])


def test_show_tells_what_waits_in_staging(house: Cli) -> None:
    code = code_of(house, BOX)
    house("lend", code, "Ann Lee")
    house("return", code)
    staging = shown(house, "R1/STG")
    assert (staging["kind"], staging["width_mm"], staging["free_mm"], staging["aisle"]) == ("staging", None, None, None)
    assert [(thing["code"], thing["place"], thing["home"]) for thing in staging["here"]] == [(code, "R1/STG", HOME)]
    assert house("show", "R1/STG").lines[1:] == ["  kind: staging place", "  here now: 1", f"    {code}  {BOX}; home {HOME}"]


def test_show_does_not_show_people(house: Cli) -> None:
    ran = house("show", "Ann Lee")
    assert (ran.code, ran.err) == (2, "archroom: Ann Lee is a person. See: archroom person show\n")


def test_a_reference_code_of_several_things_says_how_many_have_it(room: Cli, tmp_path: Path) -> None:
    file = tmp_path / "two.xml"
    item = "<c><did><unitid>A 1</unitid><unittitle>{}</unittitle></did></c>"
    items = "".join(map(item.format, ("Letters", "Maps", "Plans")))
    file.write_text(
        "<ead><eadheader><eadid>e</eadid></eadheader><archdesc><did><unittitle>Mill</unittitle></did>"
        f"<dsc>{items}</dsc></archdesc></ead>",
        encoding="utf-8",
    )
    room("import", "ead", str(file))
    assert room("show", "a 1").err == "archroom: a 1 names 3 things here. Use the code of one.\n"
    assert room("show", "A 2").err == "archroom: A 2 names nothing here.\n"


def test_what_is_in_a_box_shares_its_custody(house: Cli) -> None:
    house("lend", code_of(house, BOX), "Ann Lee")
    letter = shown(house, code_of(house, "Letters between Ingrid and Axel"))
    assert (letter["custody"], letter["holder"], letter["place"]) == ("out", "Ann Lee", None)


def test_who_acts_stands_in_the_history(house: Cli) -> None:
    code = code_of(house, BOX)
    house("--as", "Olga Ö", "lend", code, "Ann Lee")
    history = shown(house, code)["history"]
    assert isinstance(history, list)
    assert history[0]["actor"] == "Olga Ö"
    assert history[-1]["actor"] == "tester"


def test_a_person_and_what_they_have(house: Cli) -> None:
    code = code_of(house, BOX)
    house("lend", code, "Ann Lee", "--due", "2030-01-31")
    assert house("person", "show", "ann lee").lines == ["Ann Lee: 1 out", f"{code}  {BOX}, due 2030-01-31"]
    (thing,) = house("--json", "person", "show", "Ann Lee").json["things"]
    assert (thing["code"], thing["due"]) == (code, "2030-01-31")
    assert house("person", "show", code).code == 2


def test_the_last_acts_are_told_newest_first(house: Cli) -> None:
    house("lend", code_of(house, BOX), "Ann Lee", "--due", "2030-01-31")
    house("--terminal", "other", "return", code_of(house, BOX))
    returned, lent = house("--as", "Bo", "ledger", "last", "--limit", "2").lines
    assert returned.endswith(f"tester: {BOX} returned")
    assert lent.endswith(f"tester: {BOX} lent to Ann Lee, due 2030-01-31")


def test_a_backup_is_proved_and_restored(house: Cli, tmp_path: Path) -> None:
    copy, code = tmp_path / "copy.db", code_of(house, BOX)
    backup = house("--json", "backup", str(copy)).json
    house("lend", code, "Ann Lee")
    assert house("--json", "backup", str(copy)).code == 2
    restored = house("--json", "restore", str(copy)).json
    assert restored["entries"] == backup["entries"] + 1
    assert Path(restored["kept"]).exists()
    assert shown(house, code)["custody"] == "in"
    assert house("--json", "ledger", "verify").json["count"] == restored["entries"]


def test_where_names_files_and_sources_and_no_password(cli: Cli, tmp_path: Path) -> None:
    ran = cli("--json", "--db", "postgresql://ana:secret@host/db", "--as", "Ann", "where")
    assert ran.json["settings"]["database"] == {
        "value": "postgresql://ana:***@host/db",
        "source": "option",
        "name": "--db",
    }
    assert ran.json["settings"]["loan_days"] == {"value": "14", "source": "default", "name": ""}
    assert ran.json["paths"]["config"] == str(tmp_path / "home" / "config.toml")
    plain = cli("--db", "postgresql://ana:secret@host/db", "where")
    assert "secret" not in plain.out
    assert "database = postgresql://ana:***@host/db  (from the option --db)" in plain.lines


SESSION = {
    "init ROOM": ("init", "small"),
    "room": ("room",),
    "import ead": ("import", "ead", str(SAMPLES)),
    "place": ("place", "--run", HOME),
    "person add": ("person", "add", "Bo"),
    "person list": ("person", "list"),
    "find": ("find", "box"),
    "show": ("show", "MS 214/1/1"),
    "bind": ("bind", "MS 214/1/1", "X1"),
    "lend": ("lend", "31142060001", "Bo"),
    "person show": ("person", "show", "Bo"),
    "return": ("return", "31142060001"),
    "put": ("put", "31142060001", HOME),
    "undo": ("undo",),
    "label": ("label", "UNDO", "-o", "card.png"),
    "ledger verify": ("ledger", "verify"),
    "ledger last": ("ledger", "last"),
    "backup": ("backup", "copy.db"),
    "restore": ("restore", "copy.db"),
    "where": ("where",),
}


def test_each_object_has_the_documented_keys(cli: Cli) -> None:
    found = {command: list(cli("--json", *arguments).json) for command, arguments in SESSION.items()}
    assert {command: sorted(keys) for command, keys in found.items()} == {
        command: sorted(documented_keys(command)) for command in SESSION
    }
