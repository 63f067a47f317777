"""Records of commissionings as JSON."""

from __future__ import annotations

from archroom.cli.output import Json
from archroom.core.commissioning import CommissioningRecord
from archroom.texts import render


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
