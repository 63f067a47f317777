"""The books of the house, opened by whoever first looks into them, and the clock that dates what is written there."""

from __future__ import annotations

import os
import threading
import time
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from archroom.core.performer import Performer

if TYPE_CHECKING:
    from archroom.core.ports import Reading, Writing
    from archroom.store.archive import SqlArchive


class MachineClock:
    """The machine's clock, in the machine's time zone."""

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the present date here."""
        return date.today()

    def monotonic(self) -> float:
        """Return seconds that only go forward."""
        return time.monotonic()


class BooksOnDemand:
    """The books of the house, opened by the first look or act."""

    def __init__(self, url: str, clock: MachineClock, founder: Performer) -> None:
        self._url = url
        self._clock = clock
        self._founder = founder
        self._archive: SqlArchive | None = None
        self._opening = threading.Lock()

    def opened(self, may_found: bool = False) -> SqlArchive:
        """Return the open books; `may_found`: where there are none, new ones are founded. Raises Unreadable."""
        with self._opening:
            if self._archive is None:
                from archroom.store.archive import open_archive

                self._archive = open_archive(self._url, self._clock, create=may_found, founder=self._founder)
            return self._archive

    @property
    def is_file_missing(self) -> bool:
        """Whether the address names a file that is not there."""
        from archroom.store.address import SqliteFile, read_address

        address = read_address(self._url)
        return isinstance(address, SqliteFile) and not os.path.exists(address.path)

    def reading(self) -> AbstractContextManager[Reading]:
        """Open a look at the books."""
        return self.opened().reading()

    def writing(self) -> AbstractContextManager[Writing]:
        """Open the one write transaction of an act."""
        return self.opened().writing()

    def close(self) -> None:
        """Close the books if they were opened."""
        with self._opening:
            archive, self._archive = self._archive, None
        if archive is not None:
            archive.close()
