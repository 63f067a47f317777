"""The same session in English and in Chinese: what stands on stdout and stderr, line for line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import Cli

SAMPLES = str(Path(__file__).parents[2] / "archroom" / "samples")
BOX = "Box 1, Lindqvist family and shipyard papers"
SESSION: tuple[tuple[tuple[str, ...], int, str, str], ...] = (
    (
        ("init", "small"),
        0,
        "Room R1 is built. Blocks: 1, carriages: 7, places: 290.",
        "库房 R1 已建立：1 区，7 列，290 个位置。",
    ),
    (
        ("place", "--run", "R1/1/01/B/1/6"),
        0,
        "Boxes placed: 26, on 5 shelves up to R1/1/01/B/1/2|Boxes of unknown width: 13, counted with 127 mm each.",
        "已排架：26 盒，占 5 个架位，末位 R1/1/01/B/1/2|宽度未知的盒：13，每盒按 127 mm 计。",
    ),
    (
        ("lend", "31142060001", "王小明", "--due", "2030-01-31"),
        0,
        f"{BOX} -> 王小明, due 2030-01-31. It was at R1/1/01/B/1/6.",
        f"{BOX} -> 王小明，应还 2030-01-31。先前在 R1/1/01/B/1/6。",
    ),
    (
        ("lend", "31142060001", "Ann"),
        4,
        f"archroom: {BOX} is out to 王小明.",
        f"archroom: {BOX} 已借给 王小明。",
    ),
    (
        ("return", "31142060001"),
        0,
        f"{BOX} back from 王小明 -> R1/STG. Its home is R1/1/01/B/1/6.",
        f"{BOX} 由 王小明 归还 -> R1/STG。原位 R1/1/01/B/1/6。",
    ),
    (("find", "zeppelin"), 0, "Nothing found.", "未找到。"),
    (("aisle", "status"), 6, "archroom: No shelving is connected to this machine.", "archroom: 本机未连接密集架。"),
    (
        ("find", "x", "--limit", "ten"),
        2,
        "archroom: argument --limit: ten is not a whole number from 1 to 1000. See: archroom find --help",
        "archroom: 参数 --limit：ten 不是 1 到 1000 的整数。用法见：archroom find --help",
    ),
    (
        ("find",),
        2,
        "archroom: the following arguments are required: WORDS. See: archroom find --help",
        "archroom: 缺少参数：WORDS。用法见：archroom find --help",
    ),
)


@pytest.mark.parametrize(("lang", "column"), [("en", 2), ("zh", 3)])
def test_a_session_says_the_same_in_each_language(cli: Cli, lang: str, column: int) -> None:
    told: list[tuple[int, str]] = []
    expected: list[tuple[int, str]] = []
    for step in SESSION:
        ran = cli(*step[0], lang=lang)
        told.append((ran.code, "|".join((ran.out + ran.err).splitlines())))
        expected.append((step[1], str(step[column])))
        if step[0][0] == "init":
            for arguments in (("import", "ead", SAMPLES), ("person", "add", "王小明"), ("person", "add", "Ann")):
                assert cli(*arguments, lang=lang).code == 0
    assert told == expected


@pytest.mark.parametrize("lang", ["zh", "zh_CN", "zh-TW"])
def test_the_option_goes_before_everything(cli: Cli, lang: str) -> None:
    assert cli("find", "x", "--lang", lang).err == cli("--lang", lang, "find", "x").err
    assert "没有数据库" in cli("--lang", lang, "find", "x").err
    assert "用法" in cli(f"--lang={lang}", "--help").out


def test_the_settings_file_chooses_where_nobody_else_does(
    cli: Cli, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file.write_text('language = "zh"\n')
    assert cli("aisle", "status", lang="").err == cli("aisle", "status", "--lang", "zh").err
    assert cli("aisle", "status", lang="en").err == "archroom: No shelving is connected to this machine.\n"
    assert os.environ["ARCHROOM_LANG"] == "en"
