"""The mobile shelving of this machine as the services see it: nothing is asked, started or loaded before it is needed.

Stopping opens no books where a server runs or ran.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from archroom.config import Config
from archroom.errors import ArchroomError, BadFile, PortUnavailable, say
from archroom.wiring.books import BooksOnDemand

if TYPE_CHECKING:
    from archroom.core.arming import Arming
    from archroom.core.climate import Alarm, ClimateView, Limits
    from archroom.core.climate_history import Span
    from archroom.core.people_holds import Hold, Release
    from archroom.core.rooms import Block
    from archroom.core.shelving import BlockView, Outcome, StopReport, Ticket, Wanted
    from archroom.shelving.bench_client import BenchClient
    from archroom.shelving.client import ShelvingClient
    from archroom.shelving.spec import BusSpec, Places, ServerSpec


class ShelvingOnDemand:
    """The mobile shelving of this machine: the configured buses with the blocks that the books know.

    A stop needs no books: where a server runs, or ran, what it was told is enough. Only where none ever ran, the books are
    asked for the blocks, and where they do not answer, whatever server another user runs is told all the same.
    """

    def __init__(self, config: Config, books: BooksOnDemand) -> None:
        self._config = config
        self._books = books
        self._client: ShelvingClient | None = None
        self._has_seen_climate = False

    def views(self) -> list[BlockView]:
        """Return what may be shown of each block."""
        return self.connected().views()

    def select(self, block: int, wanted: Wanted, by: str) -> Ticket:
        """Ask for leave to do something."""
        return self.connected().select(block, wanted, by)

    def go(
        self,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        by: str,
        observe: Callable[[BlockView], None],
        is_held: Callable[[], bool] | None = None,
        attendant: str = "",
    ) -> Outcome:
        """Do what the ticket is for and watch until its end."""
        return self.connected().go(ticket, confirmed_clear, by, observe, is_held, attendant)

    def hold(self, block: int, aisle: int, person: str, reason: str = "") -> Hold:
        """Keep an aisle as it is for a person."""
        return self._for_holds().hold(block, aisle, person, reason)

    def release(self, block: int, aisle: int, person: str, by: Sequence[str], reason: str = "") -> Release:
        """Let a person's hold go."""
        return self._for_holds().release(block, aisle, person, by, reason)

    def arm(self, block: int, by: str, hours: int, acknowledged: Sequence[str] = ()) -> Arming:
        """Arm a block in a person's name."""
        return self.connected().arm(block, by, hours, acknowledged)

    def disarm(self, block: int, by: str) -> Arming:
        """Disarm a block."""
        return self._for_holds().disarm(block, by)

    def climate(self) -> ClimateView:
        """Return what may be shown of the climate; the first time once each sensor was asked, if that is soon."""
        from archroom.shelving.first_look import climate_once_asked

        client = self._for_holds()
        view = client.climate() if self._has_seen_climate else climate_once_asked(client)
        self._has_seen_climate = True
        return view

    def climate_history(self, sensor: str, from_s: int, to_s: int) -> list[Span]:
        """Return the first spans of a sensor in a while."""
        return self._for_holds().climate_history(sensor, from_s, to_s)

    def set_climate_limits(self, room: str, limits: Limits, by: str) -> None:
        """Judge a room by other limits from now on."""
        self._for_holds().set_climate_limits(room, limits, by)

    def acknowledge_climate(self, number: int, by: str, note: str) -> Alarm:
        """Keep who has taken note of an alarm."""
        return self._for_holds().acknowledge_climate(number, by, note)

    def bench(self) -> BenchClient:
        """Return the technician's bench at the buses; raises PortUnavailable where there are none."""
        from archroom.shelving.bench_client import BenchClient

        return BenchClient(self._for_holds())

    def stop(self, block: int | None = None) -> list[StopReport]:
        """Stop one block or all."""
        from archroom.shelving.stopping import stop_shelving

        if self._client is not None:
            return self._client.stop(block, self._config.operator)
        return stop_shelving(self._spec_for_stop(), self.places(), block, self._config.operator)

    def dismiss(self) -> None:
        """Have the server end now, if it was started on demand and nothing moves."""
        if (client := self._client or self._remembered()) is not None:
            client.dismiss()

    def spec(self) -> ServerSpec:
        """Return what the server of this machine is to serve; opens the books.

        Raises UsageError if units and blocks do not agree, PortUnavailable if the books know no block.
        """
        from archroom.shelving.spec import ServerSpec

        blocks = self._blocks() if self._config.buses else []
        if not blocks and self._config.buses:
            raise PortUnavailable(say("The books know no block of mobile shelving yet; archroom init builds the room."))
        return ServerSpec.of(self._buses(), blocks, self._config.shelving_group, self._config.sensors)

    def _blocks(self) -> list[Block]:
        with self._books.reading() as books:
            return books.blocks()

    def places(self) -> Places:
        """Return where the server and its clients keep their things."""
        from archroom.shelving.spec import Places

        return Places(self._config.run_folder, self._config.state_folder)

    def connected(self) -> ShelvingClient:
        """Return a client of the server, started if need be, that has looked at each block once."""
        if self._client is None:
            from archroom.shelving.first_look import wait_for_first_look

            client = self._new_client()
            wait_for_first_look(client)
            self._client = client
        return self._client

    def _for_holds(self) -> ShelvingClient:
        """Return a client that waits for no look at the blocks, and without books asks a server told before of them."""
        try:
            return self._client or self._new_client()
        except ArchroomError:
            remembered = self._remembered()
            if remembered is None:
                raise
            return remembered

    def _new_client(self) -> ShelvingClient:
        from archroom.shelving.client import ShelvingClient

        return ShelvingClient(self.spec(), self.places())

    def _spec_for_stop(self) -> ServerSpec:
        """Return what is to be stopped: what the last server was told, else what the books say, else nothing of our own."""
        from archroom.shelving.spec import ServerSpec

        try:
            return self._told() or self.spec()
        except ArchroomError:
            return ServerSpec((), ())

    def _remembered(self) -> ShelvingClient | None:
        """Return a client that knows what the last server on these buses was told, None if there was none."""
        from archroom.shelving.client import ShelvingClient

        spec = self._told()
        return None if spec is None else ShelvingClient(spec, self.places())

    def _told(self) -> ServerSpec | None:
        """Return what the last server on these buses was told to serve, None if there was none."""
        from archroom.shelving.spec import FILE_NAME, read_spec

        try:
            spec = read_spec(self._config.state_folder / FILE_NAME)
        except BadFile:
            return None
        return spec if {bus.url for bus in spec.buses} == {bus.url for bus in self._config.buses} else None

    def _buses(self) -> tuple[BusSpec, ...]:
        from archroom.shelving.spec import BusSpec

        return tuple(BusSpec(bus.url, bus.units, bus.profile) for bus in self._config.buses)
