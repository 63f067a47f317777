"""The first schema: rooms, things and their descriptions, people, loans, barcodes, the ledger and the search index.

Written out and never changed, as every step is once it was released; that it makes what the models say is tested.
"""

from __future__ import annotations

from peewee import Database
from playhouse.migrate import SchemaMigrator

_ON_SQLITE = {
    "{NUMBER}": "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
    "{BYTES}": "BLOB",
    "{STRICT}": " STRICT",
    "{STRICT_BY_KEY}": " STRICT, WITHOUT ROWID",
}
_ON_POSTGRES = {
    "{NUMBER}": "SERIAL NOT NULL PRIMARY KEY",
    "{BYTES}": "BYTEA",
    "{STRICT}": "",
    "{STRICT_BY_KEY}": "",
}

_TABLES = (
    """CREATE TABLE room (
    id {NUMBER},
    code TEXT NOT NULL,
    title TEXT NOT NULL
){STRICT}""",
    """CREATE TABLE place (
    id {NUMBER},
    room_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('shelf', 'staging', 'reading_room', 'desk')),
    address TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    block_number INTEGER,
    row_code TEXT,
    carriage INTEGER,
    face TEXT,
    bay INTEGER,
    level INTEGER,
    aisle INTEGER,
    width_mm INTEGER CHECK (width_mm > 0),
    shelving_order INTEGER,
    FOREIGN KEY (room_id) REFERENCES room (id),
    CHECK ((kind = 'shelf') = (shelving_order IS NOT NULL))
){STRICT}""",
    """CREATE TABLE thing (
    id {NUMBER},
    kind TEXT NOT NULL CHECK (kind IN ('box', 'volume', 'tube', 'folder', 'item')),
    custody TEXT NOT NULL
        CHECK (custody IN ('in', 'staging', 'out', 'reading_room', 'in_transit', 'missing', 'disposed')),
    place_id INTEGER,
    container_id INTEGER,
    home_place_id INTEGER,
    home_container_id INTEGER,
    width_mm INTEGER CHECK (width_mm > 0),
    touched_seq INTEGER NOT NULL DEFAULT 0,
    made_seq INTEGER NOT NULL,
    FOREIGN KEY (place_id) REFERENCES place (id),
    FOREIGN KEY (container_id) REFERENCES thing (id),
    FOREIGN KEY (home_place_id) REFERENCES place (id),
    FOREIGN KEY (home_container_id) REFERENCES thing (id),
    CHECK (place_id IS NULL OR container_id IS NULL),
    CHECK (home_place_id IS NULL OR home_container_id IS NULL),
    CHECK (container_id <> id AND home_container_id <> id),
    CHECK (custody <> 'out' OR (place_id IS NULL AND container_id IS NULL))
){STRICT}""",
    """CREATE TABLE also_in (
    thing_id INTEGER NOT NULL,
    container_id INTEGER NOT NULL,
    PRIMARY KEY (thing_id, container_id),
    FOREIGN KEY (thing_id) REFERENCES thing (id),
    FOREIGN KEY (container_id) REFERENCES thing (id)
){STRICT_BY_KEY}""",
    """CREATE TABLE person (
    id {NUMBER},
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
    is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    digest_key {BYTES} CHECK (length(digest_key) = 32)
){STRICT}""",
    """CREATE TABLE barcode (
    value TEXT NOT NULL PRIMARY KEY,
    thing_id INTEGER,
    place_id INTEGER,
    person_id INTEGER,
    bound_seq INTEGER NOT NULL,
    retired_at TEXT,
    FOREIGN KEY (thing_id) REFERENCES thing (id),
    FOREIGN KEY (place_id) REFERENCES place (id),
    FOREIGN KEY (person_id) REFERENCES person (id),
    CHECK (CASE WHEN thing_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END
        + CASE WHEN person_id IS NULL THEN 0 ELSE 1 END = 1)
){STRICT_BY_KEY}""",
    """CREATE TABLE block (
    id {NUMBER},
    room_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 99),
    title TEXT NOT NULL,
    numbered_from TEXT NOT NULL CHECK (numbered_from IN ('left', 'right')),
    aisle_mm INTEGER NOT NULL CHECK (aisle_mm > 0),
    clearance_mm INTEGER NOT NULL CHECK (clearance_mm >= 0),
    has_first_end_aisle INTEGER NOT NULL DEFAULT 0 CHECK (has_first_end_aisle IN (0, 1)),
    has_last_end_aisle INTEGER NOT NULL DEFAULT 0 CHECK (has_last_end_aisle IN (0, 1)),
    open_aisles TEXT NOT NULL,
    FOREIGN KEY (room_id) REFERENCES room (id)
){STRICT}""",
    """CREATE TABLE carriage (
    id {NUMBER},
    block_id INTEGER NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    is_mobile INTEGER NOT NULL DEFAULT 0 CHECK (is_mobile IN (0, 1)),
    depth_mm INTEGER NOT NULL CHECK (depth_mm > 0),
    faces TEXT NOT NULL,
    bays INTEGER NOT NULL CHECK (bays > 0),
    levels INTEGER NOT NULL CHECK (levels > 0),
    shelf_mm INTEGER NOT NULL CHECK (shelf_mm > 0),
    FOREIGN KEY (block_id) REFERENCES block (id)
){STRICT}""",
    """CREATE TABLE chain_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash {BYTES} NOT NULL CHECK (length(hash) = 32)
){STRICT}""",
    """CREATE TABLE collection (
    id {NUMBER},
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    reference TEXT NOT NULL,
    dates TEXT NOT NULL,
    source_name TEXT NOT NULL DEFAULT '',
    source_digest {BYTES},
    former_title TEXT,
    retitled_through INTEGER NOT NULL DEFAULT 0
){STRICT}""",
    """CREATE TABLE description (
    thing_id INTEGER NOT NULL PRIMARY KEY,
    collection_id INTEGER,
    parent_id INTEGER,
    source_key {BYTES} CHECK (length(source_key) = 16),
    level TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL,
    reference TEXT NOT NULL DEFAULT '',
    reference_key TEXT NOT NULL DEFAULT '',
    dates TEXT NOT NULL DEFAULT '',
    path TEXT NOT NULL DEFAULT '[]',
    label TEXT NOT NULL DEFAULT '',
    indicator TEXT NOT NULL DEFAULT '',
    housing TEXT NOT NULL DEFAULT '',
    profile TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
    is_gone INTEGER NOT NULL DEFAULT 0 CHECK (is_gone IN (0, 1)),
    needs_split INTEGER NOT NULL DEFAULT 0 CHECK (needs_split IN (0, 1)),
    FOREIGN KEY (thing_id) REFERENCES thing (id),
    FOREIGN KEY (collection_id) REFERENCES collection (id),
    FOREIGN KEY (parent_id) REFERENCES thing (id)
){STRICT}""",
    """CREATE TABLE description_version (
    thing_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    fields TEXT NOT NULL,
    replaced_seq INTEGER NOT NULL,
    PRIMARY KEY (thing_id, version),
    FOREIGN KEY (thing_id) REFERENCES thing (id)
){STRICT_BY_KEY}""",
    """CREATE TABLE event (
    seq INTEGER NOT NULL PRIMARY KEY,
    prev_hash {BYTES} NOT NULL CHECK (length(prev_hash) = 32),
    hash {BYTES} NOT NULL CHECK (length(hash) = 32),
    recorded_at TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    terminal TEXT NOT NULL,
    kind TEXT NOT NULL,
    undoes INTEGER,
    body {BYTES} NOT NULL
){STRICT}""",
    """CREATE TABLE event_thing (
    thing_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (thing_id, seq),
    FOREIGN KEY (thing_id) REFERENCES thing (id)
){STRICT_BY_KEY}""",
    """CREATE TABLE house (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    uuid TEXT NOT NULL,
    digest_key {BYTES} NOT NULL CHECK (length(digest_key) = 32),
    founded_at TEXT NOT NULL
){STRICT}""",
    """CREATE TABLE listed_in (
    thing_id INTEGER NOT NULL,
    collection_id INTEGER NOT NULL,
    is_gone INTEGER NOT NULL DEFAULT 0 CHECK (is_gone IN (0, 1)),
    PRIMARY KEY (thing_id, collection_id),
    FOREIGN KEY (thing_id) REFERENCES thing (id),
    FOREIGN KEY (collection_id) REFERENCES collection (id)
){STRICT_BY_KEY}""",
    """CREATE TABLE loan (
    id {NUMBER},
    thing_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    lent_at TEXT NOT NULL,
    due_on TEXT NOT NULL,
    opened_seq INTEGER NOT NULL,
    closed_seq INTEGER,
    closed_at TEXT,
    was_undone INTEGER NOT NULL DEFAULT 0 CHECK (was_undone IN (0, 1)),
    FOREIGN KEY (thing_id) REFERENCES thing (id),
    FOREIGN KEY (person_id) REFERENCES person (id),
    CHECK ((closed_seq IS NULL) = (closed_at IS NULL))
){STRICT}""",
    """CREATE TABLE person_version (
    person_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    replaced_seq INTEGER NOT NULL,
    PRIMARY KEY (person_id, version),
    FOREIGN KEY (person_id) REFERENCES person (id)
){STRICT_BY_KEY}""",
    """CREATE TABLE static_shelving (
    id {NUMBER},
    room_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    rows INTEGER NOT NULL CHECK (rows > 0),
    faces TEXT NOT NULL,
    bays INTEGER NOT NULL CHECK (bays > 0),
    levels INTEGER NOT NULL CHECK (levels > 0),
    shelf_mm INTEGER NOT NULL CHECK (shelf_mm > 0),
    FOREIGN KEY (room_id) REFERENCES room (id)
){STRICT}""",
)

