"""How things are told: the JSON shapes and lines that several commands share, as docs/command-line.md lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.cli.output import Json
from archroom.core.custody import home_text
from archroom.core.holdings import Place, Standing
from archroom.core.ports import Hit
from archroom.services.answers import Answer
from archroom.services.finding import StandingText
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.services.history import ActLine


def thing_shape(standing: Standing, text: StandingText) -> dict[str, Json]:
    """Return a thing with its whereabouts."""
    thing = standing.thing
    loan = standing.loan or standing.enclosing_loan
    return {
        "code": thing.code,
        "kind": thing.kind.value,
        "title": thing.title,
        "reference": thing.reference,
        "custody": standing.custody.value,
        "where": render(text.where),
        "place": standing.place.address if standing.place else None,
        **reach_shape(standing.place if standing.reach is not None else None),
        "container": standing.enclosing[0].code if standing.enclosing else None,
        "home": home_text(standing) or None,
        "holder": loan.person.name if loan else None,
        "due": loan.due_on.isoformat() if loan else None,
    }


def reach_shape(place: Place | None) -> dict[str, Json]:
    """Return how a place in a block out of order is reached; null for any other."""
    if place is None or place.outage is None or place.reach is None:
        return {"reach": None, "reach_reason": None}
    return {"reach": place.reach.value, "reach_reason": render(place.outage.reach_in_words(place.aisle))}


def hit_shape(hit: Hit, text: StandingText) -> dict[str, Json]:
    """Return a thing with its whereabouts and what the finding aid says of it."""
    described: dict[str, Json] = {
        "dates": hit.dates,
        "level": hit.level,
        "collection": hit.collection,
        "path": list(hit.path),
        "gone": hit.standing.thing.is_gone,
        "needs_split": hit.standing.thing.needs_split,
    }
    return {**thing_shape(hit.standing, text), **described}


def answer_shape(answer: Answer) -> dict[str, Json]:
    """Return what an act or a scan did."""
    return {
        "kind": answer.subject_kind,
        "act": answer.step.value,
        "ok": answer.is_ok,
        "subject": answer.subject,
        "message": render(answer.message),
    }


def act_shape(act: ActLine) -> dict[str, Json]:
    """Return one entry of the ledger."""
    return {"seq": act.seq, "at": act.at.isoformat(), "actor": act.actor, "message": render(act.message)}


def act_text(act: ActLine) -> str:
    """Return one entry of the ledger as a plain line, at this machine's time."""
    return f"{act.at.astimezone():%Y-%m-%d %H:%M}  " + tr("{word}: {what}", word=act.actor, what=act.message)
