"""The settings of wires that are no Modbus out of a profile's tables, and what their controllers can do by them.

Every setting must be there: a profile says what it takes for so, and nothing is filled in behind its back.
"""

from __future__ import annotations

from collections.abc import Callable

from archroom.core.plain.facts import Capabilities, OrderKind, PositionSense
from archroom.core.tables import Table
from archroom.drivers.checksums import Checksum, ChecksumKind
from archroom.drivers.profile import WireKind
from archroom.drivers.wire_settings import (
    ClimateSettings,
    Columns,
    Settings,
    StowSettings,
    WebSettings,
    WklSettings,
    Z5Settings,
)
from archroom.errors import say

ALARM_BITS = tuple(f"{byte}.{bit}" for byte, bits in ((8, 8), (9, 5)) for bit in range(bits))
ERROR_BYTES = ("17", "19")
LEAST_OFFSET, MOST_OFFSET = -1, 100
"""Of a controller's columns: its first is 0 at the least, and its last of 32 still fits a byte."""
LEAST_ANSWER_MS, MOST_ANSWER_MS = 50, 5_000
ORDERS = {
    WireKind.STOW: frozenset({OrderKind.OPEN}),
    WireKind.Z5: frozenset({OrderKind.OPEN, OrderKind.CLOSE, OrderKind.VENTILATE}),
    WireKind.WKL: frozenset({OrderKind.OPEN, OrderKind.CLOSE}),
    WireKind.MJJ_WEB: frozenset(OrderKind),
}
"""What each wire has words for."""
SENSES = {
    WireKind.STOW: PositionSense.AISLE,
    WireKind.Z5: PositionSense.SIDES,
    WireKind.WKL: PositionSense.SIDES,
    WireKind.MJJ_WEB: PositionSense.SIDES,
}


def read_settings(wire: WireKind, table: Table) -> Settings:
    """Return the settings of a wire; raises BadFile."""
    readers: dict[WireKind, Callable[[Table], Settings]] = {
        WireKind.STOW: _stow,
        WireKind.Z5: _z5,
        WireKind.WKL: _wkl,
        WireKind.MJJ_WEB: _web,
        WireKind.CLIMATE: _climate,
    }
    settings = readers[wire](table)
    table.finish()
    return settings


def read_capabilities(wire: WireKind, settings: Settings, can: Table, silence: bool | None) -> Capabilities:
    """Return what a controller can do: its profile chooses among the orders of its wire, the rest the wire says."""
    kinds = tuple(sorted(kind.value for kind in ORDERS[wire]))
    orders = frozenset(OrderKind(word) for word in can.choices("orders", kinds))
    if isinstance(settings, WebSettings):
        if orders and not settings.may_write:
            can.refuse(say("orders are given only where {setting}", setting="writing = true"), "orders")
        if OrderKind.OPEN in orders and settings.opens_with == "none":
            can.refuse(say("nothing opens an aisle: {setting}", setting='opens_with = "none"'), "orders")
    is_stow = wire is WireKind.STOW
    return Capabilities(
        orders=orders,
        can_stop=wire is WireKind.MJJ_WEB,
        position_sense=SENSES[wire],
        tells_motion=is_stow,
        tells_mode=is_stow,
        tells_faults=is_stow or wire is WireKind.MJJ_WEB,
        tells_occupied=False,
        tells_fresh=is_stow,
        has_sequence_numbers=False,
        stops_when_host_is_silent=silence,
    )


SENSOR = Capabilities(
    orders=frozenset(),
    can_stop=False,
    position_sense=PositionSense.NOTHING,
    tells_motion=False,
    tells_mode=False,
    tells_faults=False,
    tells_occupied=False,
    tells_fresh=False,
    has_sequence_numbers=False,
    stops_when_host_is_silent=None,
)
"""What a sensor can do: nothing."""


