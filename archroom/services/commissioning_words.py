"""Commissionings in words: a step with what came of it, what a block may do, and a whole record."""

from __future__ import annotations

from functools import reduce
from typing import Final

from archroom.core.commissioning import CommissioningRecord, Finding, Licence, Verdict
from archroom.errors import Message, say
from archroom.services.commissioning_steps import title_of

VERDICTS: Final = {
    Verdict.PASSED: say("passed"),
    Verdict.FAILED: say("FAILED"),
    Verdict.NOT_POSSIBLE: say("not possible"),
}
LICENCES: Final = {
    Licence.MONITOR: say("watched only"),
    Licence.ATTENDED: say("moved only with a second person at the aisle"),
    Licence.FULL: say("moved from here"),
}
FIGURES: Final = {
    "carriages": say("carriages: {value}"),
    "watchdog_ms": say("watchdog: {value} ms"),
    "moved_mm": say("moved: {value} mm"),
    "speed_mm_s": say("speed: {value} mm/s"),
    "travelled_mm": say("ran on: {value} mm"),
    "allowed_mm": say("allowed: {value} mm"),
    "stopped_after_s": say("stood after: {value} s"),
}
"""What was measured in a step, by its name in the record."""


def finding_message(finding: Finding) -> Message:
    """Return one line on a step."""
    line = say(
        "{step}: {verdict}, {text}", step=title_of(finding.step), verdict=VERDICTS[finding.verdict], text=finding.text
    )
    return _with_figures(line, finding)


def seen_message(finding: Finding) -> Message:
    """Return what was seen in a step, without its verdict."""
    return _with_figures(say("{step}: {text}", step=title_of(finding.step), text=finding.text), finding)


def _with_figures(line: Message, finding: Finding) -> Message:
    figures = [Message(FIGURES[name].template, {"value": value}) for name, value in finding.measured]
    if not figures:
        return line
    told = reduce(lambda before, figure: say("{before}, {figure}", before=before, figure=figure), figures)
    return say("{line} ({measured})", line=line, measured=told)


def licence_message(licence: Licence, reason: Message) -> Message:
    """Return what a block may do, and why."""
    return say("The block may be {licence}: {reason}", licence=LICENCES[licence], reason=reason)


def record_messages(record: CommissioningRecord, digest: str) -> list[Message]:
    """Return a record in lines."""
    controller = record.controller
    return [
        say("Block {block}, commissioned on {date}, valid until {expires}", block=record.block,
            date=record.signed_on.isoformat(), expires=record.expires_on.isoformat()),
        say("Controller: {profile} {serial}, carriages: {count}", profile=controller.profile,
            serial=controller.serial or "-", count=controller.carriages),
        say("Orders given by {by}; at the shelving: {witness}", by=record.by, witness=record.witness),
        licence_message(record.licence, record.reason),
        *(finding_message(finding) for finding in record.findings),
        say("Digest of the record: {digest}", digest=digest),
    ]  # fmt: skip
