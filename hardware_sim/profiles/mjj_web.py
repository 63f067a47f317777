"""MjjWebApi: HTTP on the fixed column, as six JavaScript clients call it. No login; a GET moves steel.

Which values the clients' names stand for is theirs; the codes of the state and the texts are made up here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hardware_sim.faces import FaceLine, Message, Report
from hardware_sim.hypertext import HttpDecoder, HttpRequest, reply
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Act, Happening, Order, PlainSettings, PlainState, Side
from hardware_sim.plain_room import Profile
from hardware_sim.profiles.options import Options
from hardware_sim.profiles.settings import cabinet_settings
from hardware_sim.registers import Mode
from hardware_sim.sessions import Decoder

PATH = "/MjjWebApi"
LEFT, RIGHT, LOCKED = "1", "2", "4"
DONE, REFUSED = "1", "0"
DUST_UG_M3, COARSE_DUST_UG_M3, TVOC_MG_M3, CO2_PPM = 12, 20, 0.1, 450
"""Air that nobody need worry about."""
STATES = {
    PlainState.IDLE: (0, "停止"),
    PlainState.WARNING: (1, "预警"),
    PlainState.MOVING: (2, "移动"),
    PlainState.STOPPING: (3, "制动"),
    PlainState.FAULTED: (4, "报警"),
    PlainState.ASLEEP: (5, "断电"),
    PlainState.OFF: (6, "关机"),
}
"""MJJZTLX and MJJZTLXName: the sources have the names of the fields only."""
PLAIN_OPS = {
    "StopMove": Act.STOP,
    "Reset": Act.CLOSE,
    "Ventilate": Act.VENTILATE,
    "Lock": Act.LOCK,
    "UnLock": Act.UNLOCK,
    "PowerOn_YDL": Act.WAKE,
}


class MjjWebFace:
    """What the fixed column's server says of its cabinet."""

    tail = 0

    __slots__ = ("_are_numbers", "_by_neighbours", "_cabinets", "_columns", "_hum_divisor", "_last_column", "_move")

    def __init__(self, cabinets: Mapping[int, PlainCabinet], options: Options) -> None:
        self._cabinets = cabinets
        self._move = Act.PUSH if options.choice("move", "chain", "single") == "chain" else Act.JOG
        self._are_numbers = options.choice("values", "text", "number") == "number"
        self._hum_divisor = 1 if options.choice("hum", "plain", "hundredths") == "plain" else 100
        self._by_neighbours = options.chosen["sides"] == "neighbours"
        self._columns = dict.fromkeys(cabinets, 0)
        """By unit: the column that was operated last."""
        self._last_column: dict[int, str] = {}
        """By unit: ColumnStatus as it was told last."""

    def decoder(self, unit: int | None) -> Decoder[Message]:
        """Cuts the requests of one connection."""
        return HttpDecoder(unit or 0)

    def reports(self, unit: int, happenings: Sequence[Happening]) -> list[Report]:
        """It says nothing unasked."""
        return []

    def answer(self, message: Message) -> bytes:
        """Carry out a request."""
        request = HttpRequest.of(message.frame)
        if request.path != PATH:
            return reply(404, b"", "text/plain")
        if request.method != "GET":
            return reply(405, b"", "text/plain")
        data = self._carried_out(message.unit, request.query)
        body = json.dumps({"data": data}, ensure_ascii=False).encode()
        return reply(200, body, "application/json; charset=utf-8")

    def _carried_out(self, unit: int, query: Mapping[str, str]) -> object:
        cabinet, op = self._cabinets[unit], query.get("Op", "")
        if op == "GetMjjStatus":
            return [self._status(unit, cabinet)]
        if op == "GetQuXX":
            return [{"QUNO": self._value(unit)}]
        if op in PLAIN_OPS:
            return _done(cabinet, Order(PLAIN_OPS[op]))
        column = query.get("ColumnNo", "")
        if op not in ("LeftMove", "RightMove") or not column.isdecimal() or len(column) > 3:
            return REFUSED
        is_up = (op == "RightMove") == cabinet.block.layout.numbered_from_left
        self._columns[unit] = int(column)
        return _done(cabinet, Order(self._move, int(column), is_up=is_up))

    def _value(self, value: float) -> object:
        return value if self._are_numbers else str(value)

    def _flag(self, is_so: bool) -> object:
        return self._value(int(is_so))

    def _status(self, unit: int, cabinet: PlainCabinet) -> dict[str, object]:
        code, name = STATES[cabinet.state]
        columns = "".join(self._digit(cabinet, carriage.number) for carriage in cabinet.block.carriages)
        is_changed = self._last_column.get(unit, columns) != columns
        self._last_column[unit] = columns
        return {
            "QUNO": self._value(unit),
            "Temp": self._value(round(cabinet.temperature_c, 1)),
            "Hum": self._value(round(cabinet.humidity_percent * self._hum_divisor, 1)),
            "PM2_5": self._value(DUST_UG_M3),
            "PM10": self._value(COARSE_DUST_UG_M3),
            "TVOC": self._value(TVOC_MG_M3),
            "CO2": self._value(CO2_PPM),
            "COLNO": self._value(self._columns[unit]),
            "MJJZTLX": self._value(code),
            "MJJZTLXName": name,
            "COLUMNDWZT_CHANGED": self._flag(is_changed),
            "DATA": "",
            "IsBJ": self._flag(cabinet.is_protected),
            "IsLock": self._flag(cabinet.is_locked),
            "IsVent": self._flag(cabinet.is_ventilated),
            "IsPower": self._flag(cabinet.is_asleep),
            "IsZDKJ": self._flag(cabinet.mode is Mode.AUTOMATIC and cabinet.is_enabled),
            "ColumnStatus": columns,
        }

    def _digit(self, cabinet: PlainCabinet, column: int) -> str:
        """1 at the left, 2 at the right. By ends: 3 neither; a fixed column at the end of a block is at that end. By
        neighbours: 3 wedged between both, 0 near neither."""
        layout, side = cabinet.block.layout, cabinet.side(column)
        low, high = (LEFT, RIGHT) if layout.numbered_from_left else (RIGHT, LEFT)
        if side in (Side.LOW, Side.HIGH):
            return low if side is Side.LOW else high
        if side is Side.LOCKED:
            return LOCKED
        if self._by_neighbours:
            return "3" if side is Side.BOTH else "0"
        if side is Side.BOTH and column in (1, layout.carriage_count):
            return low if column == 1 else high
        return "3"


def _done(cabinet: PlainCabinet, order: Order) -> str:
    return DONE if cabinet.take(order) is None else REFUSED


def _settings(options: Options) -> PlainSettings:
    abilities = (Act.PUSH, Act.JOG, *PLAIN_OPS.values())
    sleep_after_ms = options.whole("sleep_after_ms", 0, 86_400_000, 0)
    return cabinet_settings(options, abilities, sleep_after_ms=sleep_after_ms)


def _line(cabinets: Mapping[int, PlainCabinet], options: Options) -> FaceLine:
    return FaceLine(cabinets, MjjWebFace(cabinets, options))


MJJ_WEB = Profile("mjj-web", ("http",), _settings, _line, has_own_ends=True)
