"""Past versions of descriptions and people answer to the ledger too: changed, lost and invented ones are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from finding_aids import box, c, ead
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.acts import Act, ActKind, ThingMade
from archroom.core.holdings import ThingKind, Whereabouts
from archroom.core.replay import PastVersion, Things
from archroom.errors import LedgerBroken
from archroom.exchange.ead import read_ead
from archroom.services.importing import Intake, Source
from archroom.store import chain, ledger
from archroom.store.archive import SqlArchive
from archroom.store.database import look, unit_of_work
from archroom.store.digests import described_person
from tests.conftest import PERFORMER, FakeClock

NAMES = ("Ann Reader", "Ann Writer", "Ann Walker")


def take_in(archive: SqlArchive, folder: Path, *wordings: tuple[str, str]) -> None:
    """Take in a file as often as it has wordings: titles of its only item, and profiles of its box."""
    path = folder / "file.xml"
    for title, profile in wordings:
        path.write_text(ead(c(title, box(1, "311", profile=profile), id_="a")))
        sources = [Source("file.xml", read_ead(path))]
        report = Intake(archive.importing()).take_in(sources, PERFORMER, False, lambda done: None)
        assert report.refused == ()


def rename(archive: SqlArchive, clock: FakeClock) -> None:
    """Register a person and give them two other names; the program has no command for it yet."""
    with archive.writing() as books:
        _, act = books.new_person(NAMES[0])
        books.commit(act, PERFORMER)
    for version, name in enumerate(NAMES[1:], 2):
        with unit_of_work(archive.books):
            key = archive.books.rows("SELECT digest_key FROM person WHERE id = 1")[0][0]
            act = Act(ActKind.PERSON_ADDED, described=(described_person(bytes(key), 1, version, name),))
            seq = chain.append(archive.books, act, PERFORMER, clock.now()).seq
            archive.books.run(
                "INSERT INTO person_version (person_id, version, name, replaced_seq) VALUES (1, ?, ?, ?)",
                (version - 1, NAMES[version - 2], seq),
            )
            archive.books.run("UPDATE person SET name = ?, folded_name = ?, version = ? WHERE id = 1", (name, name, version))


@pytest.fixture
def versioned(archive: SqlArchive, tmp_path: Path, clock: FakeClock) -> SqlArchive:
    """Books in which a box (thing 1), an item (thing 2) and a person (person 1) have two past versions each."""
    wordings = [("Letters", "Flat box"), ("Letters home", "Record carton"), ("Letters from home", "5 in")]
    take_in(archive, tmp_path, *wordings)
    rename(archive, clock)
    return archive


def test_honest_versions_are_true(versioned: SqlArchive) -> None:
    with look(versioned.books):
        rows = versioned.books.rows("SELECT thing_id, version FROM description_version ORDER BY thing_id, version")
    assert [tuple(row) for row in rows] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    ledger.verify(versioned)


INVENTED = json.dumps(["Nothing", *[""] * 8])
CHANGES = [
    "UPDATE description_version SET fields = replace(fields, 'Letters', 'Lettres') WHERE thing_id = 2 AND version = 1",
    "UPDATE description_version SET fields = replace(fields, '318', '317') WHERE thing_id = 1 AND version = 2",
    "UPDATE description_version SET fields = replace(fields, ', \"318\"', '') WHERE thing_id = 1 AND version = 2",
    "UPDATE description_version SET fields = '[' WHERE thing_id = 1",
    "UPDATE description_version SET fields = '' WHERE thing_id = 1",
    "UPDATE description_version SET fields = '{}' WHERE thing_id = 1",
    "UPDATE description_version SET fields = '[1, null]' WHERE thing_id = 1",
    "UPDATE description_version SET replaced_seq = replaced_seq + 1 WHERE thing_id = 2 AND version = 2",
    "UPDATE description_version SET version = 7 WHERE thing_id = 2 AND version = 2",
    "UPDATE description_version SET version = 0 WHERE thing_id = 2 AND version = 2",
    "DELETE FROM description_version WHERE thing_id = 2 AND version = 1",
    "DELETE FROM description_version WHERE thing_id = 2",
    "DELETE FROM description_version",
    f"INSERT INTO description_version (thing_id, version, fields, replaced_seq) VALUES (2, 3, '{INVENTED}', 4)",
    f"INSERT INTO description_version (thing_id, version, fields, replaced_seq) VALUES (2, 0, '{INVENTED}', 4)",
    "UPDATE person_version SET name = 'Eve' WHERE version = 1",
    "UPDATE person_version SET replaced_seq = 1 WHERE version = 2",
    "UPDATE person_version SET version = 3 WHERE version = 2",
    "DELETE FROM person_version WHERE version = 1",
    "DELETE FROM person_version",
    "INSERT INTO person_version (person_id, version, name, replaced_seq) VALUES (1, 3, 'Eve', 9)",
    "INSERT INTO person_version (person_id, version, name, replaced_seq) VALUES (1, 0, 'Eve', 2)",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_of_a_past_version_is_found(versioned: SqlArchive, statement: str) -> None:
    with unit_of_work(versioned.books):
        assert versioned.books.run(statement) > 0
    with pytest.raises(LedgerBroken, match="version") as found:
        ledger.verify(versioned)
    assert found.value.seq == 0


def test_swapped_versions_are_found(versioned: SqlArchive) -> None:
    with unit_of_work(versioned.books):
        for before, after in ((1, 99), (2, 1), (99, 2)):
            change = "UPDATE description_version SET version = ? WHERE thing_id = 2 AND version = ?"
            versioned.books.run(change, (after, before))
    with pytest.raises(LedgerBroken, match="version 1 of thing 2"):
        ledger.verify(versioned)


def test_a_person_who_was_forgotten_leaves_past_names_true(versioned: SqlArchive) -> None:
    with unit_of_work(versioned.books):
        versioned.books.run("UPDATE person SET name = '', folded_name = '', digest_key = NULL")
        versioned.books.run("UPDATE person_version SET name = ''")
    ledger.verify(versioned)


@given(st.lists(st.integers(1, 4), max_size=40))
def test_every_replaced_version_is_kept_whatever_the_order(order: list[int]) -> None:
    things = Things()
    told: dict[int, list[PastVersion]] = {number: [] for number in range(1, 5)}
    for number in told:
        things.make(ThingMade(number, ThingKind.BOX, Whereabouts()), 1)
    for seq, number in enumerate(order, 2):
        digest = f"{seq:032x}"
        things.describe(number, len(told[number]) + 1, digest, seq)
        told[number].append(PastVersion(digest, seq))
    for number, versions in told.items():
        for version, (said, following) in enumerate(zip(versions, versions[1:], strict=False), 1):
            assert things.past(number, version) == PastVersion(said.digest, following.replaced_seq)
        assert [things.past(number, version) for version in (0, max(1, len(versions)), len(versions) + 1)] == [None] * 3
    assert things.past(9, 1) is None
    assert things.past_count == sum(max(0, len(versions) - 1) for versions in told.values())
