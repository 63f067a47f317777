"""What is opened as books and what is refused; the profile of each connection; read-only and full disks."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from archroom.errors import ArchroomError, BadDatabase, ReadOnlyDatabase, Unreadable, UsageError
from archroom.store import ledger
from archroom.store.address import PostgresServer, SqliteFile, read_address
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import look
from archroom.store.sqlite import SqliteBooks, has_wal_reset_race, network_file_system, refuse_network_drive
from tests.conftest import PERFORMER, FakeClock
from tests.store.conftest import ActingDesk

SAFE, RACY = (3, 51, 3), (3, 40, 1)


@pytest.mark.parametrize(
    ("version", "is_racy"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_which_versions_have_the_race(version: tuple[int, int, int], is_racy: bool) -> None:
    assert has_wal_reset_race(version) is is_racy


@pytest.mark.parametrize(
    ("version", "journal", "synchronous"), [(SAFE, "wal", 2), (RACY, "delete", 3), (sqlite3.sqlite_version_info, None, None)]
)
def test_the_profile_is_set_on_every_connection(
    file_desk: ActingDesk, version: tuple[int, ...], journal: str | None, synchronous: int | None
) -> None:
    path = read_address(file_desk.archive.url)
    assert isinstance(path, SqliteFile)
    file_desk.archive.close()
    books = SqliteBooks(path.path, version=version)
    with look(books):
        found = {name: books.rows(f"PRAGMA {name}")[0][0] for name in books.profile}
    assert found == books.profile
    assert found["foreign_keys"] == found["recursive_triggers"] == found["cell_size_check"] == 1
    assert found["trusted_schema"] == 0
    assert found["busy_timeout"] == 5000
    if journal is not None:
        assert (found["journal_mode"], found["synchronous"]) == (journal, synchronous)
    books.shut()


def test_a_setting_that_does_not_hold_is_refused(file_desk: ActingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    file_desk.archive.books.drop_idle()
    wrong = {"foreign_keys": 1, "page_size": 1234}
    monkeypatch.setattr(SqliteBooks, "profile", property(lambda books: wrong))
    with pytest.raises(BadDatabase, match="page_size"):
        file_desk.boxes()


def test_acts_work_in_wal_too(file_desk: ActingDesk, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    file_desk.archive.close()
    monkeypatch.setattr("archroom.store.sqlite.has_wal_reset_race", lambda version: False)
    archive = open_archive(file_desk.archive.url, clock, create=False)
    desk = ActingDesk(archive)
    with archive.reading():
        assert archive.books.rows("PRAGMA journal_mode") == [("wal",)]
    desk.lend(desk.boxes()[0])
    desk.undo()
    ledger.verify(archive)
    archive.close()


MOUNTS = """\
/dev/vda / ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
server:/share /mnt/nfs nfs4 rw 0 0
//server/share /mnt/my\\040share cifs rw 0 0
host /mnt/host 9p rw 0 0
sshfs /mnt/ssh fuse.sshfs rw 0 0
/dev/sdb1 /mnt/stick fuseblk rw 0 0
short line
/dev/vdb /mnt/nfs/local ext4 rw 0 0
a /mnt/n1 nfs rw 0 0
b /mnt/n2 smb3 rw 0 0
c /mnt/n3 ceph rw 0 0
d /mnt/n4 fuse.glusterfs rw 0 0
overlay /mnt/over overlay rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/x", None),
        ("/mnt/nfs/a", "nfs4"),
        ("/mnt/nfs", "nfs4"),
        ("/mnt/nfs/local/a", None),
        ("/mnt/nfsother", None),
        ("/mnt/my share/a", "cifs"),
        ("/mnt/host/a", "9p"),
        ("/mnt/ssh/a", "fuse.sshfs"),
        ("/mnt/stick/a", None),
        ("/mnt/over/a", None),
        ("/mnt/n1/a", "nfs"),
        ("/mnt/n2/a", "smb3"),
        ("/mnt/n3/a", "ceph"),
        ("/mnt/n4/a", "fuse.glusterfs"),
    ],
)
def test_network_drives_are_known_by_the_mounts(tmp_path: Path, folder: str, kind: str | None) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert network_file_system(Path(folder), mounts) == kind
    if kind:
        with pytest.raises(BadDatabase, match="PostgreSQL"):
            refuse_network_drive(Path(folder), mounts)


def test_without_a_list_of_mounts_nothing_is_refused(tmp_path: Path) -> None:
    assert network_file_system(Path("/mnt/nfs"), tmp_path / "none") is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "books.db",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a\x00b",
        "mysql://h/d",
        "postgresql://h",
    ],
)
def test_an_address_that_cannot_be_meant(url: str, clock: FakeClock) -> None:
    with pytest.raises(UsageError):
        open_archive(url, clock, create=True)


