"""What the screen of a commissioning shows: the steps with what came of each, the question, and the block as it is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from textual.content import Content

from archroom.core.commissioning import Finding, Step, Verdict
from archroom.core.commissioning_rules import BEAM, EDGE, EMERGENCY_STOP
from archroom.core.shelving import Trust
from archroom.errors import Message, say
from archroom.services.commissioning_steps import devices, title_of
from archroom.services.commissioning_words import VERDICTS, seen_message
from archroom.tui import marks
from archroom.tui.aisles.block_panel import BlockPanel, sayings
from archroom.tui.glyphs import Glyphs
from archroom.tui.marks import Mark
from archroom.tui.painted import Painted
from archroom.tui.text import Line, fitted, row, sentence_lines, shown, width_of, words, wrapped

if TYPE_CHECKING:
    from archroom.core.shelving import BlockView
    from archroom.tui.commissioning.technician import Question

TO_DO: Final = Mark(say("to do"), "quiet", marks.MUTED)
NOW: Final = Mark(say("NOW"), "out", marks.NEWS)
FINDINGS: Final = {
    Verdict.PASSED: Mark(VERDICTS[Verdict.PASSED], "yes", marks.GOOD),
    Verdict.FAILED: Mark(VERDICTS[Verdict.FAILED], "no", marks.BAD),
    Verdict.NOT_POSSIBLE: Mark(VERDICTS[Verdict.NOT_POSSIBLE], "unknown", marks.CAREFUL),
}
TOLD: Final = Mark(say("TOLD NOW"), "waiting", marks.CAREFUL)
_DEVICES: Final = {EMERGENCY_STOP: say("emergency stop"), EDGE: say("safety edge"), BEAM: say("light beam")}
"""What a controller of the register map tells; others tell alarms in words of their own."""
MOST_LINES: Final = 3
"""Of one step, or of one sentence beside the question."""


@dataclass(slots=True)
class Course:
    """How far a commissioning has come."""

    block: int
    by: str
    witness: str
    steps: list[Step] = field(default_factory=list)
    findings: dict[Step, Finding] = field(default_factory=dict)
    now: Step | None = None
    """The step that is under way, or was last."""
    question: Question | None = None
    urgent: Message | None = None
    """What must be done at the shelving at once."""
    wrong: Message | None = None
    """What was wrong with the last answer."""
    end: list[tuple[Message, str]] = field(default_factory=list)
    """How it ended; nothing while it goes on."""
    is_ending: bool = False
    """Whether it was left and has not ended yet."""
    up: int = 0
    """How many lines the steps are scrolled back."""

    def begin(self, step: Step) -> None:
        """Take note that a step has begun, perhaps once more."""
        self.now, self.urgent, self.question, self.up = step, None, None, 0
        self.findings.pop(step, None)


class CourseHead(Painted):
    """Which block, which step of how many, and who does it."""

    DEFAULT_CSS = """
    CourseHead { height: auto; padding: 0 2; background: $panel; }
    """

    def __init__(self, course: Course) -> None:
        super().__init__()
        self._course = course

    def paint(self, width: int, height: int) -> list[Content]:
        """Return one line."""
        course = self._course
        said = say("Commissioning of block {block}", block=course.block)
        if course.now in course.steps:
            at, count = course.steps.index(course.now) + 1, len(course.steps)
            said = say("{what}: step {number} of {count}", what=said, number=at, count=count)
        title = words(said)
        names = words(say("{name}; at the shelving: {witness}", name=course.by, witness=course.witness))
        room = max(width - width_of(title) - 2, 0)
        if width_of(names) > room:
            names = f"{shown(course.by)} / {shown(course.witness)}"
        return [row((fitted(title, width - room), "bold $text-primary"), (fitted(names, room), marks.MUTED))]


class CourseSteps(Painted):
    """The steps in order, each with its verdict and what was seen; the one that is under way is in sight."""

    DEFAULT_CSS = """
    CourseSteps { height: 1fr; min-height: 1; padding: 0 2; margin: 1 0 0 0; }
    """

    def __init__(self, course: Course, glyphs: Glyphs) -> None:
        super().__init__()
        self._course = course
        self._glyphs = glyphs

    def paint(self, width: int, height: int) -> list[Content]:
        """Return as many lines as there is room for."""
        course, lines, last = self._course, list[Line](), 0
        for step in course.steps:
            lines += self._lines(step, width)
            if step == course.now:
                last = len(lines)
        rows = max(height, 1)
        first = min(max(last + 1 - rows, 0), max(len(lines) - rows, 0))
        first = min(max(first - course.up, 0), max(len(lines) - rows, 0))
        course.up = min(course.up, max(last + 1 - rows, 0))
        return [row(*line) for line in lines[first : first + rows]]

    def _lines(self, step: Step, width: int) -> list[Line]:
        course = self._course
        finding = course.findings.get(step)
        if finding is not None:
            mark, said = FINDINGS[finding.verdict], seen_message(finding)
        else:
            mark, said = (NOW if step == course.now and not course.end else TO_DO), title_of(step)
        heads = [one.shown(self._glyphs) for one in (TO_DO, NOW, *FINDINGS.values())]
        head = fitted(mark.shown(self._glyphs), max(map(width_of, heads)))
        room = max(width - width_of(head) - 2, 10)
        first, *rest = wrapped(words(said), room, MOST_LINES) or [""]
        style = marks.MUTED if mark is TO_DO else ""
        return [
            [(head, mark.tone), ("  ", ""), (first, style)],
            *([(fitted("", width_of(head) + 2), ""), (line, style)] for line in rest),
        ]


class CourseText(Painted):
    """The question and how it is answered; else what must be done now, that one has to wait, or how it all ended."""

    DEFAULT_CSS = """
    CourseText { height: auto; max-height: 10; padding: 0 2; margin: 1 0 0 0; }
    """

    def __init__(self, course: Course) -> None:
        super().__init__()
        self._course = course

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the sentences in lines."""
        return [row(*line) for line in sentence_lines(self._said(), width, MOST_LINES)]

    def _said(self) -> list[tuple[Message, str]]:
        course, question = self._course, self._course.question
        if course.end:
            return course.end
        if course.is_ending:
            return [(say("It is being ended, and what moves is stopped."), marks.CAREFUL)]
        if question is not None:
            said = [(question.text, "bold"), (question.how, "")]
            return said if course.wrong is None else [*said, (course.wrong, marks.CAREFUL)]
        if course.urgent is not None:
            return [(course.urgent, marks.BAD)]
        return [(say("Wait: this step is being done. F8 stops the shelving."), marks.MUTED)]


class ProvedBlock(BlockPanel):
    """The block that is commissioned: as the aisles show it, with what it tells of its protective devices."""

    DEFAULT_CSS = """
    ProvedBlock { margin: 0; max-height: 45%; overflow: hidden; }
    """

    def sayings(self, view: BlockView | None, trust: Trust) -> list[tuple[Mark, Message | None]]:
        """Return its state, and which devices it tells as tripped."""
        told = sorted(devices(view)) if view is not None and trust is Trust.GOOD else []
        names = ", ".join(words(_DEVICES[name]) if name in _DEVICES else shown(name) for name in told)
        return [*sayings(view, trust)[:1], *([(TOLD, say("{devices}", devices=names))] if told else [])]
