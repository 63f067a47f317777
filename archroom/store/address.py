"""Where the books are, as a person names it: `sqlite:///FILE` or `postgresql://...`.

What is shown of an address never holds a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from archroom.errors import UsageError, say

_SQLITE = "sqlite://"
_POSTGRES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """Books in a file."""

    path: Path

    @property
    def shown(self) -> str:
        """The file's name as a person may see it."""
        return str(self.path)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Books on a PostgreSQL server."""

    url: str

    @property
    def shown(self) -> str:
        """The address without its password."""
        parts = urlsplit(self.url)
        user, _, host = parts.netloc.rpartition("@")
        name = user.partition(":")[0]
        query = "&".join(pair for pair in parts.query.split("&") if not pair.startswith("password="))
        return urlunsplit((parts.scheme, f"{name}@{host}" if name else host, parts.path, query, ""))


Address = SqliteFile | PostgresServer


def read_address(url: str) -> Address:
    """Return what a URL names; a relative file is taken from the present folder. Raises UsageError."""
    scheme = url.partition("://")[0].lower()
    if scheme == "sqlite":
        return SqliteFile(_file_of(url))
    if scheme in _POSTGRES:
        if not urlsplit(url).path.strip("/"):
            raise UsageError(say("The address of a PostgreSQL database ends with its name: postgresql://HOST/NAME."))
        return PostgresServer("postgresql" + url[len(scheme) :])
    raise UsageError(say("A database is named sqlite:///FILE or postgresql://HOST/NAME."))


def _file_of(url: str) -> Path:
    rest = url[len(_SQLITE) :]
    path = unquote(rest[1:])
    if not rest.startswith("/") or not path or "\x00" in path:
        raise UsageError(say("A database file is named sqlite:///FILE; four slashes begin a path from the root."))
    if path == ":memory:":
        raise UsageError(say("The books are kept in a file; sqlite:///FILE names it."))
    return Path(path).expanduser().absolute()
