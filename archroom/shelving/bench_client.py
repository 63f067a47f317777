"""The technician's bench as a program of this machine sees it: implements `core.bench.Bench` over the server's socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from archroom.core.bench import BusCounts, FoundUnit, OneValue, SeenFrames, Table
from archroom.errors import ArchroomError, PortUnavailable, say
from archroom.shelving.client import Conversation, ShelvingClient
from archroom.shelving.codec import Json, decode

WATCH_LOOK_S = 0.2
LOOK_S = 0.15
"""How long one look waits for frames."""
MOST_PARTS = 50
WATCH_SILENCE_S = 4.0
"""A server that says nothing for so long has gone: it gives a sign of life each second."""


class BenchClient:
    """The bench of this machine's shelving server; starts one if none runs. Any thread may call."""

    def __init__(self, client: ShelvingClient) -> None:
        self._client = client
        self._looking: tuple[int, Conversation] | None = None
        """The bus that is looked at, and the watch that shows it; for one thread at a time."""

    def counters(self) -> list[BusCounts]:
        """Return the counters of all buses; raises PortUnavailable."""
        return list(decode(tuple[BusCounts, ...], self._client.ask("counters").get("buses")))

    def watch(self, bus: int, is_wanted: Callable[[], bool]) -> Iterator[SeenFrames]:
        """Yield what passes on a bus while it is wanted; raises PortUnavailable, UsageError."""
        with closing(self._client.conversation("watch", bus=bus)) as answers:
            silent_s = 0.0
            while is_wanted():
                answer = answers.next(WATCH_LOOK_S)
                silent_s = silent_s + WATCH_LOOK_S if answer is None else 0.0
                if silent_s >= WATCH_SILENCE_S:
                    raise PortUnavailable(say("The shelving server does not answer."))
                if answer is not None:
                    yield decode(SeenFrames, answer.get("seen"))

    def look(self, bus: int) -> SeenFrames:
        """Return what has passed on a bus since the last look; raises PortUnavailable, UsageError."""
        if self._looking is None or self._looking[0] != bus:
            self.look_away()
            self._looking = (bus, self._client.conversation("watch", bus=bus))
        answers = self._looking[1]
        seen: list[SeenFrames] = []
        try:
            while len(seen) < MOST_PARTS and (answer := answers.next(LOOK_S if not seen else 0.0)) is not None:
                seen.append(decode(SeenFrames, answer.get("seen")))
        except ArchroomError:
            self.look_away()
            raise
        frames = tuple(frame for part in seen for frame in part.frames)
        return SeenFrames(frames, sum(part.lost for part in seen), seen[-1].problem if seen else None)

    def look_away(self) -> None:
        """Look at no bus any more."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking[1].close()

    def probe(self, bus: int, unit: int) -> FoundUnit | None:
        """Ask whether somebody answers at a unit; raises Refused while something moves, PortUnavailable, UsageError."""
        return decode(_Found, {"found": self._client.ask("probe", bus=bus, unit=unit).get("found")}).found

    def read_one(self, bus: int, unit: int, table: Table, address: int) -> OneValue:
        """Read one register or bit; raises Refused while something moves, LinkError, PortUnavailable, UsageError."""
        answer = self._client.ask("read_one", bus=bus, unit=unit, table=table.value, address=address)
        return decode(OneValue, answer.get("value"))

    def write_one(self, bus: int, unit: int, table: Table, address: int, value: int, by: str) -> OneValue:
        """Write a parameter and read it back; raises Refused, LinkError, PortUnavailable, UsageError, Unreadable."""
        fields: dict[str, Json] = {"bus": bus, "unit": unit, "table": table.value, "address": address}
        return decode(OneValue, self._client.ask("write_one", **fields, value=value, by=by).get("value"))


@dataclass(frozen=True, slots=True)
class _Found:
    found: FoundUnit | None = None
