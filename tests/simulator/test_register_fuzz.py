"""Whatever is written to whatever register, no carriage moves beside somebody whom the detectors see, none that is locked.

The oracle is the track's own truth: how far the sides of a person's aisle moved since they came in, and hits. Two
canaries: the same writes do move an empty block by every action, and do hit a person whom no detector sees.
"""

from __future__ import annotations

from random import Random

import pytest
from shelving_master import SCAN_S, track

from hardware_sim import Settings, VirtualBlock, registers
from hardware_sim.layout import BlockLayout
from hardware_sim.registers import NONE, TOWARDS_ORIGIN, Action, RegisterError

ADDRESSES = (0x0000, 0x0005, 0x0100, 0x0117, 0x0200, 0x0203, 0x0210, 0x0211, 0x0220, 0x0300)
ACTS_PER_RUN = 1000
SPEED = 5.0
WALK_IN_MM = 40**2 / 400 + SPEED * 40 * SCAN_S + 1e-6
"""What a carriage covers from the moment somebody steps in until it stands: one scan at full speed, and braking."""


def layout_of(seed: int) -> BlockLayout:
    if seed % 2:
        return track(7, fixed=(4,), end_aisles=(True, False), open_aisles=(2, 5))
    return track(6, end_aisles=(False, True), open_aisles=(3,))


class Fuzzer:
    """Writes to a block at random, often enough with sense that it moves."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.block = VirtualBlock(layout_of(seed), seed=seed, speed=SPEED, settings=Settings(warning_ms=100))
        self.travelled_mm = dict.fromkeys(range(7), 0.0)
        """By the ACTION that was under way."""
        self.locks = 0

    def act(self) -> None:
        """One write of some kind, then some time."""
        random = self.random
        kind = random.random()
        if kind < 0.35:
            self.block.write(registers.HEARTBEAT, random.randrange(0x10000))
        elif kind < 0.85:
            self._command()
        elif kind < 0.86:
            self.block.write(registers.STOP, random.randrange(0x10000))
        else:
            self._anything()
        block = self.block.station.block
        before, locked = [carriage.position for carriage in block.carriages], block.locked
        action = self._status()[21]
        self.block.advance(SCAN_S * random.choice((1, 1, 1, 2, 10, 40)))
        ways = [abs(carriage.position - was) for carriage, was in zip(block.carriages, before, strict=True)]
        self.travelled_mm[action] += sum(ways)
        assert not any(ways[carriage - 1] for carriage in locked & block.locked)
        self.locks += len(block.locked - locked)

    def _status(self) -> list[int]:
        return self.block.read(registers.STATUS, registers.status_count(len(self.block.station.block.carriages)))

    def _command(self) -> None:
        random = self.random
        status = self._status()
        epoch, seq = status[2], status[3]
        if status[5] == registers.State.SELECTED and random.random() < 0.8:
            operation, action, aisle, closes = 2, status[21] - 1, status[14], status[15]
        else:
            operation = random.choice((1, 1, 1, 2))
            action, aisle, closes = self._task()
        ttl_ms = random.randint(1, 60_000) % 10_000 + 1
        values = list(registers.command(epoch, seq + 1, operation, aisle, closes, ttl_ms, action=action))
        if random.random() < 0.1:
            values[random.randrange(7)] = random.randrange(0x10000)
            values[6] = registers.check_of(values[:6]) if random.random() < 0.7 else values[6]
        self.block.write(registers.COMMAND, *values)

    def _task(self) -> tuple[Action, int, int]:
        """An action with AISLE and CLOSES that often fit; a locked carriage is soon unlocked."""
        random, block = self.random, self.block.station.block
        if block.locked and random.random() < 0.2:
            return Action.UNLOCK, random.choice(sorted(block.locked)), NONE
        action = random.choice((*[Action.OPEN] * 4, Action.JOG, Action.JOG, *Action))
        gaps = block.gaps_mm()
        number = random.randrange(len(gaps))
        if action is Action.JOG:
            roomy = max(range(len(gaps)), key=lambda gap: gaps[gap] * random.random())
            number, way = random.choice(((roomy, 0), (roomy + 1, TOWARDS_ORIGIN)))
            return action, number, way | random.randint(1, 800)
        if action in (Action.LOCK, Action.UNLOCK):
            return action, number, NONE
        if action is Action.CLOSE:
            number = 0 if block.layout.end_aisles[1] else len(block.carriages)
        segment = block.segment_of(number)
        wide = [gap for gap in range(segment.first, segment.last + 1) if gaps[gap] > 780]
        return action, number, random.choice([*wide, *wide, NONE])

    def _anything(self) -> None:
        address = self.random.choice(ADDRESSES)
        values = [self.random.randrange(0x10000) for _ in range(self.random.choice((1, 1, 2, 7, 19)))]
        is_refused = False
        try:
            self.block.write(address, *values)
        except RegisterError:
            is_refused = True
        is_writable = (address, len(values)) in ((registers.COMMAND, 7), (registers.HEARTBEAT, 1), (registers.STOP, 1))
        assert is_refused != is_writable


@pytest.mark.parametrize("seed", range(12))
def test_nobody_who_is_seen_is_moved_beside(seed: int) -> None:
    fuzzer = Fuzzer(seed)
    fuzzer.block.control("person_in", aisle=2 if seed % 2 else 3, name="Ada")
    fuzzer.block.advance(SCAN_S)
    for _ in range(ACTS_PER_RUN):
        fuzzer.act()
        (person,) = fuzzer.block.station.block.people
        assert person.shifted_mm == 0.0
    assert fuzzer.block.station.block.hits == 0


@pytest.mark.parametrize("seed", range(12))
def test_somebody_who_walks_in_at_any_time_is_not_reached(seed: int) -> None:
    fuzzer = Fuzzer(seed)
    block = fuzzer.block.station.block
    visits_in_motion = 0
    for _ in range(ACTS_PER_RUN):
        fuzzer.act()
        wide = [aisle for aisle, gap in enumerate(block.gaps_mm()) if gap > 320 and block.layout.is_enterable(aisle)]
        if block.people:
            assert block.people[0].shifted_mm <= WALK_IN_MM
            if fuzzer.random.random() < 0.2:
                block.let_out("Ada")
                fuzzer.block.control("reset")
        elif wide and fuzzer.random.random() < 0.1:
            visits_in_motion += not block.is_still
            block.let_in("Ada", fuzzer.random.choice(wide))
    assert block.hits == 0
    assert visits_in_motion > 3


def test_canary_the_same_writes_move_an_empty_block_by_every_action() -> None:
    travelled_mm, locks = dict.fromkeys(range(7), 0.0), 0
    for seed in range(12):
        fuzzer = Fuzzer(seed)
        for _ in range(ACTS_PER_RUN):
            fuzzer.act()
        assert sum(fuzzer.travelled_mm.values()) > 5_000
        travelled_mm = {action: way_mm + fuzzer.travelled_mm[action] for action, way_mm in travelled_mm.items()}
        locks += fuzzer.locks
    moving = (Action.OPEN, Action.CLOSE, Action.VENTILATE, Action.JOG)
    assert min(travelled_mm[action + 1] for action in moving) > 10_000
    assert locks > 50


@pytest.mark.parametrize("seed", range(12))
def test_canary_the_same_writes_hit_whom_no_detector_sees(seed: int) -> None:
    fuzzer = Fuzzer(seed)
    fuzzer.block.control("person_in", aisle=2 if seed % 2 else 3, name="Ada", detected=False)
    for _ in range(ACTS_PER_RUN):
        fuzzer.act()
    assert fuzzer.block.station.block.hits == 1
