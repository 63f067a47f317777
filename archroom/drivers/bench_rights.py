"""What a technician may read and write of a unit: anything may be read, and written only what its profile calls a parameter.

What moves steel is never a parameter: the linter of profiles refuses an address that an order, a stop or a heartbeat writes,
and of the reference controller nothing is one. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archroom.core.bench import Table
from archroom.drivers import reference
from archroom.drivers.modbus import Function, Request, read_from, write_coil, write_one
from archroom.drivers.profile import Parameter, Profile
from archroom.errors import Refused, UsageError, say

_READS: Final = {
    Table.COILS: Function.READ_COILS,
    Table.DISCRETE: Function.READ_DISCRETE,
    Table.HOLDING: Function.READ,
    Table.INPUT: Function.READ_INPUT,
}
_COMMAND_REGISTERS: Final = 7


@dataclass(frozen=True, slots=True)
class ReadOne:
    """The request that reads one value, and where it stands in the answer."""

    request: Request
    index: int = 0


@dataclass(frozen=True, slots=True)
class UnitRights:
    """Of one unit; without carriages and profile nobody knows what it is, and nothing may be written."""

    unit: int
    carriages: int | None = None
    """Of a reference controller."""
    profile: Profile | None = None

    def read(self, table: Table, address: int) -> ReadOne:
        """Return how one value is read; raises UsageError for a register that the reference map does not have."""
        if self.carriages is None:
            return ReadOne(read_from(self.unit, _READS[table], address, 1))
        for start, count in self._blocks(self.carriages):
            if table is Table.HOLDING and start <= address < start + count:
                return ReadOne(read_from(self.unit, Function.READ, start, count), address - start)
        raise UsageError(say("The register map has nothing at {table} {address}.", table=table.value, address=address))

    def write(self, table: Table, address: int, value: int) -> Request:
        """Return the request that writes one value; raises Refused with the reason."""
        if self.carriages is not None:
            raise Refused(say("Unit {unit} moves steel: its registers are written by its supervisor alone.", unit=self.unit))
        if self.profile is None:
            raise Refused(say("Nobody knows what unit {unit} is: nothing is written to it.", unit=self.unit))
        parameter = self._parameter(table, address)
        if not parameter.least <= value <= parameter.most:
            raise Refused(
                say("{name} takes {least} to {most}.", name=parameter.name, least=parameter.least, most=parameter.most)
            )
        if table is Table.COILS:
            return write_coil(self.unit, address, bool(value))
        return write_one(self.unit, address, value)

    def _parameter(self, table: Table, address: int) -> Parameter:
        for parameter in self.profile.parameters if self.profile is not None else ():
            if (parameter.table, parameter.address) == (table, address):
                return parameter
        raise Refused(
            say(
                "Profile {profile} declares no parameter at {table} {address}.",
                profile=self.profile.name if self.profile is not None else "",
                table=table.value,
                address=address,
            )
        )

    @staticmethod
    def _blocks(carriages: int) -> tuple[tuple[int, int], ...]:
        """What the reference map answers to, each read whole."""
        return (
            (reference.IDENTITY, reference.IDENTITY_REGISTERS),
            (reference.STATUS, reference.STATUS_REGISTERS_BESIDE_POSITIONS + carriages),
            (reference.COMMAND, _COMMAND_REGISTERS),
            (reference.HEARTBEAT, 1),
            (reference.STOP, 1),
        )
