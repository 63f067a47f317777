"""Notices when the process that started this one is gone.

On Linux the kernel sends a signal, which is only a hint: it also comes when no more than the *thread* that started us
has ended. So what counts, there and elsewhere, is whether the parent process is still the same one.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable

POLL_S = 0.5
"""How often to look where no signal tells."""

_PR_SET_PDEATHSIG = 1
_SYNCHRONIZE = 0x00100000


class Parent:
    """The process that started this one."""

    __slots__ = ("_handle", "_pid")

    def __init__(self) -> None:
        self._pid = os.getppid()
        self._handle = 0
        if sys.platform == "win32":
            import ctypes

            self._handle = ctypes.windll.kernel32.OpenProcess(_SYNCHRONIZE, False, self._pid)

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        if sys.platform == "win32":
            import ctypes

            return bool(self._handle) and ctypes.windll.kernel32.WaitForSingleObject(self._handle, 0) == 0
        return os.getppid() != self._pid


def ask_for_hint(wake: Callable[[], None]) -> None:
    """Have `wake` called about when the parent ends, where the system offers that."""
    if sys.platform == "linux":
        import ctypes

        signal.signal(signal.SIGUSR1, lambda _number, _frame: wake())
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1)