@pytest.mark.parametrize(
    "url", ["postgresql://ann:secret@host/db?sslmode=require", "postgres://ann:secret@host/db?password=secret"]
)
def test_a_password_is_never_shown(url: str) -> None:
    address = read_address(url)
    assert isinstance(address, PostgresServer)
    assert "secret" in address.url
    assert "secret" not in address.shown
    assert "ann@host" in address.shown


def other_database(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE house (id INTEGER)")
    other.close()


NOT_BOOKS: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.touch(),
    "text": lambda path: path.write_text("Dear sir,\n" * 100),
    "binary": lambda path: path.write_bytes(os.urandom(5000)),
    "short": lambda path: path.write_bytes(b"SQLite format 3\x00"),
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "other": other_database,
    "dangling": lambda path: path.symlink_to(path.with_name("nowhere")),
}


@pytest.mark.parametrize("name", NOT_BOOKS)
@pytest.mark.parametrize("create", [False, True])
def test_what_is_not_ours_is_refused_and_left_alone(tmp_path: Path, clock: FakeClock, name: str, create: bool) -> None:
    path = tmp_path / "books.db"
    NOT_BOOKS[name](path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(BadDatabase):
        open_archive(f"sqlite:///{path}", clock, create=create)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [found.name for found in tmp_path.iterdir()] == ["books.db"]


@pytest.mark.parametrize("name", ["with blank", "ques?tion#mark", "per%20cent", "档案", "quote'd", "semi;colon"])
def test_any_file_name_will_do(tmp_path: Path, clock: FakeClock, name: str) -> None:
    url = f"sqlite:///{tmp_path}/{quote(name)}/{quote(name)}.db"
    for create in (True, False):
        open_archive(url, clock, create=create).close()
    assert [path.name for path in (tmp_path / name).iterdir()] == [f"{name}.db"]


def test_nothing_there_is_said_with_the_cure(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(BadDatabase, match="archroom init"):
        open_archive(f"sqlite:///{tmp_path / 'none.db'}", clock, create=False)
    assert list(tmp_path.iterdir()) == []


def test_tables_of_ours_without_a_house_are_refused(sqlite_archive: SqlArchive, clock: FakeClock) -> None:
    file = sqlite3.connect(sqlite_archive.url.removeprefix("sqlite:///"))
    file.execute("DELETE FROM house")
    file.commit()
    file.close()
    with pytest.raises(BadDatabase, match="no books"):
        open_archive(sqlite_archive.url, clock, create=True)


def test_a_server_without_books_with_other_tables_or_away(postgres_url: str, clock: FakeClock) -> None:
    with pytest.raises(BadDatabase, match="archroom init"):
        open_archive(postgres_url, clock, create=False)
    with pytest.raises(Unreadable, match="does not know us"):
        open_archive(postgres_url.replace("books_", "nobooks_"), clock, create=False)
    with pytest.raises(Unreadable, match="does not answer"):
        open_archive("postgresql://nobody@/db?host=/nowhere", clock, create=False)
    other = read_address(postgres_url)
    assert isinstance(other, PostgresServer)
    from archroom.store.postgres import PostgresBooks

    books = PostgresBooks(other.url)
    with books.connection_context():
        books.execute_sql("CREATE TABLE house (id INTEGER)")
    books.shut()
    with pytest.raises(BadDatabase, match="another program"):
        open_archive(postgres_url, clock, create=True)


def test_a_lost_connection_is_made_again(postgres_archive: SqlArchive) -> None:
    with postgres_archive.reading():
        process = postgres_archive.books.rows("SELECT pg_backend_pid()")[0][0]
    other = open_archive(postgres_archive.url, postgres_archive.clock, create=False)
    with other.reading():
        other.books.rows("SELECT pg_terminate_backend(?)", (process,))
    other.close()
    with postgres_archive.writing() as books:
        _, act = books.new_person("After all")
        books.commit(act, PERFORMER)
    ledger.verify(postgres_archive)


def test_a_connection_lost_inside_an_act_is_told_and_changes_nothing(postgres_archive: SqlArchive) -> None:
    with pytest.raises(Unreadable, match="does not answer"):
        lose_the_connection(postgres_archive)
    with postgres_archive.reading() as books:
        assert books.counts()["people"] == 0


def lose_the_connection(archive: SqlArchive) -> None:
    with archive.writing() as books:
        _, act = books.new_person("Lost")
        archive.books.rows("SELECT pg_terminate_backend(pg_backend_pid())")
        books.commit(act, PERFORMER)


def test_a_file_that_was_replaced_is_noticed_before_anything_is_written(file_desk: ActingDesk, tmp_path: Path) -> None:
    box = file_desk.boxes()[0]
    path = Path(file_desk.archive.url.removeprefix("sqlite:///"))
    shutil.copy(path, tmp_path / "older")
    file_desk.lend(box)
    os.replace(tmp_path / "older", path)
    assert file_desk.standing(box).loan is None
    file_desk.lend(box)
    ledger.verify(file_desk.archive)


def test_a_file_that_was_removed_is_said(file_desk: ActingDesk) -> None:
    Path(file_desk.archive.url.removeprefix("sqlite:///")).unlink()
    with pytest.raises(BadDatabase, match="not there any more"):
        file_desk.boxes()


READER = """
import os, sys
from pathlib import Path
import archroom.store.writing  # while the interpreter's own files may still be read
from tests.conftest import FakeClock, PERFORMER
from archroom.errors import ReadOnlyDatabase
from archroom.store.archive import open_archive
os.setgroups([]); os.setgid(65534); os.setuid(65534)
archive = open_archive(sys.argv[1], FakeClock(), create=False)
with archive.reading() as books:
    print(archive.is_read_only, books.counts()["items"])
try:
    with archive.writing() as books:
        pass
except ReadOnlyDatabase as error:
    print(error.message.english())
archive.close()
"""


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that other users of the machine may enter, which pytest's are not."""
    with tempfile.TemporaryDirectory(prefix="archroom-shared-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_books_that_may_only_be_read_are_read(stocked_file: Path, clock: FakeClock, shared_folder: Path) -> None:
    path = shared_folder / "books.db"
    shutil.copy(stocked_file, path)
    path.chmod(0o444)
    url = f"sqlite:///{path}"
    if os.geteuid() != 0:
        archive = open_archive(url, clock, create=False)
        assert archive.is_read_only
        with archive.reading() as books:
            assert books.counts()["items"] > 0
        with pytest.raises(ReadOnlyDatabase), archive.writing():
            raise AssertionError("a write was begun")
        archive.close()
        return
    run = subprocess.run([sys.executable, "-c", READER, url], capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    assert run.stdout.splitlines()[0].startswith("True ")
    assert "only be read" in run.stdout


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from tests.conftest import FakeClock
from tests.store.conftest import ActingDesk
from archroom.core.acts import Act, ActKind
from archroom.errors import ReadOnlyDatabase
from archroom.store import ledger
from archroom.store.archive import open_archive
archive = open_archive(sys.argv[1], FakeClock(), create=False)
desk = ActingDesk(archive)
box = desk.boxes()[0]
desk.lend(box)
free, size = resource.getrlimit(resource.RLIMIT_FSIZE)[1], __import__("os").path.getsize(sys.argv[1][10:])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, free))
told = 0
for number in range(40):
    try:
        desk.commit(Act(ActKind.MOTION_STOPPED, facts={"note": "x" * 20_000}))
    except ReadOnlyDatabase as error:
        told += 1
        print(error.message.english())
with archive.reading() as books:
    print(told > 0, books.counts()["open_loans"], books.standing(box).loan.person.name)
resource.setrlimit(resource.RLIMIT_FSIZE, (free, free))
desk.take_back(box)
print(ledger.verify(archive).count)
archive.close()
"""


def test_a_full_disk_is_told_and_nothing_is_half_done(file_desk: ActingDesk, clock: FakeClock) -> None:
    count = ledger.verify(file_desk.archive).count
    file_desk.archive.close()
    run = subprocess.run([sys.executable, "-c", FULL, file_desk.archive.url], capture_output=True, text=True, timeout=60)
    assert run.stderr == ""
    *told, after, entries = run.stdout.splitlines()
    assert after == "True 1 Ann Reader"
    assert all("nothing was changed" in line for line in told)
    assert int(entries) == count + 2 + 40 - len(told)


def test_a_disk_error_is_told_and_the_error_of_a_mistake_is_not_hidden(file_desk: ActingDesk) -> None:
    books = file_desk.archive.books
    for code, kind in ((sqlite3.SQLITE_FULL, ReadOnlyDatabase), (sqlite3.SQLITE_IOERR_WRITE, ReadOnlyDatabase)):
        error = sqlite3.OperationalError("disk")
        error.sqlite_errorcode = code
        assert isinstance(books.said(error), kind)
    mistake = sqlite3.OperationalError("no such column")
    mistake.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert books.said(mistake) is None
    with file_desk.archive.reading(), pytest.raises(Exception, match="no such table") as raised:
        books.rows("SELECT 1 FROM no_such_table")
    assert not isinstance(raised.value, ArchroomError)
