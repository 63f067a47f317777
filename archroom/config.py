"""The settings of one machine: a TOML file, read strictly, overruled by the environment and by the command line.

What is wrong in the file is refused with its name, the line and the key before anything is opened. Every setting knows
where it came from, so that `archroom where` can say it. Bus addresses live here, never in the database.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeGuard
from urllib.parse import quote

from archroom import paths
from archroom.core.bus_urls import BUS_EXAMPLE, REFERENCE, is_bus_url, is_profile
from archroom.core.cleaning import clean
from archroom.core.sensors import Sensor, WrongKey, contradiction, sensor_of
from archroom.core.toml_lines import line_of_key
from archroom.errors import BadFile, Message, UsageError, say

USUAL_STOCK: Final = "roll"
GLYPHS: Final = ("unicode", "ascii")
MAX_NAME: Final = 100
MAX_LOAN_DAYS: Final = 3650
MAX_UNIT: Final = 247
"""Highest address of a Modbus device."""
DATABASE_EXAMPLE: Final = "sqlite:///FILE, postgresql://HOST/NAME"


@dataclass(frozen=True, slots=True)
class Bus:
    """One line or network gateway behind which blocks answer."""

    url: str
    """`serial:///dev/...?baud=`, `socket://HOST:PORT` (RTU over TCP) or `tcp://HOST[:PORT]` (Modbus TCP)."""
    units: Mapping[int, int] = field(default_factory=dict)
    """Modbus unit or area of each block by its number; empty: each block answers at the unit of its own number."""
    profile: str = REFERENCE
    """Kind of its controllers: `reference`, a profile that comes with the program, or the path of one's own."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of this machine, checked."""

    database: str
    """URL of the books: `sqlite:///FILE` or `postgresql://...`."""
    operator: str
    """Who acts at this machine when nobody says otherwise."""
    terminal: str
    """`host/name`: where acts are done; UNDO and the last acts go by it."""
    loan_days: int
    """Days until a loan is due."""
    language: str
    """`en` or `zh`; empty leaves it to the environment's locale."""
    buses: tuple[Bus, ...]
    """The lines of the mobile shelving, none where there is none."""
    sensors: tuple[Sensor, ...]
    """The sensors of temperature and humidity, none where there is none."""
    shelving_group: str
    """Group of the machine whose members may use the shelving; empty: only whoever starts it."""
    glyphs: str
    """`unicode` or `ascii`: the shapes the app draws with."""
    label_stock: str
    """Name of the label stock in the printer."""
    state_folder: Path
    """Folder of the log and of the shelving server's journal."""
    run_folder: Path
    """Folder of the shelving server's socket, shared by all who use the shelving."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a setting came from."""

    kind: str
    """`option`, `environment`, `file` or `default`."""
    name: str = ""
    """The option, the variable or the file; empty for a default."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings with where each came from, and the file that was read or would be."""

    config: Config
    sources: Mapping[str, Source]
    file: Path
    is_file_there: bool


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line overrules; None leaves it alone."""

    database: str | None = None
    shelving: str | None = None
    operator: str | None = None
    terminal: str | None = None
    language: str | None = None


def load(options: Options | None = None) -> Settings:
    """Return the settings: command line, else environment, else file, else default.

    Raises BadFile with line and key for what is wrong in the file, UsageError for an option or variable.
    """
    chosen = options or Options()
    file = paths.config_file()
    text = _read(file)
    table = _Table(file, text or "")
    pick = _Picker(table)
    operator = pick.text("operator", chosen.operator, "--as", "ARCHROOM_AS") or login_name()
    terminal = pick.text("terminal", chosen.terminal, "--terminal", "ARCHROOM_TERMINAL") or "desk"
    config = Config(
        database=pick.text("database", chosen.database, "--db", "ARCHROOM_DB") or sqlite_url(paths.database_file()),
        operator=clean(operator, MAX_NAME),
        terminal=clean(f"{host_name()}/{terminal}", MAX_NAME),
        loan_days=pick.number("loan_days", 14, 1, MAX_LOAN_DAYS),
        language=pick.text("language", chosen.language, "--lang", "ARCHROOM_LANG"),
        buses=pick.buses(chosen.shelving, "--shelving", "ARCHROOM_SHELVING"),
        sensors=pick.sensors(),
        shelving_group=pick.text("shelving_group"),
        glyphs=pick.text("glyphs") or GLYPHS[0],
        label_stock=pick.text("label_stock") or USUAL_STOCK,
        state_folder=Path(pick.text("state_folder") or paths.state_folder()),
        run_folder=Path(pick.text("run_folder") or paths.run_folder()),
    )
    table.refuse_unknown()
    return Settings(config, pick.sources, file, text is not None)


def login_name() -> str:
    """Return the login of whoever runs the program, `unknown` if the system does not say."""
    for name in ("LOGNAME", "USER", "USERNAME"):
        if os.environ.get(name):
            return os.environ[name]
    if sys.platform != "win32":
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return "unknown"
    return "unknown"


def host_name() -> str:
    """Return the machine's own name."""
    if sys.platform != "win32":
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "host")


