"""systemd: saying that the server is ready and alive, and the unit file that asks for it.

Without NOTIFY_SOCKET nothing is said. Saying never fails: a service manager that does not listen is no reason to end.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

WATCHDOG_S = 20
RESTART_AFTER_S = 2


class ServiceManager:
    """The service manager that started this process, if one did."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        told = os.environ if environment is None else environment
        self._address = told.get("NOTIFY_SOCKET", "")
        is_ours = told.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        period = told.get("WATCHDOG_USEC", "")
        self.watchdog_s = (
            int(period) / 1_000_000 if self._address and is_ours and period.isdecimal() and int(period) else None
        )
        """Within what time it wants to be told that this process is alive; None if it does not."""

    def ready(self, status: str) -> None:
        """Say that the service listens."""
        self._say(f"READY=1\nSTATUS={status}")

    def alive(self, status: str = "") -> None:
        """Feed the watchdog, and say what is wrong all the same if something is."""
        self._say(f"WATCHDOG=1\nSTATUS={status}" if status else "WATCHDOG=1")

    def hangs(self, status: str) -> None:
        """Say why the watchdog is not fed."""
        self._say(f"STATUS={status}")

    def stopping(self) -> None:
        """Say that the service ends."""
        self._say("STOPPING=1")

    def _say(self, state: str) -> None:
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(state.encode(), address)


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What a unit file depends on."""

    program: str
    """Full path of `archroom`."""
    user: str
    group: str
    is_serial: bool
    """Whether a bus or sensor is on a serial port."""
    needs_home: bool
    """Whether the books or a profile lie in somebody's home folder."""


def unit_file(facts: UnitFacts) -> str:
    """Return the unit file of the shelving server.

    RestrictSUIDSGID is not set: the folder of the socket hands its group on, which that setting forbids.
    """
    devices = "DevicePolicy=closed\n" + "".join(f"DeviceAllow=char-{kind} rw\n" for kind in ("ttyUSB", "ttyACM", "ttyS"))
    return f"""# /etc/systemd/system/archroom-shelving.service
[Unit]
Description=archroom shelving server
After=network.target

[Service]
Type=notify
NotifyAccess=main
WatchdogSec={WATCHDOG_S}
User={facts.user}
Group={facts.group}
{"SupplementaryGroups=dialout" if facts.is_serial else "# no serial port: no group of its own"}
RuntimeDirectory=archroom
RuntimeDirectoryMode=2770
StateDirectory=archroom
ExecStart={_quoted(facts.program)} shelving serve
Restart=on-failure
RestartSec={RESTART_AFTER_S}
KillSignal=SIGTERM
TimeoutStopSec=10
UMask=0007

# locks of ports lie in /run/lock, where all users of the machine see them
ReadWritePaths=-/run/lock -/var/lock
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome={"no" if facts.needs_home else "yes"}
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
{devices if facts.is_serial else "PrivateDevices=yes" + chr(10)}
[Install]
WantedBy=multi-user.target
"""


def _quoted(path: str) -> str:
    """Return a path as a word of a unit file: percent signs are specifiers, dollar signs variables there."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(mark in escaped for mark in " \t\"'\\;") else escaped
