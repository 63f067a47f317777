"""A commissioning in words: every figure by a name that people read."""

from __future__ import annotations

import ast
from pathlib import Path

from archroom.core import commissioning_rules
from archroom.core.commissioning import Finding, Step, StepKind, Verdict
from archroom.errors import say
from archroom.services import commissioning_steps
from archroom.services.commissioning_words import FIGURES, finding_message, seen_message


def figures_measured() -> set[str]:
    """The first of each pair of a name with a unit and a value, in what judges and takes the steps."""
    sources = [
        ast.parse(Path(module.__file__ or "").read_text("utf-8")) for module in (commissioning_rules, commissioning_steps)
    ]
    pairs = [
        node.elts for source in sources for node in ast.walk(source) if isinstance(node, ast.Tuple) and len(node.elts) == 2
    ]
    return {
        first.value
        for first, second in pairs
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and not isinstance(second, ast.Constant)
    }


def test_every_figure_has_a_name_that_people_read() -> None:
    assert figures_measured() == set(FIGURES)


def test_figures_stand_behind_what_was_found() -> None:
    finding = Finding(Step(StepKind.PLUG), Verdict.PASSED, say("well"), (("travelled_mm", 41), ("allowed_mm", 90)))
    assert finding_message(finding).english().endswith(": passed, well (ran on: 41 mm, allowed: 90 mm)")
    assert seen_message(finding).english().endswith(": well (ran on: 41 mm, allowed: 90 mm)")
    assert seen_message(Finding(finding.step, Verdict.PASSED, say("well"))).english().endswith(": well")
