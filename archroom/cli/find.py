"""`find` and `show`: looking things up; nothing changes and no event is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands, whole_number
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.core.holdings import PlaceKind
from archroom.errors import Message, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.core.holdings import Standing, Thing
    from archroom.core.ports import Details, PlaceDetails
    from archroom.services.finding import FoundPage, StandingText
    from archroom.services.history import ActLine

_LONGEST_TITLE = 200
"""Characters of a title on a plain line; --json and `show` give the whole."""


def add_commands(commands: Commands) -> None:
    """Add `find` and `show`."""
    find = commands.add(
        "find",
        say("Find things and people by any words, a code or a reference code."),
        "archroom find smith letters 1912",
        _find,
    )
    find.add_argument("words", nargs="+", metavar="WORDS", help=tr("words in any order"))
    find.add_argument(
        "--limit", type=whole_number(1, 1000), default=50, metavar="N", help=tr("how many things at most (default 50)")
    )
    show = commands.add(
        "show", say("Show everything the books say of one thing, shelf or other place."), "archroom show B00000127J", _show
    )
    show.add_argument("code", metavar="CODE", help=tr("own code, barcode, reference code or address of a shelf"))


def _find(job: Job) -> int:
    words = " ".join(job.args.words)
    page = job.house.finder.find(words, job.args.limit)
    if not job.output.is_json:
        job.output.result({}, _found_lines(job, page))
        if not page.hits and not page.people:
            job.output.note(say("Nothing found."))
        elif len(page.hits) < page.total:
            more = say("more than {count}", count=page.total) if page.is_total_capped else say("{count}", count=page.total)
            job.output.note(say("The first {shown} of {total}.", shown=len(page.hits), total=more))
        return 0
    from archroom.cli.shapes import hit_shape

    things: list[Json] = [hit_shape(hit, job.house.finder.describe(hit.standing)) for hit in page.hits]
    people: list[Json] = [{"name": person.name, "things": count} for person, count in page.people]
    counted = {"total": page.total, "total_capped": page.is_total_capped}
    job.output.object_line({"query": words, **counted, "things": things, "people": people})
    return 0


def _found_lines(job: Job, page: FoundPage) -> Iterator[str]:
    for person, count in page.people:
        yield tr("{name}: {count} out", name=person.name, count=count)
    for hit in page.hits:
        text = job.house.finder.describe(hit.standing)
        thing = hit.standing.thing
        title, named = _cut(thing.title), _named(thing)
        if hit.dates and hit.dates not in title:
            named = say("{code}  {title}, {dates}", code=thing.code, title=title.rstrip(" ,"), dates=hit.dates)
        if thing.reference:
            named = say("{named} [{reference}]", named=named, reference=thing.reference)
        if thing.is_gone:
            named = say("{named} (no longer in the finding aid)", named=named)
        if not text.home or hit.standing.is_at_home:
            yield tr("{named}: {where}", named=named, where=text.where)
        else:
            yield tr("{named}: {where}; home {home}", named=named, where=text.where, home=text.home)


def _show(job: Job) -> int:
    from archroom.core.ports import PlaceDetails

    found = job.house.finder.look_up(job.args.code)
    return _show_place(job, found) if isinstance(found, PlaceDetails) else _show_thing(job, found)


def _show_thing(job: Job, details: Details) -> int:
    from archroom.cli.shapes import act_shape, hit_shape

    text = job.house.finder.describe(details.hit.standing)
    acts = job.house.finder.history_of(details)
    contents: list[Json] = [{"code": thing.code, "title": thing.title} for thing in details.contents]
    thing = details.hit.standing.thing
    job.output.result(
        {
            **hit_shape(details.hit, text),
            "barcodes": list(details.barcodes),
            "width_mm": thing.width_mm,
            "profile": details.profile,
            "version": details.version,
            "contents": contents,
            "contents_count": details.contents_count,
            "history": [act_shape(act) for act in acts],
        },
        _shown_lines(details, text, acts),
    )
    return 0


def _shown_lines(details: Details, text: StandingText, acts: Sequence[ActLine]) -> Iterator[str]:
    from archroom.cli.shapes import act_text

    hit = details.hit
    thing = hit.standing.thing
    yield f"{thing.code}  {thing.title}"
    fields = (
        (tr("where"), render(text.where)),
        (tr("home"), text.home),
        (tr("reference code"), thing.reference),
        (tr("dates"), hit.dates),
        (tr("level"), hit.level),
        (tr("collection"), hit.collection),
        (tr("within"), " / ".join(hit.path)),
        (tr("barcodes"), " ".join(details.barcodes)),
        (tr("profile"), details.profile),
        (tr("width"), f"{thing.width_mm} mm" if thing.width_mm else ""),
        (tr("note"), tr("no longer in the finding aid") if thing.is_gone else ""),
        (tr("note"), tr("a range that is still to be split") if thing.needs_split else ""),
    )
    for label, value in fields:
        if value:
            yield "  " + tr("{word}: {what}", word=label, what=value)
    if details.contents_count:
        yield "  " + tr("in it now: {count}", count=details.contents_count)
    for inner in details.contents:
        yield f"    {inner.code}  {inner.title[:_LONGEST_TITLE]}"
    for act in acts:
        yield f"  {act_text(act)}"


def _show_place(job: Job, details: PlaceDetails) -> int:
    from archroom.cli.shapes import reach_shape, thing_shape

    place, describe = details.place, job.house.finder.describe
    shapes: dict[str, Json] = {
        "here": [thing_shape(standing, describe(standing)) for standing in details.here],
        "here_count": details.here_count,
        "away": [thing_shape(standing, describe(standing)) for standing in details.away],
        "away_count": details.away_count,
    }
    job.output.result(
        {
            "code": place.code,
            "kind": place.kind.value,
            "address": place.address,
            "block": place.block,
            "aisle": place.aisle,
            **reach_shape(place),
            "width_mm": place.width_mm,
            "free_mm": details.free_mm,
            "barcodes": list(details.barcodes),
            **shapes,
        },
        _place_lines(job, details),
    )
    return 0


def _place_lines(job: Job, details: PlaceDetails) -> Iterator[str]:
    place = details.place
    yield f"{place.code}  {place.address}"
    fields = (
        (tr("kind"), render(_kind_of_place(place.kind))),
        (tr("aisle"), f"{place.block}/{place.aisle}" if place.aisle is not None else ""),
        (tr("width"), f"{place.width_mm} mm" if place.width_mm else ""),
        (tr("note"), render(place.outage.reach_in_words(place.aisle)) if place.outage else ""),
        (tr("free"), "" if details.free_mm is None else f"{details.free_mm} mm"),
        (tr("barcodes"), " ".join(details.barcodes)),
    )
    for label, value in fields:
        if value:
            yield "  " + tr("{word}: {what}", word=label, what=value)
    yield "  " + tr("here now: {count}", count=details.here_count)
    for standing in details.here:
        yield "    " + _here_line(standing, job.house.finder.describe(standing))
    if details.away_count:
        yield "  " + tr("at home here, but elsewhere: {count}", count=details.away_count)
    for standing in details.away:
        text = job.house.finder.describe(standing)
        yield "    " + tr("{named}: {where}", named=_named(standing.thing), where=text.where)


def _here_line(standing: Standing, text: StandingText) -> str:
    named = _named(standing.thing)
    if standing.is_at_home:
        return render(named)
    return tr("{named}; home {home}", named=named, home=text.home) if text.home else tr("{named}; no home yet", named=named)


def _named(thing: Thing) -> Message:
    return say("{code}  {title}", code=thing.code, title=_cut(thing.title))


def _cut(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[:_LONGEST_TITLE] + "..."


def _kind_of_place(kind: PlaceKind) -> Message:
    match kind:
        case PlaceKind.SHELF:
            return say("shelf")
        case PlaceKind.STAGING:
            return say("staging place")
        case PlaceKind.READING_ROOM:
            return say("reading room")
        case PlaceKind.DESK:
            return say("desk")
