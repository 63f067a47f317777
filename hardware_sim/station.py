"""One unit on the wire: its steel, its controller, and whether it has power. Pure."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hardware_sim import registers
from hardware_sim.block import Block
from hardware_sim.controller import Controller
from hardware_sim.layout import BlockLayout
from hardware_sim.mechanics import Mechanics
from hardware_sim.modbus import READ_HOLDING, answer, written
from hardware_sim.registers import Mode
from hardware_sim.settings import Settings


class Station:
    """A block with its controller; keeps what outlives a power cut (switches, latched faults, locks, where things stand)."""

    __slots__ = (
        *("_controller", "_is_powered", "_random", "block", "cached_status", "is_silent", "listeners"),
        *("next_scan_ms",),
    )

    def __init__(self, layout: BlockLayout, mechanics: Mechanics | None, settings: Settings, random: Random) -> None:
        self.block = Block(layout, mechanics)
        self._random = random
        self._is_powered = True
        self.is_silent = False
        """A dead line: nothing that is sent to this unit arrives."""
        self.cached_status: bytes | None = None
        """What a gateway that repeats itself answers to every read of the status."""
        self.listeners: list[Callable[[int, tuple[int, ...]], None]] = []
        """Told of each write that was taken, whoever it came from: the address and the values."""
        self._controller = Controller(self.block, settings, self._draw_boot_id())
        self.next_scan_ms = float(settings.scan_ms)

    @property
    def controller(self) -> Controller:
        """The controller since the last power-up."""
        return self._controller

    @property
    def is_powered(self) -> bool:
        """Whether the controller has power; without it the brakes hold."""
        return self._is_powered

    @property
    def is_heard(self) -> bool:
        """Whether requests arrive and are answered."""
        return self._is_powered and not self.is_silent

    def answer(self, pdu: bytes) -> bytes:
        """Carry out a request and give its reply PDU, an exception reply included."""
        cached = self.cached_status
        if cached is not None and len(pdu) == 5 and pdu[:3] == bytes((READ_HOLDING, registers.STATUS >> 8, 0)):
            return cached
        reply = answer(self._controller, pdu)
        if self.listeners and reply[0] == pdu[0] != READ_HOLDING:
            self._tell(pdu)
        return reply

    def obey_broadcast(self, pdu: bytes) -> None:
        """A broadcast is obeyed as STOP only."""
        write = written(pdu)
        if write is not None and write[0] == registers.STOP and len(write[1]) == 1:
            self._controller.write(*write)
            self._tell(pdu)

    def _tell(self, pdu: bytes) -> None:
        write = written(pdu)
        if write is not None:
            for listen in self.listeners:
                listen(*write)

    def scan(self) -> None:
        """One scan period passes."""
        controller = self._controller
        if self.block.cranked is not None and controller.mode is not Mode.HAND_CRANK:
            self.block.stop()
        if self._is_powered:
            controller.scan()
        else:
            self.block.step(controller.settings.scan_ms * 0.001 * controller.time_scale)
        self.next_scan_ms += controller.settings.scan_ms

    def switch_power(self, is_on: bool) -> None:
        """Cut or give power. The cut brakes what moves; the return is a boot with another BOOT_ID."""
        if is_on == self._is_powered:
            return
        self._is_powered = is_on
        if is_on:
            self._boot(self._controller.settings)
        else:
            self.block.stop()

    def configure(self, settings: Settings) -> None:
        """Give the controller other settings, which takes a boot."""
        self.block.stop()
        self._boot(settings)

    def repeat_status(self, is_on: bool) -> None:
        """Begin or end being behind a gateway that answers status reads from its memory."""
        count = registers.status_count(len(self.block.carriages))
        request = bytes((READ_HOLDING, registers.STATUS >> 8, registers.STATUS & 0xFF, 0, count))
        self.cached_status = answer(self._controller, request) if is_on else None

    def _boot(self, settings: Settings) -> None:
        old = self._controller
        boot_id = old.boot_id
        while boot_id == old.boot_id:
            boot_id = self._draw_boot_id()
        self._controller = Controller(
            self.block, settings, boot_id, old.faults, old.mode, old.is_enabled, time_scale=old.time_scale
        )

    def _draw_boot_id(self) -> int:
        """1..65535, from `random()`, whose sequence is the same in every Python."""
        return 1 + int(self._random.random() * 0xFFFF)
