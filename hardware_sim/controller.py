"""The reference controller of one block: ``docs/shelving-protocol.md``, scan by scan. Pure: no IO, no clock.

Fed with register reads and writes, switches of its cabinet, and `scan()` once a scan period. A write takes effect at
the next scan only; what a read answers changes at scans only. It never starts a motion, locks or unlocks but for a
well-formed OPERATE that follows a living SELECT, and there is no register that resets a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hardware_sim import registers
from hardware_sim.block import Block, DriveFault
from hardware_sim.orders import CommandRecord, Motion, Selection, Task
from hardware_sim.registers import (
    Action,
    EndReason,
    ExceptionCode,
    Fault,
    Flag,
    Input,
    Mode,
    Operation,
    RegisterError,
    Result,
    State,
)
from hardware_sim.settings import Settings
from hardware_sim.tasks import LOCKING, changed_mask, is_too_narrow, names_what_is_there, obstacle_to, plan_of
from hardware_sim.watchdog import Watchdog

_DEAF_TO = {EndReason.WATCHDOG: DriveFault.LOST_LINK, EndReason.STOP: DriveFault.STOP}
"""The drive fault that leaves a motion running though it was ended for this reason."""
MAX_SELECT_TTL_MS = 10_000
MAX_OPERATE_TTL_MS = 60_000


@dataclass(slots=True, eq=False)
class Controller:
    """Controller of one block from one power-up to the next.

    `time_scale` is how many seconds of mechanics pass in one second of the controller. `mode` and `is_enabled` are
    set by the cabinet's switches: no register reaches them, and what is done to them is noticed at the next scan.
    """

    block: Block
    settings: Settings
    boot_id: int
    faults: Fault = Fault(0)
    mode: Mode = Mode.AUTOMATIC
    is_enabled: bool = True
    time_scale: float = 1.0
    state: State = field(default=State.STARTING, init=False)
    _watchdog: Watchdog = field(init=False)
    _record: CommandRecord = field(default_factory=CommandRecord, init=False)
    _selection: Selection | None = field(default=None, init=False)
    _motion: Motion | None = field(default=None, init=False)
    _end_reason: EndReason = field(default=EndReason.NONE, init=False)
    _inputs: int = field(default=0, init=False)
    _occupied: int = field(default=0, init=False)
    _occupied_latch: int = field(default=0, init=False)
    _now_ms: int = field(default=0, init=False)
    _status_ctr: int = field(default=0, init=False)
    _snapshot: tuple[int, ...] | None = field(default=None, init=False)
    _command: tuple[int, ...] | None = field(default=None, init=False)
    _command_echo: tuple[int, ...] = field(default=(0,) * registers.COMMAND_COUNT, init=False)
    _stop_is_written: bool = field(default=False, init=False)
    _stop_echo: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if not 1 <= self.boot_id <= 0xFFFF:
            raise ValueError("BOOT_ID is 1..65535")
        self._watchdog = Watchdog(self.settings.watchdog_ms, self.settings.watchdog_mode)

    # -- registers, as the wire sees them

    def read(self, address: int, count: int) -> Sequence[int]:
        """Holding registers from an address on. Raises RegisterError unless just one whole block is asked for."""
        self._watchdog.notice_read()
        if address == registers.STATUS and count == registers.status_count(len(self.block.carriages)):
            return self._status()
        if address == registers.IDENTITY and count == registers.IDENTITY_COUNT:
            return self._identity()
        if address == registers.COMMAND and count == registers.COMMAND_COUNT:
            return self._command_echo
        if address == registers.HEARTBEAT and count == 1:
            return (self._watchdog.heartbeat,)
        if address == registers.STOP and count == 1:
            return (self._stop_echo,)
        raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)

    def write(self, address: int, values: Sequence[int]) -> None:
        """Write holding registers; taken up at the next scan. Raises RegisterError outside of what may be written."""
        if address == registers.COMMAND and len(values) == registers.COMMAND_COUNT:
            self._command = self._command_echo = tuple(values)
        elif address == registers.HEARTBEAT and len(values) == 1:
            self.freeze_snapshot()
            self._watchdog.take_heartbeat(values[0])
        elif address == registers.STOP and len(values) == 1:
            self._stop_echo = values[0]
            self._stop_is_written = True
        else:
            raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)

    def _identity(self) -> tuple[int, ...]:
        settings = self.settings
        layout = self.block.layout
        fixed = sum(1 << facts.number - 1 for facts in layout.carriages if facts.is_fixed)
        block_number = layout.number if settings.block is None else settings.block
        speed = min(0xFFFF, round(self.block.mechanics.speed_mm_s * self.time_scale))
        return registers.with_check(
            (
                *(settings.magic, settings.map_version, settings.kind, block_number, len(layout.carriages)),
                *(settings.watchdog_ms, settings.watchdog_mode, settings.scan_ms),
                *(layout.aisle_mm, settings.warning_ms, speed, fixed & 0xFFFF, fixed >> 16),
                *registers.from_bytes(settings.serial.encode("ascii")),
                settings.capabilities,
            )
        )

    def _status(self) -> tuple[int, ...]:
        """The snapshot of the last scan, made when it is first asked for."""
        if self._snapshot is None:
            record, watchdog, ordered = self._record, self._watchdog, self._motion or self._selection
            target, closes, action = registers.NONE, registers.NONE, 0
            if ordered is not None:
                target, closes, action = ordered.task.aisle, ordered.task.closes, ordered.task.action + 1
            moving, occupied, locked = self.block.moving_mask(), self._occupied, self.block.locked_mask()
            flags = Flag.LOCAL_ENABLE * self.is_enabled | Flag.WATCHDOG_ARMED * watchdog.is_armed
            self._snapshot = registers.with_check(
                (
                    *(self._status_ctr, self.boot_id, record.epoch, record.seq, record.result),
                    *(self.state, self.mode, flags, self.faults, self._inputs),
                    *(occupied & 0xFFFF, occupied >> 16 & 0xFFFF, moving & 0xFFFF, moving >> 16),
                    *(target, closes, watchdog.heartbeat, self._end_reason),
                    *(record.refusal_count << 8 | record.refusal, locked & 0xFFFF, locked >> 16),
                    *(action, len(self.block.carriages)),
                    *self.block.positions_mm(),
                )
            )
        return self._snapshot

    def freeze_snapshot(self) -> None:
        """Something changes between two scans: what the status says until the next one is made now."""
        self._status()

    @property
    def end_reason(self) -> EndReason:
        """Why the last motion ended."""
        return self._end_reason

    # -- the cabinet

    def turn_mode_switch(self, mode: Mode) -> None:
        """Turn the mode switch."""
        self.freeze_snapshot()
        self.mode = mode

    def turn_enable_key(self, is_given: bool) -> None:
        """Give or take local enable."""
        self.freeze_snapshot()
        self.is_enabled = is_given

    def press_reset(self) -> Fault:
        """Local reset: clears each latched fault whose input is clear, starts nothing. Returns what stays latched."""
        self.freeze_snapshot()
        held = self._held_faults()
        if self.block.beam_mask():
            held |= Fault.BEAM
        if self.block.occupied_mask() & self._occupied_latch:
            held |= Fault.OCCUPIED
        else:
            self._occupied_latch = 0
        self.faults &= held
        return self.faults

    # -- the program

    def scan(self) -> None:
        """One scan: the time since the last one passes on the track, then inputs, STOP, watchdog, command, motion."""
        settings = self.settings
        self.block.step(settings.scan_ms * 0.001 * self.time_scale)
        self._now_ms += settings.scan_ms
        self._status_ctr = self._status_ctr + 1 & 0xFFFF
        self._snapshot = None
        self._read_inputs()
        if self._stop_is_written:
            self._stop_is_written = False
            self._selection = None
            self._end_motion(EndReason.STOP)
        if self._watchdog.has_expired(self._now_ms):
            self._selection = None
            self._end_motion(EndReason.WATCHDOG)
        if self._selection is not None and self._now_ms >= self._selection.expires_ms:
            self._selection = None
        if self._command is not None:
            command, self._command = self._command, None
            self._take_command(command)
        if self._motion is not None:
            self._drive(self._motion)
        if self._motion is None:
            self._rest()

    def _read_inputs(self) -> None:
        block = self.block
        if block.is_undisturbed:
            self._inputs = self._occupied = 0
            return
        self._occupied = block.occupied_mask()
        held = self._held_faults()
        beams = block.beam_mask()
        self._inputs = (held & (Fault.EMERGENCY_STOP | Fault.EDGE)) | (Input.BEAM if beams else 0)
        if held:
            self._latch(held, EndReason.FAULT)
        if self._motion is not None:
            changed = self._motion.changed_mask
            if beams & changed:
                self._latch(Fault.BEAM, EndReason.FAULT)
            if self._occupied & changed:
                self._occupied_latch |= self._occupied & changed
                self._latch(Fault.OCCUPIED, EndReason.OCCUPIED)

    def _held_faults(self) -> Fault:
        """The faults that latch in every state, as they are held right now."""
        block = self.block
        held = Fault(0)
        if block.emergency_stop_pressed:
            held |= Fault.EMERGENCY_STOP
        if block.is_edge_pressed():
            held |= Fault.EDGE
        if block.is_measured_impossible():
            held |= Fault.POSITION
        if block.is_overloaded():
            held |= Fault.DRIVE
        return held

    def _latch(self, fault: Fault, reason: EndReason) -> None:
        self.faults |= fault
        self._selection = None
        self._end_motion(reason)

    def _take_command(self, command: tuple[int, ...]) -> None:
        epoch, seq, op, aisle, closes, ttl_ms, check = command
        record = self._record
        malformation = record.malformation(
            epoch,
            seq,
            is_checked=check == registers.check_of(command[:-1]),
            is_known=registers.is_known(op, self.settings.capabilities),
        )
        if malformation is not None:
            record.refuse(malformation)
            return
        if epoch == record.epoch and seq == record.seq:
            return
        if epoch > record.epoch:
            self._selection = None
            self._end_motion(EndReason.STOP)
        selection, self._selection = self._selection, None
        record.epoch, record.seq = epoch, seq
        operation, task = Operation(op & 0xFF), Task(Action(op >> 8), aisle, closes)
        is_selected = selection is not None and (selection.seq, selection.task) == (seq - 1, task)
        refusal = self._refusal_of(operation, task, ttl_ms, is_selected=is_selected)
        if refusal is not None:
            record.result = refusal
        elif operation is Operation.SELECT:
            record.result = Result.SELECTED
            self._selection = Selection(seq, task, self._now_ms + ttl_ms)
        else:
            record.result = Result.ACCEPTED
            self._begin(task, ttl_ms)

    def _refusal_of(self, operation: Operation, task: Task, ttl_ms: int, *, is_selected: bool) -> Result | None:
        """The first reason against a well-formed command, in the order of the document's table."""
        limit_ms = MAX_SELECT_TTL_MS if operation is Operation.SELECT else MAX_OPERATE_TTL_MS
        if not 1 <= ttl_ms <= limit_ms:
            return Result.TTL_RANGE
        if not names_what_is_there(self.block, task):
            return Result.AISLE_WRONG
        if not self._watchdog.permits_motion and task.action not in LOCKING:
            return Result.WATCHDOG_NOT_ARMED
        if not self._is_permitted:
            return Result.NOT_ENABLED
        if self.faults or self._inputs:
            return Result.FAULTED
        if self._motion is not None or not self.block.is_still:
            return Result.MOVING
        obstacle = obstacle_to(self.block, task, self._occupied)
        if obstacle is not None:
            return obstacle
        if operation is Operation.OPERATE and not is_selected:
            return Result.NOT_SELECTED
        return Result.TOO_NARROW if is_too_narrow(self.block, task) else None

    @property
    def _is_permitted(self) -> bool:
        return self.mode is Mode.AUTOMATIC and self.is_enabled

    def _begin(self, task: Task, ttl_ms: int) -> None:
        """An OPERATE was accepted: lock or unlock at once, or begin the warning of a motion."""
        if task.action in LOCKING:
            self.block.set_locked(task.aisle, task.action is Action.LOCK)
            return
        plan = plan_of(self.block, task)
        self._motion = Motion(task, plan, changed_mask(plan), self._now_ms, ttl_ms)
        self._end_reason = EndReason.NONE
        self.state = State.WARNING

    # -- motion

    def _drive(self, motion: Motion) -> None:
        """What the outputs do in the time until the next scan."""
        if self.state is State.MOVING and self.block.is_still:
            self._end_reason = EndReason.ARRIVED
            self._motion = None
        elif self.state is State.STOPPING:
            if self.block.is_still:
                self._motion = None
        elif not self._is_permitted:
            self._end_motion(EndReason.NOT_ENABLED)
        elif self._now_ms - motion.accepted_ms >= motion.ttl_ms:
            self._end_motion(EndReason.TIME_TO_LIVE)
        elif self.state is State.WARNING and self._now_ms - motion.accepted_ms >= self.settings.warning_ms:
            self.block.run(motion.plan)
            self.state = State.MOVING

    def _end_motion(self, reason: EndReason) -> None:
        """Stop a warning or motion for this reason; a motion that is stopping already keeps its first reason."""
        if self._motion is None or self.state is State.STOPPING:
            return
        self._end_reason = reason
        if _DEAF_TO.get(reason, "") != self.block.drive_fault:
            self.block.stop()
        self.state = State.STOPPING
        if self.block.is_still:
            self._motion = None

    def _rest(self) -> None:
        """What STATE says while no motion is under way."""
        if self._selection is not None and not self._is_permitted:
            self._selection = None
        if self.faults:
            self.state = State.FAULTED
        else:
            self.state = State.IDLE if self._selection is None else State.SELECTED
