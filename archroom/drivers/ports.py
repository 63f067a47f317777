"""Ports by their URL: read, checked, opened, and held alone.

Only a terminal device is opened as a serial port: a file, folder, pipe or disk under that name is refused before a byte goes
to it. A port is held by pySerial's exclusive lock (flock), which a second holder meets as a refusal; only the emergency stop
may go past it.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import sys
from dataclasses import dataclass
from enum import Enum
from urllib.parse import SplitResult, parse_qsl, urlsplit

import serial

from archroom.core.cleaning import clean
from archroom.drivers.network_wires import DatagramWire, QuestionWire
from archroom.drivers.timing import LISTEN_S, NEARBY_LISTEN_S, Framing, LineTiming, serial_timing, stream_timing
from archroom.drivers.wires import PORT_ERRORS, DescriptorWire, PolledSerialWire, Wire
from archroom.errors import Message, PortUnavailable, UsageError, say

DEFAULT_BAUD = 19_200
MODBUS_TCP_PORT = 502
"""The port that is registered for Modbus TCP."""
MODBUS_TLS_PORT = 802
"""The port that is registered for Modbus/TCP with TLS."""
BAUDS = (1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600)
CONNECT_S = 1.0
LONGEST_NAME = 200


class Carrier(Enum):
    """What carries the bytes, by the URL's scheme."""

    SERIAL = "serial"
    RTU_OVER_TCP = "socket"
    MODBUS_TCP = "tcp"
    MODBUS_TLS = "tls"
    """Modbus TCP within TLS."""
    UDP = "udp"
    """Datagrams: each a whole message."""
    HTTP = "http"
    """A connection for each question."""


