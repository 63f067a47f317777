"""Between the keyboard and the app: holds keys back until they are known to be typing or a scan, and hands typing on.

Runs before focus and bindings, so a scanner presses no button and fills no box.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from textual import events
from textual.timer import Timer
from textual.widget import Widget

from archroom.tui.desk.bursts import GAP_S, Bursts, Fate, Scan, Verdict

BOX_S: Final = 0.1
"""Longest time an action waits for the box to take the keys typed before it."""
SETTLING_S: Final = 0.01
"""How long typed keys wait before they look again whether a screen that comes up can take them."""
HandOn = Callable[[events.Key], Awaitable[None]]


class Listener:
    """Feeds keys to the burst detection and acts on its verdicts."""

    def __init__(
        self,
        hand_on: HandOn,
        is_ready: Callable[[], bool],
        scanned: Callable[[Scan], Awaitable[None]],
        burst_typed: Callable[[str], None],
        set_timer: Callable[[float, Callable[[], Awaitable[None]]], Timer],
    ) -> None:
        """`is_ready` says whether the screen can take keys; `burst_typed` is told of keys as fast as a scanner's."""
        self._hand_on = hand_on
        self._is_ready = is_ready
        self._scanned = scanned
        self._burst_typed = burst_typed
        self._set_timer = set_timer
        self._bursts = Bursts()
        self._held: list[events.Key] = []
        self._timer: Timer | None = None
        self._typed: deque[events.Key] = deque()
        self._settling: Timer | None = None

    @property
    def is_holding(self) -> bool:
        """Whether keys are held back."""
        return bool(self._held or self._typed)

    async def key(self, event: events.Key, is_strict: bool, is_guarded: bool) -> None:
        """Take one key; `is_strict` while any burst is a scan, `is_guarded` while a key that ends a burst is part of it."""
        if self._held and self._bursts.is_silent(event.time):
            await self.release()
        self._bursts.is_strict, self._bursts.is_guarded = is_strict, is_guarded
        verdict = self._bursts.key(event.key, event.character, event.time)
        self._stop_timer()
        if verdict.fate is Fate.HELD:
            self._held.append(event)
        elif verdict.fate is Fate.PASSED or verdict.scan is not None or verdict.typed:
            await self._carry_out(verdict)
        if verdict.fate is Fate.PASSED:
            await self._type(event)
        if self._held:
            self._timer = self._set_timer(GAP_S, self.release)

    async def release(self) -> None:
        """Decide on what is held, because nothing more can belong to it."""
        self._stop_timer()
        await self._carry_out(self._bursts.silence())

    async def _carry_out(self, verdict: Verdict) -> None:
        held, self._held = self._held, []
        for event in held[: verdict.typed]:
            await self._type(event)
        if verdict.burst:
            self._burst_typed(verdict.burst)
        if verdict.scan is not None:
            await self._scanned(verdict.scan)

    async def _type(self, event: events.Key) -> None:
        """Hand a typed key on in its order; what is typed while a screen comes up waits for its box."""
        self._typed.append(event)
        await self._flush()

    async def _flush(self) -> None:
        while self._typed:
            if not self._is_ready():
                self._settling = self._settling or self._set_timer(SETTLING_S, self._settled)
                return
            await self._hand_on(self._typed.popleft())

    async def _settled(self) -> None:
        self._settling = None
        await self._flush()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


async def let_finish(box: Widget | None) -> None:
    """Let a box take the keys that came before an action; for a moment only, because STOP comes behind it."""
    is_done = asyncio.Event()
    if box is not None and box.call_later(is_done.set):
        with suppress(TimeoutError):
            async with asyncio.timeout(BOX_S):
                await is_done.wait()
