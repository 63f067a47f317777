"""The tables. What must not be, the database forbids: two open loans of a thing, two owners of a barcode, no such place.

Rows are never deleted and no reference cascades. The models carry the schema only; they are bound to no database, and
queries made from them are run by `database.execute`. Truths are 0 or 1, instants UTC text as `core.events.stamp` writes
it, dates ISO text. SQLite's tables are STRICT. Triggers and the search index, which peewee has no words for, are in
`store.schema`.
"""

from __future__ import annotations

from peewee import SQL, BlobField, Check, CompositeKey, ForeignKeyField, IntegerField, TextField

from archroom.core.acts import CUSTODY_ACTS
from archroom.core.holdings import Custody, PlaceKind, ThingKind
from archroom.core.rooms import End, MotionPolicy
from archroom.store.tables import NumberField, Table, one_of, truth

_OWNERS = ("thing", "place", "person")
CUSTODY_KINDS = sorted(kind.value for kind in CUSTODY_ACTS)
"""Kinds of events that change custody, as they are stored."""


class House(Table):
    """The one house whose books these are."""

    id = IntegerField(primary_key=True, constraints=[Check("id = 1")])
    uuid = TextField()
    digest_key = BlobField(constraints=[Check("length(digest_key) = 32")])
    """Key of the digests under which descriptions stand in the ledger."""
    founded_at = TextField()


class Room(Table):
    """An archive room."""

    id = NumberField()
    code = TextField(unique=True)
    title = TextField()


class Block(Table):
    """One track of mobile shelving."""

    id = NumberField()
    room = ForeignKeyField(Room, index=False)
    number = IntegerField(constraints=[Check("number BETWEEN 1 AND 99")])
    title = TextField()
    numbered_from = TextField(constraints=[one_of("numbered_from", End)])
    aisle_mm = IntegerField(constraints=[Check("aisle_mm > 0")])
    clearance_mm = IntegerField(constraints=[Check("clearance_mm >= 0")])
    has_first_end_aisle = IntegerField(constraints=[truth("has_first_end_aisle")])
    has_last_end_aisle = IntegerField(constraints=[truth("has_last_end_aisle")])
    open_aisles = TextField()
    """Aisles open at first power-up, as a JSON list."""
    motion = TextField(constraints=[SQL("DEFAULT 'staggered'"), one_of("motion", MotionPolicy)])

    class Meta:
        indexes = ((("room", "number"), True),)


class Carriage(Table):
    """One shelving unit of a block."""

    id = NumberField()
    block = ForeignKeyField(Block, index=False)
    number = IntegerField(constraints=[Check("number > 0")])
    is_mobile = IntegerField(constraints=[truth("is_mobile")])
    depth_mm = IntegerField(constraints=[Check("depth_mm > 0")])
    faces = TextField()
    """Letters of its faces: `AB`, `A` or `B`."""
    bays = IntegerField(constraints=[Check("bays > 0")])
    levels = IntegerField(constraints=[Check("levels > 0")])
    shelf_mm = IntegerField(constraints=[Check("shelf_mm > 0")])

    class Meta:
        indexes = ((("block", "number"), True),)


class StaticShelving(Table):
    """Shelving that does not move."""

    id = NumberField()
    room = ForeignKeyField(Room, index=False)
    code = TextField()
    title = TextField()
    rows = IntegerField(constraints=[Check("rows > 0")])
    faces = TextField()
    bays = IntegerField(constraints=[Check("bays > 0")])
    levels = IntegerField(constraints=[Check("levels > 0")])
    shelf_mm = IntegerField(constraints=[Check("shelf_mm > 0")])

    class Meta:
        indexes = ((("room", "code"), True),)


class Place(Table):
    """A shelf, or another place where a thing can stand."""

    id = NumberField()
    room = ForeignKeyField(Room, index=False)
    kind = TextField(constraints=[one_of("kind", PlaceKind)])
    address = TextField(unique=True)
    title = TextField(constraints=[SQL("DEFAULT ''")])
    block_number = IntegerField(null=True)
    row_code = TextField(null=True)
    carriage = IntegerField(null=True)
    face = TextField(null=True)
    bay = IntegerField(null=True)
    level = IntegerField(null=True)
    aisle = IntegerField(null=True)
    width_mm = IntegerField(null=True, constraints=[Check("width_mm > 0")])
    shelving_order = IntegerField(null=True)
    """Position of a shelf in the order in which its room is filled."""

    class Meta:
        indexes = ((("room", "shelving_order"), True),)
        constraints = (Check("(kind = 'shelf') = (shelving_order IS NOT NULL)"),)


