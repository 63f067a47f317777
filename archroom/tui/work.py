"""Work off the UI loop: a service call in a thread, and what came of it as a message. Nothing here touches a widget.

Each kind of work has a lane in which one job runs at a time and only the newest waits, so that a slow service cannot fill
the process with threads whose answers nobody wants any more.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final

from textual.dom import DOMNode
from textual.message import Message as Posted

from archroom.errors import ArchroomError, Message, say
from archroom.tui.messages import WorkFailed

Job = Callable[[], Posted]
"""Calls services and returns what happened; may raise ArchroomError."""
Failed = Callable[[Message], Posted]

MOST_THREADS: Final = 16
"""Threads for workers: more than there are lanes, so that no lane waits for another."""


def prepare_loop(leave: Callable[[], None]) -> None:
    """Give the running loop its threads, and leave in good order when the window is closed or the process is ended."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="archroom"))
    for name in ("SIGHUP", "SIGTERM"):
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):  # none on Windows or in a thread
            loop.add_signal_handler(getattr(signal, name), leave)


class Lane:
    """One kind of work of one screen or of the app."""

    def __init__(self, owner: DOMNode, name: str, what: Message) -> None:
        """`what` names the work for a person, should it fail."""
        self._owner = owner
        self._name = name
        self._what = what
        self._waiting: tuple[Job, Failed | None] | None = None
        self.is_busy = False
        """Whether a job runs."""

    def start(self, job: Job, failed: Failed | None = None) -> None:
        """Run a job as soon as the lane is free; one that waits already is replaced.

        Its message, or that of its failure, goes to the owner.
        """
        if self.is_busy:
            self._waiting = (job, failed)
            return
        self.is_busy = True
        self._owner.run_worker(
            lambda: self._carry_out(job, failed),
            name=self._name,
            group=self._name,
            exclusive=True,
            exit_on_error=False,
            thread=True,
        )

    def _carry_out(self, job: Job, failed: Failed | None) -> None:
        """Run on the worker's thread: every way a job can end becomes a message."""
        posted = outcome_of(job, failed or (lambda reason: WorkFailed(self._what, reason)))
        self._owner.app.call_later(self._next)
        self._owner.post_message(posted)

    def _next(self) -> None:
        self.is_busy = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None and self._owner.is_running:
            self.start(*waiting)


def outcome_of(job: Job, failed: Failed) -> Posted:
    """Return the message of a job or of its failure; an error that nobody foresaw is told, and the app goes on."""
    try:
        return job()
    except ArchroomError as error:
        return failed(error.message)
    except Exception as error:
        return failed(unforeseen(error))


def unforeseen(error: Exception) -> Message:
    """Return the sentence for an error that nobody foresaw: its kind only, because its text may hold anything."""
    return say("Something unexpected happened ({kind}).", kind=type(error).__name__)
