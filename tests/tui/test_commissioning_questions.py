"""The technician on the screen: which answers a question takes, and that nobody is asked once the screen is left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paper_commissioning import COUNT, JOG, PLUG
from textual.message import Message as Posted

from archroom.core.commissioning import Licence
from archroom.errors import Refused, say
from archroom.tui.commissioning.technician import AnswerKind, Question, ScreenTechnician


@pytest.mark.parametrize(
    ("kind", "answers", "others"),
    [
        (AnswerKind.NUMBER, ("0", "7", "12", "123", "s"), ("", "1234", "y", "\u0664", "-1", "1 2")),
        (AnswerKind.WAY, ("1", "2", "s"), ("", "0", "3", "n")),
        (AnswerKind.DONE, ("", "s"), ("1", "y", "ss")),
        (AnswerKind.AGAIN, ("y", "n"), ("", "1", "s")),
        (AnswerKind.SIGNATURES, ("",), ("s", "y", "1")),
    ],
)
def test_each_question_takes_its_own_answers_only(
    kind: AnswerKind, answers: tuple[str, ...], others: tuple[str, ...]
) -> None:
    question = Question(kind, say("seen"))
    assert [typed for typed in (*answers, *others) if question.is_answered_by(typed)] == list(answers)


def test_nobody_is_asked_any_more_once_the_screen_is_left() -> None:
    posted = list[Posted]()
    technician = ScreenTechnician(1, posted.append)
    technician.begin(JOG, say("seen"))
    technician.leave()
    words: list[Callable[[], object]] = [
        lambda: technician.begin(JOG, say("seen")),
        lambda: technician.part(PLUG, say("seen")),
        lambda: technician.ask_number(COUNT, say("seen")),
        lambda: technician.signs([], Licence.FULL, say("seen")),
    ]
    for ask in words:
        with pytest.raises(Refused, match="has ended"):
            ask()
    assert [type(message).__name__ for message in posted] == ["StepBegun"]
