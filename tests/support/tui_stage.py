"""The app on its stage: keys with the times of a person or of a scanner, waiting for conditions, the screen as text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC

from textual import events
from textual.message import Message
from textual.pilot import Pilot
from textual.worker import WorkerCancelled
from tui_house import OPERATOR, TuiHouse

from archroom.services.simulation import Simulation
from archroom.tui.app import ArchroomApp

DEADLINE_S = 10.0
SCANNER_S, PERSON_S = 0.004, 0.12
"""Seconds between two keys."""
CHARACTERS = {"enter": "\r", "tab": "\t"}
KEY_NAMES = {"\r": "enter", "\n": "ctrl+j", "\t": "tab", " ": "space"}


def key_event(key: str) -> events.Key:
    """A key by its character or its name."""
    return events.Key(KEY_NAMES.get(key, key), key if len(key) == 1 else CHARACTERS.get(key))


@dataclass
class Stage:
    """One running app."""

    house: TuiHouse
    app: ArchroomApp
    pilot: Pilot[None]
    posted: list[Message]
    """Every message that was dispatched."""
    key_s: float = field(default_factory=lambda: Message().time)
    """Time of the last key."""

    def key(self, key: str, after_s: float) -> None:
        """Press one key, by its character or its name, so many seconds after the last one."""
        self.key_s += after_s
        event = key_event(key)
        event.time = self.key_s
        self.app.post_message(event)

    async def scan(self, text: str, end: str = "\r", pause_s: float = 1.0) -> None:
        """Scan a code as a wedge scanner types it, and wait until everything it caused is done."""
        self.burst(text, end, pause_s)
        await self.settle()

    def burst(self, text: str, end: str = "\r", pause_s: float = 1.0) -> None:
        """Scan a code, without waiting."""
        for index, character in enumerate(text + end):
            self.key(character, SCANNER_S if index else pause_s)

    async def type(self, text: str) -> None:
        """Type as a person does."""
        for character in text:
            self.key(character, PERSON_S)
        self.key_s += PERSON_S
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys by their names, as a person does."""
        for name in keys:
            self.key(name, PERSON_S)
            await self.settle()

    async def settle(self) -> None:
        """Wait until no key is held back and no worker runs."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                await self.pilot.pause()
                with suppress(WorkerCancelled):  # its job has ended, and the next one of its lane took its place
                    await self.app.workers.wait_for_complete()
                await self.pilot.pause()
                if not self.app.is_holding_keys and self.app.scans.is_idle and not any_running(self.app):
                    return

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(DEADLINE_S):
            while not is_so():
                await self.pilot.pause()
        await self.pilot.pause()

    async def until_shown(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        try:
            await self.until(lambda: text in self.shown())
        except TimeoutError:
            raise AssertionError(f"{text!r} does not stand here:\n{self.shown()}") from None

    def shown(self) -> str:
        """Return what stands on the screen, line by line."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)

    def said(self) -> str:
        """Return what stands on the screen as one line, so that a sentence is whole wherever it was broken."""
        return " ".join(self.shown().split())

    def toasts(self) -> list[str]:
        """Return what the toasts on the screen say."""
        return [notification.message for notification in self.app._notifications]

    def names(self) -> list[str]:
        """Return the names of our own messages that were dispatched, in order."""
        return [type(message).__name__ for message in self.posted if type(message).__module__ == "archroom.tui.messages"]


def any_running(app: ArchroomApp) -> bool:
    """Whether a worker of the app runs."""
    return any(worker.is_running for worker in app.workers)


@asynccontextmanager
async def on_stage(house: TuiHouse, size: tuple[int, int] = (80, 24), glyphs: str = "unicode") -> AsyncIterator[Stage]:
    """Run the app on a house whose clock stands."""
    app = ArchroomApp(
        house.services,
        OPERATOR,
        house.make_label,
        house.write_record,
        glyphs=glyphs,
        now=house.clock.now,
        now_s=house.clock.monotonic,
        zone=UTC,
        bench_files=house.bench_files,
        simulation=None if house.simulator is None else Simulation(house.simulator),
    )
    posted: list[Message] = []
    async with app.run_test(size=size, message_hook=posted.append, notifications=True) as pilot:
        stage = Stage(house, app, pilot, posted)
        await stage.settle()
        yield stage
