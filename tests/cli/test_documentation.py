"""docs/command-line.md, docs/configuration.md, the help and errors.py tell one story."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from archroom import errors
from archroom.cli import output
from archroom.cli.output import error_word
from archroom.cli.program import GROUPS, command_tree
from archroom.config import Config
from archroom.core.scans import Step
from archroom.core.sensors import KEYS as SENSOR_KEYS
from archroom.core.shelving import OutcomeKind
from archroom.errors import ArchroomError

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "command-line.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `archroom ([^`]*)`\n(.*?)(?=^##|\Z)", PAGE, flags=re.DOTALL | re.MULTILINE))


def leaves(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, by its full name."""
    branches = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not branches:
        yield name, parser
    for branch in branches:
        for word, inner in branch.choices.items():
            yield from leaves(inner, f"{name} {word}".strip())


COMMANDS = dict(leaves(command_tree()))
GLOBAL = {"--db", "--shelving", "--as", "--terminal", "--lang", "--json", "--help", "-h"}


def own_options(parser: argparse.ArgumentParser) -> set[str]:
    """The options that only this command has."""
    return {option for action in parser._actions for option in action.option_strings} - GLOBAL


def section_of(command: str) -> tuple[str, str]:
    """Heading and text of a command's section."""
    return next((heading, text) for heading, text in SECTIONS.items() if re.match(rf"{command}( [^a-z]|$)", heading))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_and_option_is_documented(command: str) -> None:
    heading, text = section_of(command)
    missing = {option for option in own_options(COMMANDS[command]) if option not in heading and option not in text}
    assert missing == set()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_argument_stands_in_its_heading(command: str) -> None:
    heading, text = section_of(command)
    names = {str(action.metavar) for action in COMMANDS[command]._actions if not action.option_strings and action.metavar}
    assert {name for name in names if name not in heading} == set()


def test_no_command_is_documented_that_is_not_there() -> None:
    assert {section_of(command)[0] for command in COMMANDS} == set(SECTIONS)


@pytest.mark.parametrize("option", sorted(GLOBAL - {"-h"}))
def test_every_global_option_is_documented(option: str) -> None:
    assert f"`{option}" in PAGE


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_takes_the_global_options_and_shows_an_example(command: str) -> None:
    options = {option for action in COMMANDS[command]._actions for option in action.option_strings}
    assert options >= GLOBAL
    assert re.search(rf"Example: archroom .*{command.split()[-1]}", COMMANDS[command].format_help())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_argument_has_a_help_text(command: str) -> None:
    assert [action.dest for action in COMMANDS[command]._actions if not action.help] == []


def test_each_command_is_in_the_group_that_a_run_loads() -> None:
    assert {command.split()[0] for command in COMMANDS} == {word for words in GROUPS.values() for word in words}
    for words in GROUPS.values():
        for word in words:
            loaded = {command.split()[0] for command, _ in leaves(command_tree([word]))}
            assert loaded == set(words)


def error_classes() -> list[type[ArchroomError]]:
    """Every kind of error."""
    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, ArchroomError)]
    assert len(found) > 10
    return found


def test_the_documented_exit_codes_are_those_of_the_errors() -> None:
    table = PAGE.partition("## Exit codes")[2].partition("\n## ")[0]
    documented = {
        word: int(code)
        for code, words in re.findall(r"^\| (\d+) \|.*\|(.*)\|$", table, re.MULTILINE)
        for word in re.findall(r"`([a-z_]+)`", words)
    }
    ours = {error_word(kind(errors.say(""))): kind.exit_code for kind in error_classes()}
    ours |= {f"motion_{kind.value}": errors.ShelvingError.exit_code for kind in OutcomeKind if kind is not OutcomeKind.DONE}
    ours |= {"unexpected": output.EXIT_UNEXPECTED, "interrupted": output.EXIT_INTERRUPTED}
    assert documented == ours
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert codes == set(ours.values()) | {output.EXIT_DONE, output.EXIT_NO_READER}


def test_the_act_words_of_scan_are_documented() -> None:
    table = section_of("scan")[1].partition("| --- |")[2]
    assert re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE) == [step.value for step in Step]


def test_every_setting_is_documented() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    tables = {"buses": "bus", "sensors": "sensor"}
    keys = {tables.get(field.name, field.name) for field in fields(Config)}
    assert documented == keys | {"url", "units", "profile"} | set(SENSOR_KEYS)
