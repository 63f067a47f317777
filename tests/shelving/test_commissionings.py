"""Records of commissionings: written whole, kept, read strictly; and what a server makes of them."""

from __future__ import annotations

import json
import signal
import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from commissioned import record_for
from shelving_room import SERIAL, ShelvingRoom, until
from supervised_room import block_of

from archroom.core.commissioning import CommissioningRecord, Finding, FoundRecord, Licence, Step, StepKind, Verdict
from archroom.core.shelving import Action, BlockView, OutcomeKind, Trust, Wanted
from archroom.errors import ArchroomError, MotionRefused, PortUnavailable, say
from archroom.shelving.client import ShelvingClient
from archroom.shelving.codec import Json, encode
from archroom.shelving.commissionings import digest_of, read_record, write_record
from archroom.shelving.endpoint import Lines
from archroom.shelving.spec import Places, ServerSpec

BLOCK = block_of()
OPEN = Wanted(Action.OPEN, 3)
PASSED = [Finding(Step(kind), Verdict.PASSED, say("seen")) for kind in (StepKind.OPENING, StepKind.PLUG)]


def test_a_record_is_read_as_it_was_written_by_its_owner_only(tmp_path: Path) -> None:
    assert read_record(1, tmp_path) == FoundRecord()
    record = record_for(BLOCK, SERIAL)
    file = write_record(record, tmp_path)
    found = read_record(1, tmp_path)
    assert (found.record, found.problem, found.digest) == (record, None, digest_of(record))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_older_records_stay_beside_it(tmp_path: Path) -> None:
    made = [replace(record_for(BLOCK, SERIAL), by=name) for name in ("Ana", "Bea", "Cy")]
    for record in made:
        write_record(record, tmp_path)
    assert read_record(1, tmp_path).record == made[-1]
    files = list((tmp_path / "commissioning").iterdir())
    assert {json.loads(file.read_text())["record"]["by"] for file in files} == {"Ana", "Bea", "Cy"}


@pytest.mark.parametrize("damage", ["", "{", "[]", "\x00", '{"record": {}}'])
def test_what_cannot_be_read_speaks_for_nothing(tmp_path: Path, damage: str) -> None:
    file = write_record(record_for(BLOCK, SERIAL), tmp_path)
    file.write_text(damage)
    found = read_record(1, tmp_path)
    assert found.record is None
    assert found.problem is not None
    assert "cannot be read" in found.problem.english()
    write_record(record_for(BLOCK, SERIAL), tmp_path)
    assert read_record(1, tmp_path).record is not None


def test_a_record_that_was_changed_or_belongs_to_another_block_is_none(tmp_path: Path) -> None:
    file = write_record(record_for(BLOCK, SERIAL, Licence.MONITOR), tmp_path)
    file.write_text(file.read_text().replace('"licence": "monitor"', '"licence": "full"'))
    assert read_record(1, tmp_path).problem is not None
    write_record(record_for(block_of(number=2), SERIAL), tmp_path).rename(file)
    assert read_record(1, tmp_path).problem is not None


# -- what a server makes of them


def view_of(client: ShelvingClient) -> BlockView:
    (view,) = client.views()
    return view


def leave(room: ShelvingRoom, what: str) -> None:
    """Leave a record of some kind in the state folder."""
    folder, long_ago = room.places.state_folder, date.today() - timedelta(days=400)
    match what:
        case "expired":
            write_record(record_for(BLOCK, SERIAL, signed_on=long_ago), folder)
        case "foreign":
            write_record(record_for(BLOCK, "SIM00099"), folder)
        case "watchdog":
            write_record(record_for(BLOCK, SERIAL, watchdog_ms=900), folder)
        case "failed":
            write_record(record_for(BLOCK, SERIAL, Licence.MONITOR), folder)
        case "damaged":
            write_record(record_for(BLOCK, SERIAL), folder).write_text("{")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("none", "archroom shelving commission 1"),
        ("expired", "ran out on"),
        ("foreign", "another controller"),
        ("watchdog", "another setting"),
        ("failed", "may only be watched: seen"),
        ("damaged", "cannot be read"),
    ],
)
def test_a_block_without_a_record_that_holds_is_watched(tmp_path: Path, what: str, told: str) -> None:
    with ShelvingRoom(tmp_path, "tcp", is_commissioned=False) as room:
        leave(room, what)
        room.start_server()
        client = room.believing_client()
        view = view_of(client)
        assert (view.permission.licence, view.is_movable) == (Licence.MONITOR, False)
        assert view.why_not is not None
        assert told in view.why_not.english()
        for act in (lambda: client.arm(1, "Ana"), lambda: client.select(1, OPEN, "Ana")):
            with pytest.raises(MotionRefused) as refused:
                act()
            assert told in refused.value.message.english()
        assert client.stop()[0].is_standstill_seen


