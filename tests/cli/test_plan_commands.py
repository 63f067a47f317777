"""`archroom plan`: the walk in lines and JSON, lists from files, and everything that cannot be on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command_line import Cli

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
FAR, NEAR, MIDDLE = "R1/1/07/A/1/1", "R1/1/02/B/2/3", "R1/1/05/B/1/1"


def keys_of(label: str) -> list[str]:
    """The JSON keys that the page promises."""
    section = re.search(r"^### `archroom plan[^`]*`\n(.*?)(?=^##|\Z)", PAGE, flags=re.DOTALL | re.MULTILINE)
    assert section is not None
    (line,) = re.findall(rf"^{label}: (.*)$", section[1], re.MULTILINE)
    return re.findall(r"`([a-z0-9_]+)`", line)


def test_a_walk_is_told_as_the_person_sees_it(room: Cli) -> None:
    ran = room("plan", FAR, NEAR)
    assert ran.code == 0
    assert ran.lines[0] == "1. Open aisle 1/2 (aisle 1 closes, 24 s): on the way up to aisle 6."
    assert re.fullmatch(rf"   left, bay 2, level 3: {NEAR} \(S[0-9A-Z]+\)", ran.lines[1])
    assert ran.lines[2:4] == [
        "2. Open aisle 1/6 (aisle 2 closes, 25 s): the last one of this part of the block.",
        ran.lines[3],
    ]
    assert ran.lines[3].startswith("   right, bay 1, level 1: ")
    assert ran.lines[4:] == [
        "1.8 min, openings: 2.",
        "No walk for this list is shorter.",
        "In list order: 1.9 min, openings: 2.",
    ]
    assert ran.err == "No shelving is connected to this machine: planned as the room was built.\n"


def test_json_holds_what_the_page_promises(room: Cli) -> None:
    found = room("--json", "plan", FAR, NEAR).json
    assert list(found) == keys_of("JSON")
    assert [step["aisle"] for step in found["steps"]] == [2, 6]
    assert (found["openings"], found["list_order"]["openings"], found["shortest"]) == (2, 2, True)
    advice = room("--json", "plan", "--advise").json
    assert list(advice) == keys_of("JSON with `--advise`")


def test_a_list_comes_from_a_file_or_from_stdin(room: Cli, tmp_path: Path) -> None:
    content = f"\ufeff{FAR}\ta\t9\n\n{NEAR}\n{MIDDLE}\ta\n".encode()
    (tmp_path / "list.txt").write_bytes(content)
    by_file = room("--json", "plan", "--from", "list.txt").json
    assert room("--json", "plan", "--from", "-", stdin=content).json == by_file
    errands = [errand for step in by_file["steps"] for errand in step["errands"]]
    assert sorted((errand["place"], errand["order"], errand["due_s"]) for errand in errands) == sorted(
        [(FAR, "a", 540.0), (NEAR, "", None), (MIDDLE, "a", None)]
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"A\tB\tnan\n", "Line 1: nan is no number of minutes."),
        (b"A\n\nA\tB\t-1\n", "Line 3: -1 is no number of minutes."),
        (b"A\n\tB\t1\n", "Line 2 has no code."),
        (b"A\tB\t1\tC\n", "Line 1 has more than CODE, ORDER and MINUTES."),
        (b"x" * 1_000_001, "- is larger than 1000000 bytes, so it is no list."),
        (b"A\n" * 2001, "2001 lines; a list has at most 2000."),
        (b"", "Name what the walk is for: codes, or a list with --from FILE."),
    ],
)
def test_a_bad_list_is_refused_with_its_line(room: Cli, content: bytes, says: str) -> None:
    ran = room("plan", "--from", "-", stdin=content)
    assert (ran.code, ran.out, ran.err) == (2, "", f"archroom: {says}\n")


def test_a_file_that_is_not_there_is_refused(room: Cli) -> None:
    assert room("plan", "--from", "nowhere.txt").code == 2
    assert room("plan", "--advise", NEAR).code == 2


def test_what_names_nothing_is_told_and_the_rest_is_planned(room: Cli) -> None:
    ran = room("plan", NEAR, "nonsense", "R1/STG")
    assert ran.code == 1
    assert ran.lines[-2] == "Not on this walk: nonsense: nonsense names nothing here."
    assert ran.lines[-1].endswith("at R1/STG, which no aisle leads to: go there directly")
    assert room("plan", NEAR, "R1/STG").code == 0


def test_orders_stay_together_from_the_command_line(room: Cli) -> None:
    shape = room("--json", "plan", MIDDLE, "--group", NEAR, FAR).json
    orders = [errand["order"] for step in shape["steps"] for errand in step["errands"]]
    assert orders in (["", "1", "1"], ["1", "1", ""])


def test_orders_and_due_times_are_told_with_their_lines(room: Cli) -> None:
    ran = room("plan", "--from", "-", MIDDLE, stdin=f"{NEAR}\t7\t12\n{FAR}\t\t90\n".encode())
    told = {line.rpartition("; ")[2] for line in ran.lines if line.startswith("   ") and "; " in line}
    assert told == {"order 7, due in 12 min", "due in 90 min"}


def test_put_back_and_count_and_policies_are_taken(house: Cli) -> None:
    ran = house("--json", "find", "Box 1, Lindqvist").json["things"]
    code = next(thing["code"] for thing in ran if thing["kind"] == "box")
    assert house("--json", "plan", "--count", code).json["purpose"] == "count"
    back = house("--json", "plan", "--put-back", code).json
    assert (back["steps"], [aside["why"] for aside in back["asides"]]) == ([], ["at home already"])
    assert house("lend", code, "Ann Lee").code == 0
    assert house("return", code).code == 0
    assert len(house("--json", "plan", "--put-back", "--park", "--waiting", code).json["steps"]) == 1
    times = [house("--json", "plan", "--motion", policy, FAR).json["total_s"] for policy in ("sequential", "group")]
    assert times[0] > times[1]


def test_advice_of_an_empty_history_is_said(house: Cli) -> None:
    ran = house("plan", "--advise")
    assert (ran.code, ran.out) == (0, "Orders in past loans: 0\n")
    assert ran.err == "Past loans show nothing that is asked for together and stands apart.\n"


def test_blocks_are_opened_ahead_in_words(cli: Cli) -> None:
    assert cli("init", "large").code == 0
    ran = cli("plan", "M1/1/05/A/1/1", "M1/2/07/A/1/1")
    assert [line for line in ran.lines if line.startswith("   Before")] == [
        "   Before you go in, have aisle 2/6 opened (aisle 1 closes)."
    ]
    assert any("which opened meanwhile" in line for line in ran.lines)


def test_a_walk_is_told_in_chinese(room: Cli) -> None:
    ran = room("plan", FAR, NEAR, lang="zh")
    assert not re.search("[A-Za-z]{4,}", ran.out)
