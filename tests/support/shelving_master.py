"""A master that speaks the register map to a simulated block on a virtual clock: what tests of the simulator share."""

from __future__ import annotations

from collections.abc import Sequence

from hardware_sim import Mechanics, Settings, VirtualBlock, registers
from hardware_sim.layout import BlockLayout, CarriageFacts
from hardware_sim.registers import Action, Result

SCAN_S = 0.02

STATUS_NAMES = (
    *("STATUS_CTR", "BOOT_ID", "EPOCH", "LAST_SEQ", "LAST_RESULT", "STATE", "MODE", "FLAGS", "FAULTS", "INPUTS"),
    *("OCCUPIED_LO", "OCCUPIED_HI", "MOVING_LO", "MOVING_HI", "TARGET", "CLOSES", "HB_ECHO", "END_REASON"),
    *("REFUSAL", "LOCKED_LO", "LOCKED_HI", "ACTION", "CARRIAGES"),
)


def track(
    carriages: int = 6,
    *,
    fixed: Sequence[int] = (),
    end_aisles: tuple[bool, bool] = (True, True),
    open_aisles: tuple[int, ...] = (0,),
    number: int = 1,
) -> BlockLayout:
    """A block of carriages 550 mm deep with an aisle of 800 mm and a clearance of 25 mm."""
    facts = tuple(CarriageFacts(carriage, carriage in fixed, 550) for carriage in range(1, carriages + 1))
    return BlockLayout(number, "Block", 800, 25, end_aisles, open_aisles, facts)


class Master:
    """Commands a block with rising epochs and sequence numbers and keeps its watchdog fed while time passes."""

    def __init__(
        self,
        layout: BlockLayout | None = None,
        *,
        mechanics: Mechanics | None = None,
        settings: Settings | None = None,
        speed: float = 1.0,
    ) -> None:
        self.block = VirtualBlock(layout or track(), mechanics=mechanics, settings=settings, speed=speed)
        self.epoch = 1
        self.seq = 0
        self.block.advance(SCAN_S)

    def status(self) -> dict[str, int]:
        """The registers of the status block by name; positions as POS_1, POS_2 ..."""
        count = len(self.block.station.block.carriages)
        values = self.block.read(registers.STATUS, registers.status_count(count))
        assert registers.check_of(values[:-1]) == values[-1]
        names = (*STATUS_NAMES, *(f"POS_{carriage}" for carriage in range(1, count + 1)))
        return dict(zip(names, values[:-1], strict=True))

    def beat(self) -> None:
        """One heartbeat, taken up by a scan."""
        self.block.write(registers.HEARTBEAT, 1)
        self.block.advance(SCAN_S)

    def live(self, seconds: float) -> None:
        """Let time pass with a heartbeat every 200 ms."""
        scans = round(seconds / SCAN_S)
        for scan in range(scans):
            if scan % 10 == 0:
                self.block.write(registers.HEARTBEAT, scan & 0xFFFF)
            self.block.advance(SCAN_S)

    def order(self, operation: int, aisle: int, closes: int, ttl_ms: int, action: int = Action.OPEN) -> int:
        """Send the next command and return LAST_RESULT after the scan that took it."""
        self.seq += 1
        values = registers.command(self.epoch, self.seq, operation, aisle, closes, ttl_ms, action=action)
        self.block.write(registers.COMMAND, *values)
        self.block.advance(SCAN_S)
        status = self.status()
        assert (status["EPOCH"], status["LAST_SEQ"]) == (self.epoch, self.seq)
        return status["LAST_RESULT"]

    def select(self, aisle: int, closes: int, ttl_ms: int = 5000, action: int = Action.OPEN) -> int:
        """SELECT; returns the result."""
        return self.order(registers.Operation.SELECT, aisle, closes, ttl_ms, action)

    def operate(self, aisle: int, closes: int, ttl_ms: int = 60_000, action: int = Action.OPEN) -> int:
        """OPERATE; returns the result."""
        return self.order(registers.Operation.OPERATE, aisle, closes, ttl_ms, action)

    def start(self, aisle: int, closes: int, ttl_ms: int = 60_000, action: int = Action.OPEN) -> None:
        """Feed the watchdog, select and operate; both must be taken."""
        self.beat()
        assert self.select(aisle, closes, action=action) == Result.SELECTED
        assert self.operate(aisle, closes, ttl_ms, action) == Result.ACCEPTED

    def run(self, aisle: int, closes: int, action: int = Action.OPEN) -> list[int]:
        """Start a motion and let it arrive; returns the widths of the gaps 0..N in whole mm."""
        self.start(aisle, closes, action=action)
        self.live(50.0)
        assert self.status()["END_REASON"] == registers.EndReason.ARRIVED
        return self.gaps_mm()

    def gaps_mm(self) -> list[int]:
        """The true widths of the gaps 0..N, rounded."""
        return [round(gap) for gap in self.block.station.block.gaps_mm()]

    def lock(self, carriage: int, *, is_locked: bool = True) -> None:
        """Lock a carriage, or unlock it; must be taken."""
        action = Action.LOCK if is_locked else Action.UNLOCK
        assert self.select(carriage, registers.NONE, action=action) == Result.SELECTED
        assert self.operate(carriage, registers.NONE, action=action) == Result.ACCEPTED