def test_only_the_connection_that_commissions_moves_and_its_record_outlives_the_server(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp", speed=12.0, is_commissioned=False) as room:
        server = room.start_server()
        client, other = room.believing_client(), room.client()
        client.begin_commissioning(1, "Ana", "Ben")
        assert until(lambda: view_of(other).permission.commissioned_by == "Ana", 10.0)
        assert view_of(other).permission.attendant == "Ben"
        for act in (
            lambda: other.arm(1, "Cy"),
            lambda: other.select(1, OPEN, "Cy"),
            lambda: other.begin_commissioning(1, "C", "D"),
        ):
            with pytest.raises(MotionRefused, match="being commissioned by Ana"):
                act()
        client.arm(1, "Ana")
        assert room.opening(client, 3).outcome().kind is OutcomeKind.DONE
        record = client.sign_commissioning(1, PASSED)
        assert record.licence is Licence.FULL
        assert until(lambda: view_of(other).permission.licence is Licence.FULL, 10.0)
        assert until(lambda: not view_of(other).arming.is_armed, 10.0)
        with pytest.raises(PortUnavailable, match="has ended"):
            client.sign_commissioning(1, PASSED)
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        room.start_server()
        assert room.believing_client().commissioning_record(1).record == record
        assert until(lambda: view_of(other).permission.licence is Licence.FULL, 10.0)


def test_a_commissioning_ends_with_its_connection_and_what_moves_is_stopped(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp", is_commissioned=False) as room:
        room.start_server()
        client = room.believing_client()
        client.begin_commissioning(1, "Ana", "Ben")
        client.arm(1, "Ana")
        opening = room.opening(client, 3)
        room.wait_until_moving()
        client.end_commissioning(1)
        room.wait_until_still()
        outcome = opening.outcome()
        assert outcome.kind is OutcomeKind.ABORTED
        assert "commissioning of block 1 has ended" in outcome.reason.english()
        assert until(lambda: view_of(client).permission.licence is Licence.MONITOR, 10.0)


def test_a_killed_server_ends_a_commissioning(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp", is_commissioned=False) as room:
        server = room.start_server()
        client = room.believing_client()
        client.begin_commissioning(1, "Ana", "Ben")
        client.arm(1, "Ana")
        opening = room.opening(client, 3)
        room.wait_until_moving()
        server.kill()
        server.wait(10)
        room.wait_until_still(2.5)
        assert opening.outcome().kind is OutcomeKind.UNKNOWN
        room.start_server()
        assert until(lambda: view_of(client).trust is Trust.GOOD, 10.0)
        assert until(lambda: view_of(client).permission.licence is Licence.MONITOR, 10.0)
        with pytest.raises(ArchroomError):
            client.select(1, OPEN, "Ana")
        with pytest.raises(PortUnavailable, match="has ended"):
            client.sign_commissioning(1, PASSED)
        assert client.commissioning_record(1).record is None


class SlowDisk(Lines):
    """A connection to a server whose disk takes its time to keep a record."""

    def __init__(self, takes_s: float, record: CommissioningRecord) -> None:
        self._takes_s = takes_s
        self._record = record

    def send(self, fields: dict[str, Json], within_s: float = 1.0) -> None:
        """Take what is asked."""

    def receive(self, within_s: float | None) -> dict[str, object] | None:
        """Tell that it is signed, to whoever waits long enough."""
        is_told = within_s is None or within_s >= self._takes_s
        return {"ok": True, "record": encode(self._record)} if is_told else None

    def close(self) -> None:
        """Hang up."""


def test_a_signature_may_take_the_disk_as_long_as_it_needs_and_is_not_told_as_refused(tmp_path: Path) -> None:
    record = record_for(BLOCK, SERIAL)
    client = ShelvingClient(ServerSpec((), ()), Places(tmp_path, tmp_path))
    client._commissionings[1] = SlowDisk(20.0, record), "key"
    assert client.sign_commissioning(1, PASSED) == record
    client._commissionings[1] = SlowDisk(60.0, record), "key"
    with pytest.raises(PortUnavailable, match=r"not known whether .* block 1 was signed: .*archroom shelving record 1"):
        client.sign_commissioning(1, PASSED)


def test_another_controller_than_at_the_beginning_signs_nothing(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp", is_commissioned=False) as room:
        room.start_server()
        client = room.believing_client()
        client.begin_commissioning(1, "Ana", "Ben")
        room.simulator.control("configure", serial="SIM00077")
        changed = until(lambda: (told := view_of(client).identity) is not None and told.serial == "SIM00077", 10.0)
        assert changed
        with pytest.raises(MotionRefused, match="Another controller answers"):
            client.sign_commissioning(1, PASSED)
        client.end_commissioning(1)
        assert client.commissioning_record(1).record is None