_USUAL_PORTS = {Carrier.MODBUS_TCP: MODBUS_TCP_PORT, Carrier.MODBUS_TLS: MODBUS_TLS_PORT}


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files; empty where there is none."""

    authority: str = ""
    """Whose signature is trusted; empty: what the system trusts."""
    certificate: str = ""
    """Ours, for a far end that asks who we are."""
    key: str = ""
    """The certificate's key; empty: it is in the certificate's file."""


@dataclass(frozen=True, slots=True)
class PortAddress:
    """Where a line is and how it is set, as its URL says."""

    carrier: Carrier
    place: str
    """Path of the device, or host."""
    port: int
    """TCP port; 0 for a serial device."""
    baud: int | None
    """None on a network stream whose far line is not known."""
    parity: str
    """N, E or O."""
    stop_bits: int
    has_echo: bool
    local_port: int = 0
    """Of datagrams: where ours come from and theirs go to; 0: any."""
    tls: TlsFiles = TlsFiles()

    @property
    def name(self) -> str:
        """The port as a person knows it."""
        if self.carrier is Carrier.SERIAL:
            return self.place
        host = f"[{self.place}]" if ":" in self.place else self.place
        return f"{self.carrier.value}://{host}:{self.port}"

    @property
    def timing(self) -> LineTiming:
        """The rules of time on this line."""
        if self.carrier in (Carrier.MODBUS_TCP, Carrier.MODBUS_TLS, Carrier.UDP, Carrier.HTTP):
            return stream_timing(Framing.MBAP)
        if self.baud is None:
            return stream_timing(Framing.RTU, self.has_echo)
        return serial_timing(self.baud, self.has_echo)


def parse_port(url: str) -> PortAddress:
    """Return what `serial:///dev/...?baud=` or `socket`, `tcp`, `tls`, `udp`, `http` with `://H:P` names; raises UsageError.

    Serial ports take `baud`, `parity` (N, E, O), `stop` (1, 2) and `echo` (0, 1); `socket` takes `baud` and `echo` of the
    line behind the gateway; `udp` takes `local`, the port of this machine to which a controller sends by itself; `tls` takes
    `ca`, `cert` and `key`, full paths of PEM files. Left out: 19,200 baud, even parity (none on a pty or with two stop
    bits), one stop bit, no echo; port 502 after `tcp`, 802 after `tls`.
    """
    shown = clean(re.sub(r"//[^/]*@", "//...@", url), LONGEST_NAME)
    try:
        parts = urlsplit(url)
        carrier = Carrier(parts.scheme)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        tcp_port = _USUAL_PORTS.get(carrier, 0) if parts.port is None else parts.port
    except ValueError as error:
        raise UsageError(
            say("{url} is not a port: serial:///dev/NAME, or socket, tcp, tls, udp, http://HOST:PORT.", url=shown)
        ) from error
    place = _device(parts) if carrier is Carrier.SERIAL else parts.hostname
    is_place_whole = tcp_port == 0 if carrier is Carrier.SERIAL else tcp_port > 0 and not parts.path.strip("/")
    if not place or not is_place_whole or parts.username or parts.fragment or "\0" in url:
        raise UsageError(
            say("{url} is not a port: serial:///dev/NAME, or socket, tcp, tls, udp, http://HOST:PORT.", url=shown)
        )
    return _with_options(carrier, place, tcp_port, options, shown)


def open_port(url: str, *, past_lock: bool = False) -> Wire:
    """Open a line and hold it alone; raises UsageError or PortUnavailable with the reason.

    `past_lock` opens a serial port that another process holds: for the emergency stop only.
    """
    address = parse_port(url)
    if address.carrier is Carrier.SERIAL:
        return _open_serial(address, past_lock)
    if address.carrier is Carrier.UDP:
        return _bind(address)
    return _connect(address)


def listening_s(url: str) -> float:
    """Return how long a port is listened to before the first frame; raises UsageError."""
    address = parse_port(url)
    is_near = (
        is_pty(address.place) if address.carrier is Carrier.SERIAL else address.place in ("127.0.0.1", "::1", "localhost")
    )
    return NEARBY_LISTEN_S if is_near else LISTEN_S


def _device(parts: SplitResult) -> str | None:
    windows_port = re.fullmatch(r"/?(COM\d{1,3})", parts.netloc + parts.path, re.IGNORECASE)
    if windows_port:
        return windows_port.group(1).upper()
    return None if parts.netloc or len(parts.path) < 2 else parts.path


def _with_options(carrier: Carrier, place: str, tcp_port: int, options: dict[str, str], shown: str) -> PortAddress:
    allowed = {
        Carrier.SERIAL: ("baud", "parity", "stop", "echo"),
        Carrier.RTU_OVER_TCP: ("baud", "echo"),
        Carrier.MODBUS_TCP: (),
        Carrier.MODBUS_TLS: ("ca", "cert", "key"),
        Carrier.UDP: ("local",),
        Carrier.HTTP: (),
    }[carrier]
    for key in options:
        if key not in allowed:
            raise UsageError(say("{url}: there is no setting {key} for such a port.", url=shown, key=clean(key, 40)))
    default_baud = str(DEFAULT_BAUD) if carrier is Carrier.SERIAL else ""
    stop = _choice(options, "stop", ("1", "2"), "1", shown)
    default_parity = "N" if stop == "2" or is_pty(place) else "E"
    parity = _choice(options, "parity", ("N", "E", "O"), default_parity, shown)
    baud = _choice(options, "baud", tuple(str(baud) for baud in BAUDS), default_baud, shown)
    echo = _choice(options, "echo", ("0", "1"), "0", shown)
    local = options.get("local", "0")
    if re.fullmatch(r"[0-9]{1,5}", local) is None or int(local) > 0xFFFF:
        raise UsageError(say("{url}: {key} must be a port of this machine.", url=shown, key="local"))
    tls = TlsFiles(*(options.get(key, "") for key in ("ca", "cert", "key")))
    return PortAddress(
        carrier, place, tcp_port, int(baud) if baud else None, parity, int(stop), echo == "1", int(local), tls
    )


def _choice(options: dict[str, str], key: str, allowed: tuple[str, ...], default: str, shown: str) -> str:
    value = options.get(key)
    if value is None:
        return default
    if value.upper() not in allowed:
        raise UsageError(
            say(
                "{url}: {key} is {value}, but must be one of {allowed}.",
                url=shown,
                key=key,
                value=clean(value, 40),
                allowed=", ".join(allowed),
            )
        )
    return value.upper()


def is_pty(path: str) -> bool:
    """Whether a path leads to a pseudo terminal, which knows neither parity nor modem lines."""
    return os.path.realpath(path).startswith(("/dev/pts/", "/dev/ttys"))


def _open_serial(address: PortAddress, past_lock: bool) -> Wire:
    if sys.platform != "win32":
        _check_is_device(address.place)
    try:
        port = serial.Serial(
            address.place,
            baudrate=address.baud,
            bytesize=8,
            parity=address.parity,
            stopbits=address.stop_bits,
            timeout=0,
            exclusive=None if past_lock else True,
        )
    except PORT_ERRORS as error:
        raise PortUnavailable(_why_not(address, error)) from error
    if sys.platform == "win32":
        return PolledSerialWire(port, address.name, address.timing)
    return DescriptorWire(port, address.name, address.timing)


def _check_is_device(path: str) -> None:
    """Refuse what is no character device before anything is opened: opening a pipe or disk may already do harm."""
    try:
        found = os.stat(path)
    except FileNotFoundError as error:
        raise PortUnavailable(say("There is no port {port}.", port=clean(path, LONGEST_NAME))) from error
    except (OSError, ValueError) as error:
        raise PortUnavailable(say("{port} cannot be reached.", port=clean(path, LONGEST_NAME))) from error
    if any(_is_terminal_of_ours(descriptor, found.st_rdev) for descriptor in (0, 1, 2)):
        raise PortUnavailable(say("{port} is the terminal in which this program runs.", port=clean(path, LONGEST_NAME)))
    if not stat.S_ISCHR(found.st_mode):
        raise PortUnavailable(say("{port} is not a serial port.", port=clean(path, LONGEST_NAME)))


def _is_terminal_of_ours(descriptor: int, device: int) -> bool:
    try:
        return os.isatty(descriptor) and os.fstat(descriptor).st_rdev == device
    except OSError:
        return False


def _why_not(address: PortAddress, error: Exception) -> Message:
    shown = clean(address.place, LONGEST_NAME)
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    if number in (errno.EAGAIN, errno.EBUSY):
        return say("{port} is taken: another program holds it.", port=shown)
    if number in (errno.EACCES, errno.EPERM):
        return say("You may not use {port}.", port=shown)
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return say("There is no port {port}.", port=shown)
    if number == errno.EINVAL:
        return say("{port} does not take these line settings.", port=shown)
    return say("{port} is not a serial port.", port=shown)


def _connect(address: PortAddress) -> Wire:
    try:
        connection = socket.create_connection((address.place, address.port), timeout=CONNECT_S)
    except ConnectionRefusedError as error:
        raise PortUnavailable(say("Nothing listens at {port}.", port=address.name)) from error
    except (OSError, UnicodeError) as error:
        raise PortUnavailable(say("{port} cannot be reached.", port=address.name)) from error
    if address.carrier is Carrier.HTTP:
        connection.close()
        return QuestionWire((address.place, address.port), address.name, address.timing, CONNECT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if address.carrier is Carrier.MODBUS_TLS:
        from archroom.drivers.tls import TlsWire, encrypted  # no other line has to wait for ssl to be loaded

        return TlsWire(encrypted(connection, address.place, address.tls, address.name), address.name, address.timing)
    connection.setblocking(False)
    return DescriptorWire(connection, address.name, address.timing)


def _bind(address: PortAddress) -> Wire:
    """Open a socket of our own. Nobody can tell whether somebody listens at the far end before it answers."""
    try:
        family, kind, _, _, far_end = socket.getaddrinfo(address.place, address.port, type=socket.SOCK_DGRAM)[0]
        owner = socket.socket(family, kind)
        try:
            owner.bind(("", address.local_port))
        except OSError:
            owner.close()
            raise
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            taken = say("{port} is taken: another program holds it.", port=f"udp:{address.local_port}")
            raise PortUnavailable(taken) from error
        raise PortUnavailable(say("{port} cannot be reached.", port=address.name)) from error
    owner.setblocking(False)
    return DatagramWire(owner, (str(far_end[0]), int(far_end[1])), address.name, address.timing)


def may_come_back(url: str) -> bool:
    """Whether a port that is not there may be opened again: the number of a pseudo-terminal soon is somebody else's."""
    try:
        address = parse_port(url)
    except UsageError:
        return False
    is_bare = address.carrier is Carrier.SERIAL and not os.path.islink(address.place)
    return not (is_bare and is_pty(address.place))
