"""Climate sensors on the Modbus line beside the controllers: three families that look alike and are not. Pure.

Readings stand in input registers 1 and 2, times ten or times a hundred. What is set lies at other addresses in each
family: 0x0101 is the address of one and the baud rate of the other. New addresses and baud rates hold from the next
power-up on, and a sensor with another baud rate than the line has is not heard any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hardware_sim.bus import Unit
from hardware_sim.registers import ExceptionCode, RegisterError

READ_HOLDING, READ_INPUT, WRITE_ONE = 3, 4, 6
TEMPERATURE, HUMIDITY = 0x0001, 0x0002
LINE_BAUD = 9600
"""What every one of them is delivered with; the line is left at that."""
MAX_UNIT = 247


class SensorModel(StrEnum):
    """The families."""

    XY_MD02 = "xy-md02"
    MD02_CLONE = "md02-clone"
    SHT20 = "sht20"


class Setting(StrEnum):
    """What can be set in a sensor."""

    ADDRESS = "address"
    BAUD = "baud"
    TEMPERATURE_OFFSET = "temperature offset"
    HUMIDITY_OFFSET = "humidity offset"


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """What tells a family from the others: its scale, its setting registers, what its baud register means."""

    divisor: int
    settings: Mapping[int, Setting]
    bauds: Mapping[int, int]
    are_settings_readable: bool


_XY_SETTINGS = {
    0x0101: Setting.ADDRESS,
    0x0102: Setting.BAUD,
    0x0103: Setting.TEMPERATURE_OFFSET,
    0x0104: Setting.HUMIDITY_OFFSET,
}
_XY_BAUDS = {9600: 9600, 14_400: 14_400, 19_200: 19_200}
FACTS = {
    SensorModel.XY_MD02: SensorFacts(10, _XY_SETTINGS, _XY_BAUDS, are_settings_readable=True),
    SensorModel.MD02_CLONE: SensorFacts(
        100, {0x0100: Setting.ADDRESS, 0x0101: Setting.BAUD}, {0: 2400, 1: 4800, 2: 9600}, are_settings_readable=False
    ),
    SensorModel.SHT20: SensorFacts(10, _XY_SETTINGS, _XY_BAUDS, are_settings_readable=True),
}


class ClimateSensor:
    """One sensor, from the address it was delivered with on."""

    __slots__ = (
        *("_divisor", "_facts", "_frozen", "_is_powered", "_settings", "address", "baud", "humidity_percent"),
        *("is_silent", "model", "temperature_c"),
    )

    def __init__(self, model: SensorModel, address: int, divisor: int | None = None) -> None:
        self.model = model
        self._facts = FACTS[model]
        self._divisor = divisor or self._facts.divisor
        self.address = address
        """Where it answers since its last power-up."""
        self.baud = LINE_BAUD
        self.temperature_c = 20.0
        self.humidity_percent = 50.0
        self.is_silent = False
        """A dead line: nothing that is sent to it arrives."""
        self._is_powered = True
        self._frozen: tuple[float, float] | None = None
        baud_code = next(code for code, baud in self._facts.bauds.items() if baud == LINE_BAUD)
        self._settings = {Setting.ADDRESS: address, Setting.BAUD: baud_code}

    # -- the line

    @property
    def is_heard(self) -> bool:
        """Whether requests arrive and are answered."""
        return self._is_powered and not self.is_silent and self.baud == LINE_BAUD

    def obey_broadcast(self, pdu: bytes) -> None:
        """It obeys none."""

    def answer(self, pdu: bytes) -> bytes:
        """Carry out a request and give its reply PDU, an exception reply included."""
        try:
            if pdu[0] not in (READ_HOLDING, READ_INPUT, WRITE_ONE):
                raise RegisterError(ExceptionCode.ILLEGAL_FUNCTION)
            if len(pdu) != 5:
                raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
            place, value = pdu[1] << 8 | pdu[2], pdu[3] << 8 | pdu[4]
            if pdu[0] == WRITE_ONE:
                self._set(place, value)
                return pdu
            return self._read(pdu[0], place, value)
        except RegisterError as error:
            return bytes((pdu[0] & 0x7F | 0x80, error.code))

    def _read(self, function: int, place: int, count: int) -> bytes:
        if not 1 <= count <= 125:
            raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
        look = self._measured if function == READ_INPUT else self._setting
        values = [look(address) for address in range(place, place + count)]
        return bytes((function, 2 * count)) + b"".join(value.to_bytes(2, "big") for value in values)

    def _measured(self, place: int) -> int:
        temperature_c, humidity_percent = self._frozen or (self.temperature_c, self.humidity_percent)
        if place == TEMPERATURE:
            value, offset = temperature_c, self._settings.get(Setting.TEMPERATURE_OFFSET, 0)
        elif place == HUMIDITY:
            value, offset = humidity_percent, self._settings.get(Setting.HUMIDITY_OFFSET, 0)
        else:
            raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)
        return round(value * self._divisor) + offset & 0xFFFF

    def _setting(self, place: int) -> int:
        if place not in self._facts.settings or not self._facts.are_settings_readable:
            raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)
        return self._settings.get(self._facts.settings[place], 0)

    def _set(self, place: int, value: int) -> None:
        setting = self._facts.settings.get(place)
        if setting is None:
            raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)
        is_address = setting is Setting.ADDRESS
        if (is_address and not 1 <= value <= MAX_UNIT) or (setting is Setting.BAUD and value not in self._facts.bauds):
            raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
        self._settings[setting] = value

    # -- what happens to it

    @property
    def is_powered(self) -> bool:
        """Whether it has power."""
        return self._is_powered

    def switch_power(self, is_on: bool) -> None:
        """Cut or give power; what was set holds from then on."""
        if is_on and not self._is_powered:
            self.address = self._settings[Setting.ADDRESS]
            self.baud = self._facts.bauds[self._settings[Setting.BAUD]]
        self._is_powered = is_on

    @property
    def is_frozen(self) -> bool:
        """Whether it says for ever what it measured once."""
        return self._frozen is not None

    def freeze(self, is_on: bool) -> None:
        """Say for ever what is measured now, or measure again."""
        self._frozen = (self.temperature_c, self.humidity_percent) if is_on else None


class Neighbours(Mapping[int, Unit]):
    """All units of a line as they answer now: stations where they are, sensors where their own settings have put them.

    Of two that have one address the station is heard, or the sensor that was delivered first.
    """

    __slots__ = ("_sensors", "_stations")

    def __init__(self, stations: Mapping[int, Unit], sensors: Mapping[int, ClimateSensor]) -> None:
        self._stations = stations
        self._sensors = sensors

    def __getitem__(self, unit: int) -> Unit:
        if unit in self._stations:
            return self._stations[unit]
        for sensor in self._sensors.values():
            if sensor.address == unit:
                return sensor
        raise KeyError(unit)

    def __iter__(self) -> Iterator[int]:
        yield from self._stations
        yield from {sensor.address for sensor in self._sensors.values()} - self._stations.keys()

    def __len__(self) -> int:
        return sum(1 for _ in self)
