"""Golden transcripts of a profile: what is asked of its driver, the bytes that go and come for it, and what they mean.

They stand beside the profile (`NAME.transcript.toml`) and are played against the driver without hardware: every byte that it
sends and every value that it says must be the ones written down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from importlib.resources import files
from typing import NoReturn

from archroom.core.plain.facts import Order, OrderKind, PlainStatus
from archroom.core.tables import Table, parse_toml
from archroom.drivers.climate import ClimateSensor
from archroom.drivers.line import Line
from archroom.drivers.plain import PlainDriver
from archroom.drivers.plain_drivers import Unit, plain_drivers
from archroom.drivers.profile import Profile
from archroom.drivers.timing import Framing, LineTiming, stream_timing
from archroom.drivers.wire_settings import ClimateSettings
from archroom.errors import ArchroomError, BadFile, say

MAX_BYTES = 500_000
_HEX = "([0-9a-f]{2}( [0-9a-f]{2})*)?"
_TEXT = r"[\s\S]*"


class Mismatch(AssertionError):
    """The driver did or said something else than the transcript."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing that is asked of the driver."""

    title: str
    act: str
    """`status`, `stop`, `keep-alive`, or an order: `open 5`, `jog 4 low`; several with `then` between them.

    Of a climate sensor `status` or `raw`.
    """
    frames: tuple[tuple[bytes, bytes], ...]
    """What the driver sends, and what comes back for it; nothing sent: what comes unasked."""
    says: tuple[tuple[str, str], ...]
    """Of the last status: fields of PlainStatus and their values as text."""
    fails: bool
    """Whether the driver must refuse to believe what came for the last act, or to do it."""

    @property
    def acts(self) -> list[str]:
        """What is asked, one after the other."""
        return self.act.split(" then ")


@dataclass(frozen=True, slots=True)
class Transcript:
    """The exchanges with one controller, each on a fresh line."""

    unit: int
    carriages: int
    exchanges: tuple[Exchange, ...]


def shipped_transcript(name: str) -> Transcript:
    """Return the transcript beside a shipped profile; raises BadFile."""
    return parse_transcript(files("archroom").joinpath("drivers", "profiles", f"{name}.transcript.toml").read_bytes())


def parse_transcript(content: bytes) -> Transcript:
    """Return the transcript in a file's bytes; raises BadFile with the line."""
    document = parse_toml(content, MAX_BYTES)
    head = document.table("controller")
    unit, carriages = head.whole("unit", 0, 255), head.whole("carriages", 1, 32)
    head.finish()
    exchanges = tuple(_exchange(table) for table in document.tables("exchange", "[[exchange]]"))
    document.finish()
    return Transcript(unit, carriages, exchanges)


def play(profile: Profile, transcript: Transcript, exchange: Exchange) -> None:
    """Play one exchange against the profile's driver; raises Mismatch."""
    wire = _ScriptedWire(exchange)
    act = _player(profile, transcript, wire)
    status: PlainStatus | None = None
    last = len(exchange.acts) - 1
    for number, words in enumerate(exchange.acts):
        try:
            status = act(words) or status
        except ArchroomError as error:
            if not exchange.fails or number < last:
                raise Mismatch(f"{exchange.title}: {error}") from error
            status = None
        else:
            if exchange.fails and number == last:
                raise Mismatch(f"{exchange.title}: it was believed")
    wire.finish()
    if status is not None:
        for name, value in exchange.says:
            said = _text(getattr(status, name))
            if said != value:
                raise Mismatch(f"{exchange.title}: {name} is {said}, not {value}")


def order_of(words: str) -> Order:
    """Return the order that words like "open 5" or "jog 4 low" mean; raises ValueError."""
    kind, *rest = words.split()
    number = int(rest[0]) if rest else None
    if OrderKind(kind) is OrderKind.OPEN:
        return Order(OrderKind.OPEN, aisle=number)
    return Order(OrderKind(kind), carriage=number, is_towards_low=rest[1:] == ["low"])


def _player(profile: Profile, transcript: Transcript, wire: _ScriptedWire) -> Callable[[str], PlainStatus | None]:
    """Return what does an act with a driver of the profile, and gives back the status if it was one."""
    if isinstance(profile.settings, ClimateSettings):
        sensor = ClimateSensor(Line(wire, wire.clock), transcript.unit, profile.settings)
        return lambda act: _sensed(sensor, act)
    driver = plain_drivers(profile, wire, {1: Unit(transcript.unit, transcript.carriages)}, None, wire.clock)[1]
    return lambda act: _act(driver, act)


def _sensed(sensor: ClimateSensor, act: str) -> PlainStatus:
    if act == "status":
        reading = sensor.read()
        return PlainStatus(temperature_c=reading.temperature_c, humidity_percent=reading.humidity_percent)
    raw = sensor.read_raw()
    scales = " ".join(map(str, raw.plausible_scales)) or "none"
    return PlainStatus(others=(("raw", f"{raw.temperature} {raw.humidity}"), ("scales", scales)))