def masked(url: str) -> str:
    """Return a URL with its password, and any secret among its parameters, replaced by stars."""
    hidden = re.sub(r"(//[^/@:?#]*):[^/?#]*@", r"\1:***@", url)
    return re.sub(r"(?i)([?&](?:\w*pass\w*|secret|token)=)[^&#]*", r"\1***", hidden)


def sqlite_url(file: Path) -> str:
    """Return the database URL of a file."""
    return f"sqlite:///{quote(str(file.absolute()))}"


def is_database_url(url: str) -> bool:
    """Whether a text can be the address of the books."""
    if url.startswith("sqlite:///"):
        return len(url) > len("sqlite:///") and url.isprintable()
    return re.match(r"postgres(ql)?://.", url) is not None and url.isprintable()


def is_language(text: str) -> bool:
    """Whether a text names a language there are texts in: `en`, `zh`, or a locale of them."""
    return re.fullmatch(r"(en|zh)([_.-].*)?", text) is not None


def _is_name(text: str) -> bool:
    return bool(clean(text).strip("\ufffd ")) and len(text) <= MAX_NAME


@dataclass(frozen=True, slots=True)
class _Sense:
    """What a text setting may be, and how one is written."""

    fits: Callable[[str], bool]
    example: str


_SENSES: Final[Mapping[str, _Sense]] = {
    "database": _Sense(is_database_url, DATABASE_EXAMPLE),
    "operator": _Sense(_is_name, "Ana"),
    "terminal": _Sense(_is_name, "desk-2"),
    "language": _Sense(is_language, "en, zh"),
    "bus": _Sense(is_bus_url, BUS_EXAMPLE),
    "shelving_group": _Sense(_is_name, "archroom"),
    "glyphs": _Sense(GLYPHS.__contains__, ", ".join(GLYPHS)),
    "label_stock": _Sense(_is_name, "roll, L7160"),
    "state_folder": _Sense(os.path.isabs, "/var/lib/archroom"),
    "run_folder": _Sense(os.path.isabs, "/run/archroom"),
}