_INDEXES = (
    "CREATE UNIQUE INDEX room_code ON room (code)",
    "CREATE UNIQUE INDEX place_address ON place (address)",
    "CREATE UNIQUE INDEX place_room_id_shelving_order ON place (room_id, shelving_order)",
    "CREATE INDEX thing_contained ON thing (container_id) WHERE (container_id IS NOT NULL)",
    "CREATE INDEX thing_at_home ON thing (home_place_id) WHERE (home_place_id IS NOT NULL)",
    "CREATE INDEX thing_box_width ON thing (width_mm) WHERE ((width_mm IS NOT NULL) AND (kind = 'box'))",
    "CREATE INDEX also_in_container_id ON also_in (container_id)",
    "CREATE INDEX person_folded_name ON person (folded_name)",
    "CREATE INDEX barcode_of_thing ON barcode (thing_id) WHERE (thing_id IS NOT NULL)",
    "CREATE UNIQUE INDEX block_room_id_number ON block (room_id, number)",
    "CREATE UNIQUE INDEX carriage_block_id_number ON carriage (block_id, number)",
    "CREATE UNIQUE INDEX collection_key ON collection (key)",
    "CREATE INDEX description_collection_id ON description (collection_id)",
    "CREATE UNIQUE INDEX description_source ON description (source_key) WHERE (source_key IS NOT NULL)",
    "CREATE INDEX description_reference ON description (reference_key) WHERE (reference_key != '')",
    "CREATE UNIQUE INDEX event_prev_hash ON event (prev_hash)",
    "CREATE UNIQUE INDEX event_hash ON event (hash)",
    "CREATE UNIQUE INDEX event_undone_once ON event (undoes) WHERE (undoes IS NOT NULL)",
    "CREATE INDEX event_custody_of_terminal ON event (terminal, seq)"
    " WHERE (kind IN ('act.undone', 'thing.found_on_shelf', 'thing.lent', "
    "'thing.put_away', 'thing.put_away_over', 'thing.returned', 'things.placed'))",
    "CREATE INDEX listed_in_collection_id ON listed_in (collection_id)",
    "CREATE UNIQUE INDEX loan_thing_id_opened_seq ON loan (thing_id, opened_seq)",
    "CREATE UNIQUE INDEX loan_one_open ON loan (thing_id) WHERE (closed_seq IS NULL)",
    "CREATE INDEX loan_open_of_person ON loan (person_id) WHERE (closed_seq IS NULL)",
    "CREATE UNIQUE INDEX static_shelving_room_id_code ON static_shelving (room_id, code)",
)

