"""The room file, as docs/room-file.md defines it, read into a plan; what that page does not define is refused."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from archroom.core.holdings import PlaceKind
from archroom.core.rooms import Block, Carriage, End, Face, MotionPolicy, NamedPlace, RoomPlan, StaticShelving
from archroom.core.tables import Table, parse_toml
from archroom.errors import BadFile, say

SAMPLES = ("small", "large")
"""The rooms that come with the program."""

MAX_BYTES = 1_000_000
MAX_CARRIAGES = 32
MAX_TRACK_MM = 0xFFFF
"""What a position register holds (docs/shelving-protocol.md)."""
MAX_SHELVES = 200_000
_MAX_LENGTH_MM = 10_000
_FACES = ("A", "B")


def read_room(path: Path) -> RoomPlan:
    """Read a room file; raises BadFile, with line and column where it is not TOML."""
    try:
        if not path.is_file():
            raise BadFile(say("{file} is not there, or is no file.", file=str(path)))
        with path.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadFile(say("{file} cannot be read: {why}.", file=str(path), why=error.strerror or "")) from error
    try:
        return parse_room(content)
    except BadFile as error:
        why = say("{file}: {why}", file=str(path), why=error.message)
        raise BadFile(why, error.line, error.column) from error


def sample_room(name: str) -> RoomPlan:
    """Return a room that comes with the program, by its name in `SAMPLES`."""
    return parse_room(files("archroom").joinpath("rooms", f"{name}.toml").read_bytes())


def parse_room(content: bytes) -> RoomPlan:
    """Return the plan that a room file's bytes describe; raises BadFile."""
    document = parse_toml(content, MAX_BYTES)
    room = document.table("room")
    code, title = room.code("code", "[A-Z0-9]{1,8}"), room.text("title")
    room.finish()
    blocks = tuple(_block(table) for table in document.tables("block", "[[block]]"))
    statics = tuple(_static(table) for table in document.tables("static", "[[static]]"))
    places = tuple(_place(table) for table in document.tables("place", "[[place]]"))
    document.finish()
    _refuse_doubles([f"block {block.number}" for block in blocks])
    _refuse_doubles([shelving.code for shelving in statics] + [place.code for place in places])
    if all(place.kind is not PlaceKind.STAGING for place in places):
        document.refuse(say("a room needs a [[place]] of the kind staging, where returned things go"))
    _refuse_too_many(document, blocks, statics)
    return RoomPlan(code, title, blocks, statics, places)


def _block(table: Table) -> Block:
    carriages: list[Carriage] = []
    for entry in table.tables("carriage", "[[block.carriage]]"):
        carriages += _carriages(entry, len(carriages) + 1)
    first_end, last_end = table.truths("end_aisles", 2)
    block = Block(
        number=table.whole("number", 1, 99),
        title=table.text("title"),
        numbered_from=End(table.choice("numbered_from", tuple(end.value for end in End))),
        aisle_mm=table.whole("aisle_mm", 1, _MAX_LENGTH_MM),
        clearance_mm=table.whole("clearance_mm", 0, _MAX_LENGTH_MM),
        end_aisles=(first_end, last_end),
        open_aisles=table.wholes("open_aisles"),
        carriages=tuple(carriages),
        motion=_motion(table),
    )
    _check_sizes(table, block)
    _check_ends(table, block)
    _check_open_aisles(table, block)
    _check_faces(table, block)
    table.finish()
    return block


def _motion(table: Table) -> MotionPolicy:
    if not table.has("motion"):
        return MotionPolicy.STAGGERED
    return MotionPolicy(table.choice("motion", tuple(policy.value for policy in MotionPolicy)))


def _carriages(table: Table, first_number: int) -> list[Carriage]:
    kind = table.choice("kind", ("fixed", "mobile"))
    depth_mm = table.whole("depth_mm", 1, _MAX_LENGTH_MM)
    faces, bays, levels, shelf_mm = _shelves(table)
    count = table.whole("count", 1, MAX_CARRIAGES) if table.has("count") else 1
    table.finish()
    return [
        Carriage(number, kind == "mobile", depth_mm, faces, bays, levels, shelf_mm)
        for number in range(first_number, first_number + count)
    ]


