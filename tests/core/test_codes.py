"""Codes: every single error and adjacent swap is caught, and any text whatever has an answer."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.codes import (
    ALPHABET,
    CODE_LENGTH,
    MAX_NUMBER,
    MAX_SCAN,
    CodeKind,
    Command,
    Flaw,
    ForeignCode,
    OwnCode,
    Unreadable,
    contains_own,
    format_code,
    is_own_cut,
    is_own_shape,
    normalise,
    parse_own,
    read_scan,
)

NUMBERS = (1, 2, 9, 10, 127, 4711, 65_535, 12_345_678, 87_654_321, 90_909_090, MAX_NUMBER)
MANY = [format_code(kind, number) for kind in CodeKind for number in NUMBERS]
KEYS = string.digits + string.ascii_uppercase + "-$/+%*. "
own_codes = st.builds(format_code, st.sampled_from(CodeKind), st.integers(1, MAX_NUMBER))


def test_there_are_enough_codes_to_be_convincing() -> None:
    assert len(set(MANY)) == len(CodeKind) * len(NUMBERS)


def test_alphabet_is_of_prime_size_so_that_the_sum_can_catch_everything() -> None:
    assert len(set(ALPHABET)) == 31


@pytest.mark.parametrize("code", MANY)
def test_every_single_wrong_character_is_caught(code: str) -> None:
    for position in range(CODE_LENGTH):
        for char in KEYS:
            if char != code[position]:
                assert parse_own(code[:position] + char + code[position + 1 :]) is None


@pytest.mark.parametrize("code", MANY)
def test_every_swap_of_neighbours_is_caught(code: str) -> None:
    for left in range(CODE_LENGTH - 1):
        swapped = code[:left] + code[left + 1] + code[left] + code[left + 2 :]
        assert swapped == code or parse_own(swapped) is None


@pytest.mark.parametrize("code", MANY)
def test_every_lost_or_doubled_character_is_caught(code: str) -> None:
    for position in range(CODE_LENGTH):
        assert parse_own(code[:position] + code[position + 1 :]) is None
        assert parse_own(code[: position + 1] + code[position:]) is None


@given(st.sampled_from(CodeKind), st.integers(1, MAX_NUMBER))
def test_a_code_says_its_kind_and_number(kind: CodeKind, number: int) -> None:
    assert read_scan(format_code(kind, number)) == OwnCode(kind, number)
    assert str(OwnCode(kind, number)) == format_code(kind, number)


@pytest.mark.parametrize("number", [0, -1, MAX_NUMBER + 1])
def test_there_is_no_code_for_an_impossible_number(number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        format_code(CodeKind.BOX, number)


def test_number_zero_is_no_code_even_with_the_right_check() -> None:
    assert [text for text in (f"B00000000{check}" for check in ALPHABET) if parse_own(text) is not None] == []


@given(own_codes, own_codes)
def test_two_codes_run_together_are_refused_whole(first: str, second: str) -> None:
    assert read_scan(first + second) == Unreadable(first + second, Flaw.TWO_CODES)
    assert read_scan(first + first) == Unreadable(first + first, Flaw.TWO_CODES)


@given(own_codes, st.text(KEYS, min_size=1, max_size=20))
def test_a_code_with_anything_around_it_is_not_that_code(code: str, extra: str) -> None:
    for text in (code + extra, extra + code):
        if normalise(text) != code:
            read = read_scan(text)
            assert isinstance(read, Unreadable)
            assert read.flaw is Flaw.TWO_CODES


@given(own_codes, own_codes)
def test_two_codes_with_a_line_break_between_are_refused(first: str, second: str) -> None:
    for between in "\r\n\t\x0b\x1d\u2028":
        assert isinstance(read_scan(first + between + second), Unreadable)
        assert isinstance(read_scan("A1" + between + "B2"), Unreadable)


@given(own_codes, st.sampled_from(["", "\r", "\n", "\r\n", "\r\r", "\t", " \r\n"]))
def test_any_terminator_or_none_is_one_scan(code: str, terminator: str) -> None:
    assert read_scan(code + terminator) == read_scan(code)


@given(own_codes)
def test_case_width_blanks_and_aim_prefix_do_not_matter(code: str) -> None:
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    blanks = " ".join(code)
    for text in (
        code.lower(),
        full_width,
        full_width.lower(),
        blanks,
        f"\u00a0{code}\u00a0",
        f"]C1{code}",
        f"\x02{code}\x03",
    ):
        assert read_scan(text) == read_scan(code)


@given(st.text())
def test_normalising_twice_is_normalising_once(raw: str) -> None:
    assert normalise(normalise(raw)) == normalise(raw)


@given(st.text("]Cce01 ab\x02\x03\x1d\t\r\u0301\u00a8ßı\ufb01Ａ"))
def test_normalising_twice_is_normalising_once_for_awkward_texts(raw: str) -> None:
    assert normalise(normalise(raw)) == normalise(raw)


@given(st.text() | st.text(KEYS) | st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_any_text_has_an_answer(raw: str) -> None:
    read = read_scan(raw)
    match read:
        case ForeignCode(value):
            assert value.isascii()
            assert value.isprintable()
            assert 0 < len(value) <= MAX_SCAN
            assert not contains_own(value)
            assert not is_own_shape(value)
            assert value not in Command.__members__
            assert value == normalise(value)
        case OwnCode():
            assert str(read) == normalise(raw)
        case Unreadable(value):
            assert len(value) <= 18 * 4 * MAX_SCAN
        case Command():
            assert normalise(raw).removeprefix("CMD-") == read.value


@pytest.mark.parametrize(
    ("raw", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("  \r\n", Flaw.EMPTY),
        ("A" * 65, Flaw.TOO_LONG),
        ("A" * 1_000_000, Flaw.TOO_LONG),
        ("\u0412\u0425000123", Flaw.NOT_ASCII),
        ("B0000012\u0663K", Flaw.NOT_ASCII),
        ("stra\u00dfe", Flaw.NOT_ASCII),
        ("A\x00B", Flaw.CONTROL),
        ("A\x1b[31mB", Flaw.CONTROL),
        ("B00000127X", Flaw.WRONG_CHECK),
        ("\ud800", Flaw.NOT_ASCII),
    ],
)
def test_what_cannot_be_read_says_why(raw: str, flaw: Flaw) -> None:
    read = read_scan(raw)
    assert isinstance(read, Unreadable)
    assert read.flaw is flaw


def test_sixty_four_characters_are_still_read() -> None:
    assert read_scan("A" * MAX_SCAN) == ForeignCode("A" * MAX_SCAN)


@pytest.mark.parametrize("command", list(Command))
def test_command_words_are_read_with_and_without_prefix(command: Command) -> None:
    assert read_scan(command.value) is command
    assert read_scan(f"cmd-{command.value.lower()}\r") is command


def test_superscript_digits_are_read_as_digits_or_not_at_all() -> None:
    code = format_code(CodeKind.BOX, 12)
    assert unicodedata.normalize("NFKC", "²") == "2"
    assert read_scan(code.replace("2", "²")) == OwnCode(CodeKind.BOX, 12)


def test_an_isbn_is_foreign() -> None:
    assert read_scan("9783161484100") == ForeignCode("9783161484100")


@given(own_codes, st.integers(3, CODE_LENGTH - 1))
def test_the_beginning_of_a_code_is_told_from_a_foreign_one(code: str, length: int) -> None:
    assert is_own_cut(code[:length])
    assert isinstance(read_scan(code[:length]), ForeignCode)
