"""Commissionings in words and as JSON."""

from __future__ import annotations

from archroom.cli.output import Json
from archroom.core.commissioning import CommissioningRecord, Finding, Licence, Verdict
from archroom.errors import Message, say
from archroom.services.commissioning_steps import title_of
from archroom.texts import render

VERDICTS = {
    Verdict.PASSED: say("passed"),
    Verdict.FAILED: say("FAILED"),
    Verdict.NOT_POSSIBLE: say("not possible"),
}
_LICENCES = {
    Licence.MONITOR: say("watched only"),
    Licence.ATTENDED: say("moved only with a second person at the aisle"),
    Licence.FULL: say("moved from here"),
}


def finding_message(finding: Finding) -> Message:
    """Return one line on a step."""
    measured = ", ".join(f"{name} {value}" for name, value in finding.measured)
    line = say(
        "{step}: {verdict}, {text}", step=title_of(finding.step), verdict=VERDICTS[finding.verdict], text=finding.text
    )
    return say("{line} ({measured})", line=line, measured=measured) if measured else line


def licence_message(licence: Licence, reason: Message) -> Message:
    """Return what a block may do, and why."""
    return say("The block may be {licence}: {reason}", licence=_LICENCES[licence], reason=reason)


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


def record_shape(record: CommissioningRecord, digest: str) -> dict[str, Json]:
    """Return a record for --json."""
    controller = record.controller
    return {
        "block": record.block,
        "licence": record.licence.value,
        "reason": render(record.reason),
        "by": record.by,
        "witness": record.witness,
        "begun_at": record.begun_at,
        "signed_at": record.signed_at,
        "signed_on": record.signed_on.isoformat(),
        "expires_on": record.expires_on.isoformat(),
        "controller": {
            "profile": controller.profile,
            "serial": controller.serial,
            "carriages": controller.carriages,
            "stops_after_ms": controller.stops_after_ms,
        },
        "findings": [
            {
                "step": finding.step.key,
                "verdict": finding.verdict.value,
                "text": render(finding.text),
                "measured": dict(finding.measured),
            }
            for finding in record.findings
        ],
        "digest": digest,
    }