class _Table:
    """The file's own table: every key is asked for once, what is left over is unknown."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self._text = text
        self._values = _parsed(file, text)
        self._asked: set[str] = set()

    def get(self, key: str) -> object | None:
        """Return a key's value, None if the file does not say it."""
        self._asked.add(key)
        return self._values.get(key)

    def text(self, key: str) -> str | None:
        """Return a key's text, None if the file does not say it; raises BadFile for anything else."""
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._wrong(key, say("{key} must be text in quotes", key=key))
        if not _SENSES[key].fits(value):
            raise self._wrong(key, _not_meant(key, value, _SENSES[key]))
        return value

    def number(self, key: str, lowest: int, highest: int) -> int | None:
        """Return a key's whole number, None if the file does not say it; raises BadFile for anything else."""
        value = self.get(key)
        if value is None:
            return None
        if type(value) is not int or not lowest <= value <= highest:
            limits = say("{key} must be a whole number from {lowest} to {highest}", key=key, lowest=lowest, highest=highest)
            raise self._wrong(key, limits)
        return value

    def buses(self) -> tuple[Bus, ...]:
        """Return the buses of the file; raises BadFile."""
        entries = self._tables("bus", say("write each bus as a table [[bus]]"))
        buses = tuple(self._bus(nth, entry) for nth, entry in enumerate(entries))
        blocks = [block for bus in buses for block in bus.units]
        if len(set(blocks)) != len(blocks) or (len(buses) > 1 and not all(bus.units for bus in buses)):
            raise self._wrong("bus", say("with several buses, each names its units, and each block stands once"))
        return buses

    def sensors(self) -> tuple[Sensor, ...]:
        """Return the sensors of the file; raises BadFile."""
        sensors: list[Sensor] = []
        for nth, entry in enumerate(self._tables("sensor", say("write each sensor as a table [[sensor]]"))):
            try:
                sensors.append(sensor_of(entry))
            except WrongKey as wrong:
                raise self._wrong(wrong.key, wrong.problem, nth, "sensor") from None
        problem = contradiction(sensors)
        if problem is not None:
            raise self._wrong("sensor", problem)
        return tuple(sensors)

    def refuse_unknown(self) -> None:
        """Raise BadFile if the file holds a key nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                raise self._unknown(key)

    def _tables(self, key: str, problem: Message) -> list[Mapping[str, object]]:
        entries = self.get(key)
        if entries is None:
            return []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self._wrong(key, problem)
        return entries

    def _bus(self, nth: int, entry: Mapping[str, object]) -> Bus:
        for key in entry:
            if key not in ("url", "units", "profile"):
                raise self._unknown(key, nth)
        url = entry.get("url")
        if not isinstance(url, str):
            raise self._wrong("url", say("{key} must be text in quotes", key="url"), nth)
        profile = entry.get("profile", REFERENCE)
        if not isinstance(profile, str) or not is_profile(profile):
            example = "reference, fatek-coils, /etc/archroom/own.toml"
            raise self._wrong("profile", say("{name} needs a value; write {example}", name="profile", example=example), nth)
        if not is_bus_url(url, profile):
            raise self._wrong("url", _not_meant("url", url, _SENSES["bus"]), nth)
        units = entry.get("units", {})
        if not _are_units(units):
            example = "{ 1 = 1, 2 = 2 }"
            problem = say("units gives each block its own unit from 1 to 247, as {example}", example=example)
            raise self._wrong("units", problem, nth)
        return Bus(url, {int(block): unit for block, unit in units.items()}, profile)

    def _unknown(self, key: str, nth_bus: int | None = None) -> BadFile:
        return self._wrong(key, say("unknown setting {key}", key=clean(key, MAX_NAME)), nth_bus)

    def _wrong(self, key: str, problem: Message, nth: int | None = None, table: str = "bus") -> BadFile:
        line = line_of_key(self._text, key, "" if nth is None else table, nth or 0)
        return BadFile(say("{file}, line {line}: {problem}.", file=str(self.file), line=line, problem=problem), line=line)


def _not_meant(name: str, value: str, sense: _Sense) -> Message:
    shown = masked(clean(value, MAX_NAME))
    if not shown:
        return say("{name} needs a value; write {example}", name=name, example=sense.example)
    return say("{name} cannot be {value}; write {example}", name=name, value=shown, example=sense.example)


class _Picker:
    """Chooses each setting by rank of its sources and remembers the source; the file is checked even where overruled."""

    def __init__(self, table: _Table) -> None:
        self.sources: dict[str, Source] = {}
        self._table = table

    def text(self, key: str, option: str | None = None, option_name: str = "", variable: str = "") -> str:
        """Return a setting that is text, empty if nobody says it."""
        in_file = self._table.text(key)
        overruling = self._overruling(key, option, option_name, variable)
        if overruling is not None:
            return overruling
        self._came(key, in_file is not None)
        return in_file or ""

    def number(self, key: str, default: int, lowest: int, highest: int) -> int:
        """Return a setting that is a whole number."""
        in_file = self._table.number(key, lowest, highest)
        self._came(key, in_file is not None)
        return default if in_file is None else in_file

    def buses(self, option: str | None, option_name: str, variable: str) -> tuple[Bus, ...]:
        """Return the buses; one named by option or variable stands for all in the file."""
        in_file = self._table.buses()
        overruling = self._overruling("bus", option, option_name, variable)
        if overruling is not None:
            return (Bus(overruling),)
        self._came("bus", bool(in_file))
        return in_file

    def sensors(self) -> tuple[Sensor, ...]:
        """Return the sensors, which only the file names."""
        in_file = self._table.sensors()
        self._came("sensor", bool(in_file))
        return in_file

    def _overruling(self, key: str, option: str | None, option_name: str, variable: str) -> str | None:
        from_environment = os.environ.get(variable) if variable else None
        value, name = (option, option_name) if option is not None else (from_environment or None, variable)
        if value is None:
            return None
        sense = _SENSES[key]
        if not sense.fits(value):
            raise UsageError(say("{problem}.", problem=_not_meant(name, value, sense)))
        self.sources[key] = Source("option" if option is not None else "environment", name)
        return value

    def _came(self, key: str, is_in_file: bool) -> None:
        self.sources[key] = Source("file", str(self._table.file)) if is_in_file else Source("default")


def _are_units(units: object) -> TypeGuard[Mapping[str, int]]:
    if not isinstance(units, dict):
        return False
    are_blocks = all(re.fullmatch(r"[1-9][0-9]?", str(block)) for block in units)
    are_addresses = all(type(unit) is int and 1 <= unit <= MAX_UNIT for unit in units.values())
    return are_blocks and are_addresses and len(set(units.values())) == len(units)


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise BadFile(say("{file} is not UTF-8 text.", file=str(file))) from None
    except OSError as error:
        raise BadFile(say("{file} cannot be read: {reason}.", file=str(file), reason=error.strerror or "")) from None


def _parsed(file: Path, text: str) -> Mapping[str, object]:
    if not text:
        return {}
    import tomllib  # most machines have no file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 0)
        message = say("{file}, line {line}: this is not TOML.", file=str(file), line=line)
        raise BadFile(message, line, column) from None
