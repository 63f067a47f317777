"""The books on disk: peewee models, ledger, search index, backups; the same on SQLite and on PostgreSQL.

peewee imports every database driver that it finds, and psycopg takes longer to load than a whole search does. So peewee is
loaded here without it; `store.postgres` brings its own adapter when a PostgreSQL database is opened.
"""

from __future__ import annotations

import sys

_DRIVERS = ("psycopg", "psycopg2")


def _load_peewee_alone() -> None:
    hidden = [name for name in _DRIVERS if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # None is how Python is told that a module is not there
    try:
        import peewee  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]


if "peewee" not in sys.modules:
    _load_peewee_alone()
