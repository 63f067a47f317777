"""What a service tells the person who acted: one answer for the app, the command line and the plain scan loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archroom.core.holdings import Standing
    from archroom.core.scans import Step
    from archroom.errors import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What one scan or command did, in words."""

    step: Step
    """The act word; REFUSE for whatever did not happen."""
    is_ok: bool
    message: Message
    subject_kind: str
    """`person`, `box`, `volume`, `tube`, `folder`, `item`, `place`, `command` or `unknown`."""
    subject: str
    """Own code of what was scanned, or the text as far as it may be shown; a person's code is never shown."""
    standing: Standing | None = None
    """How the thing concerned stands now."""
    seq: int | None = None
    """Number of the event it left, None if nothing changed."""
    is_repeat: bool = False
    """Whether the scan was the same code again within the debounce time, and counted once."""