def _static(table: Table) -> StaticShelving:
    code, title, rows = table.code("code", "[A-Z][A-Z0-9]{0,5}"), table.text("title"), table.whole("rows", 1, 99)
    faces, bays, levels, shelf_mm = _shelves(table)
    table.finish()
    return StaticShelving(code, title, rows, faces, bays, levels, shelf_mm)


def _shelves(table: Table) -> tuple[tuple[Face, ...], int, int, int]:
    faces = tuple(Face(face) for face in sorted(table.choices("faces", _FACES)))
    return faces, table.whole("bays", 1, 999), table.whole("levels", 1, 99), table.whole("shelf_mm", 1, _MAX_LENGTH_MM)


def _place(table: Table) -> NamedPlace:
    code = table.code("code", "[A-Z0-9]{2,8}")
    kinds = (PlaceKind.STAGING, PlaceKind.READING_ROOM, PlaceKind.DESK)
    kind = PlaceKind(table.choice("kind", tuple(kind.value for kind in kinds)))
    title = table.text("title")
    table.finish()
    return NamedPlace(code, kind, title)


def _check_sizes(table: Table, block: Block) -> None:
    count = len(block.carriages)
    if not 1 <= count <= MAX_CARRIAGES:
        table.refuse(say("{count} carriages; a block has 1 to {most}", count=count, most=MAX_CARRIAGES))
    if block.aisle_mm <= block.clearance_mm:
        table.refuse(say("aisle_mm must be more than clearance_mm"))
    if block.track_mm > MAX_TRACK_MM:
        table.refuse(say("the track is {sum} mm long, at most {most} can be told", sum=block.track_mm, most=MAX_TRACK_MM))
    if table.has("track_mm"):
        given = table.whole("track_mm", 1, MAX_TRACK_MM)
        if given != block.track_mm:
            table.refuse(
                say("track_mm is {given}, but depths, gaps and aisles sum to {sum}", given=given, sum=block.track_mm)
            )


def _check_ends(table: Table, block: Block) -> None:
    for is_entered, carriage in zip(block.end_aisles, (block.carriages[0], block.carriages[-1]), strict=True):
        if is_entered and not carriage.is_mobile:
            table.refuse(say("no end aisle can be entered beside carriage {number}: it is fixed", number=carriage.number))


def _check_open_aisles(table: Table, block: Block) -> None:
    for aisle in block.open_aisles:
        if aisle not in block.aisles:
            table.refuse(say("open_aisles names aisle {aisle}, which nobody can enter", aisle=aisle))
    for segment in block.segments:
        named = sum(aisle in segment.gaps for aisle in block.open_aisles)
        if segment.is_mobile and named != 1:
            first, last = segment.first_gap, segment.last_gap
            why = say(
                "open_aisles must name one aisle of {first} to {last}, not {named}", first=first, last=last, named=named
            )
            table.refuse(why)


def _check_faces(table: Table, block: Block) -> None:
    for carriage in block.carriages:
        for face in carriage.faces:
            if block.aisle_of(carriage.number, face) not in block.aisles:
                why = say(
                    "face {face} of carriage {number} is reached from no aisle", face=face.value, number=carriage.number
                )
                table.refuse(why)


def _refuse_doubles(names: list[str]) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise BadFile(say("{name} is there twice.", name=doubled))


def _refuse_too_many(document: Table, blocks: tuple[Block, ...], statics: tuple[StaticShelving, ...]) -> None:
    count = sum(len(unit.faces) * unit.bays * unit.levels for block in blocks for unit in block.carriages)
    count += sum(rows.rows * len(rows.faces) * rows.bays * rows.levels for rows in statics)
    if count > MAX_SHELVES:
        document.refuse(say("{count} shelves; a room has at most {most}", count=count, most=MAX_SHELVES))