_SQLITE_GUARDS = (
    """CREATE TRIGGER event_not_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END""",
    """CREATE TRIGGER event_not_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END""",
    """CREATE TRIGGER event_follows_last BEFORE INSERT ON event
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
  OR EXISTS (SELECT 1 FROM event WHERE prev_hash = NEW.prev_hash OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'an event follows the last'); END""",
)

_POSTGRES_GUARDS = (
    """CREATE FUNCTION event_not_changed() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the ledger is only added to' USING ERRCODE = 'integrity_constraint_violation'; END$$""",
    """CREATE TRIGGER event_not_changed BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION event_not_changed()""",
    """CREATE TRIGGER event_not_truncated BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_not_changed()""",
    """CREATE FUNCTION event_follows_last() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event) THEN
    RAISE EXCEPTION 'an event follows the last' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END$$""",
    """CREATE TRIGGER event_follows_last BEFORE INSERT ON event
FOR EACH ROW EXECUTE FUNCTION event_follows_last()""",
)

_SQLITE_SEARCH = (
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='', columnsize=0, tokenize='ascii', prefix='2 3')",
)

_POSTGRES_SEARCH = (
    "CREATE TABLE search_index (thing_id INTEGER NOT NULL PRIMARY KEY REFERENCES thing (id), words tsvector NOT NULL)",
    "CREATE INDEX search_index_words ON search_index USING gin (words) WITH (fastupdate = off)",
)


def up(migrator: SchemaMigrator, db: Database) -> None:
    """Make everything in an empty database."""
    is_sqlite = db.param == "?"
    own = (_SQLITE_GUARDS + _SQLITE_SEARCH) if is_sqlite else (_POSTGRES_GUARDS + _POSTGRES_SEARCH)
    for statement in _TABLES + _INDEXES + own:
        for mark, words in (_ON_SQLITE if is_sqlite else _ON_POSTGRES).items():
            statement = statement.replace(mark, words)
        db.execute_sql(statement)  # type: ignore[no-untyped-call]  # peewee's stubs leave it open