class Collection(Table):
    """What one finding aid describes."""

    id = NumberField()
    key = TextField(unique=True)
    title = TextField()
    reference = TextField()
    dates = TextField()
    source_name = TextField(constraints=[SQL("DEFAULT ''")])
    source_digest = BlobField(null=True)
    """SHA-256 of the records of the last file taken in whole; none while a file is being taken in."""
    former_title = TextField(null=True)
    """While a changed title goes through the search index: the one under which the rest is still indexed."""
    retitled_through = IntegerField(constraints=[SQL("DEFAULT 0")])
    """Number of the last thing that is indexed under the new title, while there is a former one."""


class Thing(Table):
    """A container or an item: what the ledger says of it. Its description is a table of its own."""

    id = NumberField()
    kind = TextField(constraints=[one_of("kind", ThingKind)])
    custody = TextField(constraints=[one_of("custody", Custody)])
    place = ForeignKeyField(Place, null=True, index=False)
    container = ForeignKeyField("self", null=True, index=False)
    home_place = ForeignKeyField(Place, null=True, index=False)
    home_container = ForeignKeyField("self", null=True, index=False)
    width_mm = IntegerField(null=True, constraints=[Check("width_mm > 0")])
    touched_seq = IntegerField(constraints=[SQL("DEFAULT 0")])
    """Number of the event that last changed its custody, 0 before any."""
    made_seq = IntegerField()
    """Number of the event that brought it into the books."""

    class Meta:
        constraints = (
            Check("place_id IS NULL OR container_id IS NULL"),
            Check("home_place_id IS NULL OR home_container_id IS NULL"),
            Check("container_id <> id AND home_container_id <> id"),
            Check("custody <> 'out' OR (place_id IS NULL AND container_id IS NULL)"),
        )


class Description(Table):
    """The present description of a thing, versioned; the ledger holds a keyed digest of each version."""

    thing = ForeignKeyField(Thing, primary_key=True)
    collection = ForeignKeyField(Collection, null=True)
    parent = ForeignKeyField(Thing, null=True, index=False)
    """The component above it in the finding aid."""
    source_key = BlobField(null=True, constraints=[Check("length(source_key) = 16")])
    """BLAKE2b of the record's stable key, 16 bytes."""
    level = TextField(constraints=[SQL("DEFAULT ''")])
    title = TextField()
    reference = TextField(constraints=[SQL("DEFAULT ''")])
    reference_key = TextField(constraints=[SQL("DEFAULT ''")])
    """The reference code as it is compared: `core.searching.exact_key`."""
    dates = TextField(constraints=[SQL("DEFAULT ''")])
    path = TextField(constraints=[SQL("DEFAULT '[]'")])
    """Titles of the components above it, outermost first, as a JSON list."""
    label = TextField(constraints=[SQL("DEFAULT ''")])
    """A container's type as written: "Box", "OS Box"."""
    indicator = TextField(constraints=[SQL("DEFAULT ''")])
    housing = TextField(constraints=[SQL("DEFAULT ''")])
    """An item's containers in words, as the finding aid names them: "Box 12 Folder 3"."""
    profile = TextField(constraints=[SQL("DEFAULT ''")])
    version = IntegerField(constraints=[SQL("DEFAULT 1"), Check("version > 0")])
    is_gone = IntegerField(constraints=[truth("is_gone")])
    needs_split = IntegerField(constraints=[truth("needs_split")])


class DescriptionVersion(Table):
    """A past version of a description."""

    thing = ForeignKeyField(Thing, index=False)
    version = IntegerField()
    fields = TextField()
    """The fields that its digest covers, as a JSON list."""
    replaced_seq = IntegerField()
    """Number of the event that brought the next version."""

    class Meta:
        primary_key = CompositeKey("thing", "version")


class ListedIn(Table):
    """A container and a finding aid that names it: one physical box may stand in several."""

    thing = ForeignKeyField(Thing, index=False)
    collection = ForeignKeyField(Collection)
    is_gone = IntegerField(constraints=[truth("is_gone")])
    """Whether the finding aid no longer names it."""

    class Meta:
        primary_key = CompositeKey("thing", "collection")


class AlsoIn(Table):
    """A further container of a component that the finding aid lists in several."""

    thing = ForeignKeyField(Thing, index=False)
    container = ForeignKeyField(Thing)

    class Meta:
        primary_key = CompositeKey("thing", "container")


class Person(Table):
    """Somebody things are lent to."""

    id = NumberField()
    name = TextField()
    folded_name = TextField(index=True)
    version = IntegerField(constraints=[SQL("DEFAULT 1"), Check("version > 0")])
    is_active = IntegerField(constraints=[SQL("DEFAULT 1"), Check("is_active IN (0, 1)")])
    digest_key = BlobField(null=True, constraints=[Check("length(digest_key) = 32")])
    """Key of the digests under which this person stands in the ledger; without it they say nothing."""


