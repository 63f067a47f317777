"""`shelving out-of-order`, `opened-by-hand` and `in-order`, and what the other commands say meanwhile."""

from __future__ import annotations

from typing import Any

from command_line import Cli

BOX = "31142060001"
OUT = ("shelving", "out-of-order", "1", "--why", "drive broken", "--as", "Bo Chen")
SINCE = "block 1 is out of order since 2"


def said(cli: Cli, *arguments: str) -> dict[str, Any]:
    ran = cli(*arguments, "--json")
    assert ran.code == 0, ran.err
    return ran.json


def test_out_of_order_opened_by_hand_and_in_order_again(house: Cli) -> None:
    out = said(house, *OUT)
    assert {name: out["out_of_order"][name] for name in ("by", "why", "opened_by_hand")} == {
        "by": "Bo Chen",
        "why": "drive broken",
        "opened_by_hand": None,
    }
    shown = said(house, "show", BOX)
    assert (shown["reach"], shown["reach_reason"].startswith(f"unreachable: {SINCE}")) == ("unreachable", True)
    assert f"unreachable: {SINCE}" in house("find", BOX).out
    by_hand = said(house, "shelving", "opened-by-hand", "1", "1")
    assert "Aisle 1 of block 1 was opened by hand, says tester." in by_hand["message"]
    shelf = said(house, "show", "R1/1/01/B/1/6")
    assert (shelf["aisle"], shelf["reach"]) == (1, "by_hand")
    assert "its aisle 1 was opened by hand" in house("show", "R1/1/01/B/1/6").out
    assert house("shelving", "in-order", "1").out == "Block 1 is in order again.\n"
    shown = said(house, "show", BOX)
    assert (shown["reach"], shown["reach_reason"]) == (None, None)
    assert house("ledger", "verify").code == 0


def test_what_cannot_be_meant_or_is_so_already_changes_nothing(room: Cli) -> None:
    assert room("shelving", "out-of-order", "1").code == 2, "without a reason"
    assert room("shelving", "out-of-order", "1", "--why", "  ").code == 2
    assert room("shelving", "out-of-order", "7", "--why", "x").code == 2
    assert room("shelving", "in-order", "1").code == 4
    assert room("shelving", "opened-by-hand", "1", "2").code == 4
    assert room(*OUT).code == 0
    assert room(*OUT).code == 4
    assert room("shelving", "opened-by-hand", "1", "66").code == 2


def test_the_room_says_it_without_any_shelving_connected(room: Cli) -> None:
    assert "out of order" not in room("room").out
    room(*OUT)
    assert "Block 1 is out of order since" in room("room").out
    (block,) = said(room, "room")["blocks"]
    assert block["out_of_order"]["why"] == "drive broken"


def test_a_plan_leaves_its_boxes_out_with_the_reason(house: Cli) -> None:
    house(*OUT)
    assert SINCE in house("plan", BOX).out
    house("shelving", "opened-by-hand", "1", "1")
    planned = said(house, "plan", BOX)
    assert (planned["openings"], planned["asides"]) == (0, [])


def test_no_aisle_of_it_is_opened_and_its_status_says_why(aisles: Cli) -> None:
    aisles(*OUT)
    ran = aisles("aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee", "--arm", "--json")
    told = ran.json
    assert (ran.code, told["error"], told["outcome"]) == (6, "motion_refused", "refused")
    assert "drive broken" in told["message"]
    assert "archroom shelving in-order 1" in told["message"]
    assert "Block 1 is out of order since" in aisles("aisle", "status").out
    (block,) = said(aisles, "aisle", "status")["blocks"]
    assert (block["out_of_order"]["by"], block["armed"]) == ("Bo Chen", False)
    assert aisles("aisle", "stop").code == 0
    aisles("shelving", "in-order", "1")
    assert aisles("aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee", "--arm").code == 0


def test_it_is_said_in_chinese_too(house: Cli) -> None:
    ran = house(*OUT, lang="zh")
    assert "停用" in ran.out
    assert "out of order" not in ran.out
    assert "停用" in house("find", BOX, lang="zh").out
