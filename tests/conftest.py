"""What tests of several parts share: a clock that is told the time, and books in a file or on a PostgreSQL server.

`archive` runs a test once on each database. The PostgreSQL server is this run's own, on a socket in a folder of its own.
Where there are no PostgreSQL programs those tests are skipped with that reason; with ARCHROOM_REQUIRE_POSTGRES=1 they fail.

The check draws the same examples every time, so that it is red for a change and not by chance; `make proof` draws new ones.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from archroom.core.acts import Performer
from archroom.store.archive import SqlArchive, open_archive

PERFORMER = Performer("Ann", "test/desk")

settings.register_profile("check", derandomize=True, deadline=None)
settings.register_profile("proof", deadline=None, print_blob=True)
settings.load_profile("check")


@dataclass
class FakeClock:
    """A clock that stands until it is moved; `step` is how far each look at it moves it."""

    at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    step: timedelta = timedelta(microseconds=1)
    seconds: float = field(default=0.0)

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        self.at += self.step
        return self.at

    def today(self) -> date:
        """Return the present date."""
        return self.at.date()

    def monotonic(self) -> float:
        """Return seconds that only go forward."""
        return self.seconds

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by
        self.seconds += by.total_seconds()


@pytest.fixture
def clock() -> FakeClock:
    """A clock at nine in the morning of 2026-11-24."""
    return FakeClock()


@pytest.fixture
def performer() -> Performer:
    """Ann at the desk."""
    return PERFORMER


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'books.db'}"


@pytest.fixture
def sqlite_archive(sqlite_url: str, clock: FakeClock) -> Iterator[SqlArchive]:
    """New books in a file."""
    archive = open_archive(sqlite_url, clock, create=True)
    yield archive
    archive.close()


@pytest.fixture
def postgres_archive(postgres_url: str, clock: FakeClock) -> Iterator[SqlArchive]:
    """New books on a PostgreSQL server."""
    archive = open_archive(postgres_url, clock, create=True)
    yield archive
    archive.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of new books, in a file and on a PostgreSQL server."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def archive(database_url: str, clock: FakeClock) -> Iterator[SqlArchive]:
    """New books, in a file and on a PostgreSQL server."""
    opened = open_archive(database_url, clock, create=True)
    yield opened
    opened.close()


class PostgresServer:
    """A throw-away PostgreSQL server."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._count = 0
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            import pwd  # not there on Windows

            names = {entry.pw_name for entry in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def start(self) -> None:
        """Make a cluster and start it."""
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-A", "trust", "-U", "test", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-c listen_addresses='' -k {self._folder} -c fsync=off -c full_page_writes=off -c max_connections=60"
        self._run("pg_ctl", "-D", data, "-w", "-l", self._folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop the server at once."""
        self._run("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "-w", "stop")

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        self._count += 1
        name = f"books_{self._count}"
        self._run("createdb", "-h", self._folder, "-U", "test", name)
        return f"postgresql://test@/{name}?host={self._folder}"

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        name = url.split("/")[3].partition("?")[0]
        self._run("dropdb", "-h", self._folder, "-U", "test", "--force", name)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(self._programs / program), *(str(argument) for argument in arguments)]
        environment = {"PATH": f"{self._programs}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
            env=environment,
            timeout=60,
            **self._as_user,
        )


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs: PG_BINDIR, else the newest of the system, else what is on the path."""
    newest_first = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    for folder in (os.environ.get("PG_BINDIR", ""), *newest_first):
        if folder and os.path.exists(f"{folder}/initdb"):
            return Path(folder)
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """This run's own PostgreSQL server."""
    programs = postgres_programs() if os.name == "posix" else None
    try:
        import psycopg  # noqa: F401
    except ImportError:
        programs = None
    if programs is None:
        reason = "PostgreSQL's programs or its driver are not installed"
        if os.environ.get("ARCHROOM_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="pgt-"))  # a socket's path holds 107 bytes, which pytest's folders exceed
    server = PostgresServer(folder, programs)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop_database(url)