def _act(driver: PlainDriver, act: str) -> PlainStatus | None:
    if act == "status":
        return driver.status().status
    if act == "stop":
        driver.stop()
    elif act == "keep-alive":
        driver.keep_alive()
    else:
        driver.order(order_of(act))
    return None


def _exchange(table: Table) -> Exchange:
    acts = table.text("act")
    for act in acts.split(" then "):
        if act not in ("status", "raw", "stop", "keep-alive"):
            try:
                order_of(act)
            except (ValueError, IndexError):
                table.refuse(say("{act} is nothing that can be asked of a driver", act=act), "act")
    frames = [_frame(frame) for frame in table.tables("frames", "frames")]
    says: tuple[tuple[str, str], ...] = ()
    if table.has("says"):
        told = table.table("says")
        known = {field.name for field in fields(PlainStatus)}
        for key in told.keys():
            if key not in known:
                told.refuse(say("unknown key {key}", key=key), key)
        says = tuple((key, told.text(key)) for key in told.keys())
    fails = table.truth("fails") if table.has("fails") else False
    title = table.text("title")
    table.finish()
    if says and not {"status", "raw"} & set(acts.split(" then ")):
        table.refuse(say("only a status says something"), "says")
    return Exchange(title, acts, tuple(frames), says, fails)


def _frame(table: Table) -> tuple[bytes, bytes]:
    """Return what is sent and what comes for it: as hexadecimal bytes, or, of HTTP, as text with `sent_text`."""
    if table.has("pushed"):
        frame = (b"", bytes.fromhex(table.code("pushed", _HEX)))
    elif table.has("sent_text"):
        sent, received = (table.code(key, _TEXT) for key in ("sent_text", "received_text"))
        frame = (sent.encode(), received.encode())
    else:
        sent, received = (table.code(key, _HEX) for key in ("sent", "received"))
        frame = (bytes.fromhex(sent), bytes.fromhex(received))
    table.finish()
    return frame


def _text(value: object) -> str:
    """Return a value as transcripts write it: "none", "true", "20.5", "low low high", "edge M1", "any M148"."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Enum):
        return str(value.name if isinstance(value.value, int) else value.value).lower()
    if isinstance(value, tuple | frozenset):
        members = sorted(value) if isinstance(value, frozenset) else value
        return " ".join(_text(member) for member in members) or "none"
    if hasattr(value, "fault"):
        fault = "any" if getattr(value, "is_any", False) else _text(value.fault)
        return f"{fault} {getattr(value, 'code', '')}"
    return str(value)


class _ScriptedWire:
    """A wire on a clock of its own: expects the frames of an exchange, in order and byte by byte."""

    name = "transcript"

    def __init__(self, exchange: Exchange) -> None:
        self._title = exchange.title
        self._frames = list(exchange.frames)
        self._arriving: list[bytes] = []
        self._now = 1_000.0

    def clock(self) -> float:
        """Seconds, which pass while somebody waits."""
        return self._now

    @property
    def timing(self) -> LineTiming:
        """A network stream: no rules of silence."""
        return stream_timing(Framing.MBAP)

    def write(self, data: bytes) -> None:
        """Compare a frame with the next one of the transcript."""
        if not self._frames:
            self._fail(f"nothing more was to be sent, but {data.hex(' ')}")
        sent, received = self._frames.pop(0)
        if data != sent:
            self._fail(f"sent {data.hex(' ')}, not {sent.hex(' ')}")
        if received:
            self._arriving.append(received)

    def read(self, max_wait_s: float) -> bytes:
        """Give what came for the last frame, else let time pass."""
        if not self._arriving and self._frames and not self._frames[0][0]:
            self._arriving.append(self._frames.pop(0)[1])
        if self._arriving:
            return self._arriving.pop(0)
        self._now += max(max_wait_s, 0.000_1)
        return b""

    def close(self) -> None:
        """Nothing to let go of."""

    def finish(self) -> None:
        """Raise Mismatch if frames were left out."""
        if self._frames:
            self._fail(f"{self._frames[0][0].hex(' ')} was not sent")

    def _fail(self, why: str) -> NoReturn:
        raise Mismatch(f"{self._title}: {why}")


def shipped_names() -> tuple[str, ...]:
    """Return the profiles that have a transcript."""
    folder = files("archroom").joinpath("drivers", "profiles")
    suffix = ".transcript.toml"
    return tuple(sorted(entry.name.removesuffix(suffix) for entry in folder.iterdir() if entry.name.endswith(suffix)))


def all_played(profile: Profile, transcript: Transcript) -> int:
    """Play all exchanges and return how many there are; raises Mismatch, or BadFile if there is none."""
    if not transcript.exchanges:
        raise BadFile(say("The transcript of {profile} is empty.", profile=profile.title))
    for exchange in transcript.exchanges:
        play(profile, transcript, exchange)
    return len(transcript.exchanges)