class PersonVersion(Table):
    """A past version of a person's data."""

    person = ForeignKeyField(Person, index=False)
    version = IntegerField()
    name = TextField()
    replaced_seq = IntegerField()

    class Meta:
        primary_key = CompositeKey("person", "version")


class Barcode(Table):
    """A foreign barcode, bound for ever to one owner. Own codes need no row: they are functions of numbers."""

    value = TextField(primary_key=True)
    thing = ForeignKeyField(Thing, null=True, index=False)
    place = ForeignKeyField(Place, null=True, index=False)
    person = ForeignKeyField(Person, null=True, index=False)
    bound_seq = IntegerField()
    retired_at = TextField(null=True)

    class Meta:
        constraints = (Check(" + ".join(f"CASE WHEN {owner}_id IS NULL THEN 0 ELSE 1 END" for owner in _OWNERS) + " = 1"),)


class Loan(Table):
    """A thing lent to a person. Finished loans stay."""

    id = NumberField()
    thing = ForeignKeyField(Thing, index=False)
    person = ForeignKeyField(Person, index=False)
    lent_at = TextField()
    due_on = TextField()
    opened_seq = IntegerField()
    closed_seq = IntegerField(null=True)
    closed_at = TextField(null=True)
    was_undone = IntegerField(constraints=[truth("was_undone")])

    class Meta:
        indexes = ((("thing", "opened_seq"), True),)
        constraints = (Check("(closed_seq IS NULL) = (closed_at IS NULL)"),)


class Outage(Table):
    """A time in which a block was out of order; who said so and when stands in the events. Past ones stay."""

    id = NumberField()
    block = ForeignKeyField(Block, index=False)
    begun_seq = IntegerField(unique=True)
    since_on = TextField()
    why = TextField(constraints=[Check("why <> ''")])
    aisle = IntegerField(null=True)
    """The aisle that was last opened by hand."""
    opened_seq = IntegerField(null=True)
    ended_seq = IntegerField(null=True)

    class Meta:
        constraints = (Check("(aisle IS NULL) = (opened_seq IS NULL)"),)


class Event(Table):
    """One entry of the ledger: the canonical bytes, their place in the chain, and some of their fields for queries."""

    seq = IntegerField(primary_key=True)
    prev_hash = BlobField(unique=True, constraints=[Check("length(prev_hash) = 32")])
    hash = BlobField(unique=True, constraints=[Check("length(hash) = 32")])
    recorded_at = TextField()
    happened_at = TextField()
    actor = TextField()
    terminal = TextField()
    kind = TextField()
    undoes = IntegerField(null=True)
    body = BlobField()


class EventThing(Table):
    """A thing whose custody an event changed."""

    thing = ForeignKeyField(Thing, index=False)
    seq = IntegerField()

    class Meta:
        primary_key = CompositeKey("thing", "seq")


class ChainHead(Table):
    """The end of the chain; on PostgreSQL the row that writers queue for."""

    id = IntegerField(primary_key=True, constraints=[Check("id = 1")])
    seq = IntegerField()
    hash = BlobField(constraints=[Check("length(hash) = 32")])


Thing.add_index(Thing.container, where=Thing.container.is_null(False), name="thing_contained")
Thing.add_index(Thing.home_place, where=Thing.home_place.is_null(False), name="thing_at_home")
Thing.add_index(
    Thing.width_mm, where=Thing.width_mm.is_null(False) & (Thing.kind == ThingKind.BOX.value), name="thing_box_width"
)
Description.add_index(
    Description.source_key, unique=True, where=Description.source_key.is_null(False), name="description_source"
)
Description.add_index(Description.reference_key, where=Description.reference_key != "", name="description_reference")
Barcode.add_index(Barcode.thing, where=Barcode.thing.is_null(False), name="barcode_of_thing")
Loan.add_index(Loan.thing, unique=True, where=Loan.closed_seq.is_null(), name="loan_one_open")
Loan.add_index(Loan.person, where=Loan.closed_seq.is_null(), name="loan_open_of_person")
Outage.add_index(Outage.block, unique=True, where=Outage.ended_seq.is_null(), name="outage_one_at_a_time")
Event.add_index(Event.undoes, unique=True, where=Event.undoes.is_null(False), name="event_undone_once")
Event.add_index(Event.terminal, Event.seq, where=Event.kind << CUSTODY_KINDS, name="event_custody_of_terminal")

MODELS: tuple[type[Table], ...] = (
    House,
    Room,
    Block,
    Carriage,
    StaticShelving,
    Place,
    Collection,
    Thing,
    Description,
    DescriptionVersion,
    ListedIn,
    AlsoIn,
    Person,
    PersonVersion,
    Barcode,
    Loan,
    Outage,
    Event,
    EventThing,
    ChainHead,
)
"""All tables, each after those that it refers to."""