def _stow(table: Table) -> StowSettings:
    inverted = table.choice("alarm_bits_inverted", ("unknown", "yes", "no"))
    return StowSettings(
        is_long_request=table.choice("request", ("short", "long")) == "long",
        alarm_bits_inverted=None if inverted == "unknown" else inverted == "yes",
        meaningless=frozenset(table.choices("meaningless", (*ALARM_BITS, *ERROR_BYTES))),
        third_bit=table.choice("bit_8_2", ("beam", "estop")),
        echoes_request=table.truth("echoes_request"),
        counts_carriages=table.truth("counts_carriages"),
        aisle_offset=table.whole("aisle_offset", -10, 10),
        answer_ms=_answer_ms(table),
    )


def _z5(table: Table) -> Z5Settings:
    return Z5Settings(
        checksum=_checksum(table),
        frame_type=table.whole("type", 0, 255),
        columns=_columns(table, None),
        layer=table.whole("layer", 0, 255),
        section=table.whole("section", 0, 255),
        has_climate=table.truth("climate"),
        moving_ends_ms=table.whole("moving_ends_ms", 0, 60_000),
        push_life_ms=table.whole("push_life_ms", 1_000, 600_000),
        answer_ms=_answer_ms(table),
    )


def _wkl(table: Table) -> WklSettings:
    first, second, third = table.code("network", r"\d{1,3}\.\d{1,3}\.\d{1,3}").split(".")
    if max(int(first), int(second), int(third)) > 255:
        table.refuse(say("{key} must be the first three numbers of an address", key="network"), "network")
    return WklSettings(
        checksum=_checksum(table),
        network=(int(first), int(second), int(third)),
        empty_frame_has_length=table.truth("empty_frame_has_length"),
        status_command=table.whole("status_command", 2, 127),
        climate_command=table.whole("climate_command", 0, 127),
        climate_divisor=table.whole("climate_divisor", 1, 1_000),
        columns=_columns(table, "tells"),
        cell_row=table.whole("cell_row", 0, 255),
        cell_column=table.whole("cell_column", 0, 255),
        close_column=table.whole("close_column", 0, 255),
        close_side=table.whole("close_side", 0, 2),
        answer_ms=_answer_ms(table),
    )


def _web(table: Table) -> WebSettings:
    return WebSettings(
        path=table.code("path", r"/[A-Za-z0-9/_.-]{0,100}"),
        may_write=table.truth("writing"),
        columns=_columns(table, "tells"),
        opens_with=table.choice("opens_with", ("none", "low", "high")),
        temperature_divisor=table.whole("temperature_divisor", 1, 1_000),
        humidity_divisor=table.whole("humidity_divisor", 1, 1_000),
        answer_ms=_answer_ms(table),
    )


def _climate(table: Table) -> ClimateSettings:
    scale = table.choice("scale", ("unconfirmed", "10", "100"))
    return ClimateSettings(table.whole("address", 0, 0xFFFE), None if scale == "unconfirmed" else int(scale))


def _answer_ms(table: Table) -> int:
    return table.whole("answer_ms", LEAST_ANSWER_MS, MOST_ANSWER_MS)


def _checksum(table: Table) -> Checksum:
    kind = ChecksumKind(table.choice("checksum", tuple(kind.value for kind in ChecksumKind)))
    if kind is not ChecksumKind.CRC8:
        return Checksum(kind, initial=table.whole("initial", 0, 255), xor_out=table.whole("xor_out", 0, 255))
    return Checksum(
        kind,
        polynomial=table.whole("polynomial", 1, 255),
        initial=table.whole("initial", 0, 255),
        is_reflected=table.truth("reflected"),
        xor_out=table.whole("xor_out", 0, 255),
    )


def _columns(table: Table, tells: str | None) -> Columns:
    """`tells` names the setting that says what 1 and 2 are; None: 1 is right, as the Z5 wire has it for certain."""
    is_left_first = tells is not None and table.choice(tells, ("1-left-2-right", "1-right-2-left")) == "1-left-2-right"
    return Columns(
        is_left_low=table.choice("low_end", ("left", "right")) == "left",
        fixed_column=table.choice("fixed_column", ("left", "right", "none")),
        offset=table.whole("column_offset", LEAST_OFFSET, MOST_OFFSET),
        is_left_first=is_left_first,
    )
