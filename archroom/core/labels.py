"""What stands on a label: facts only; drawing them is `archroom.labels`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelContent:
    """The words and the code of one label. Texts are cleaned and may be long; the drawing cuts them, never the code."""

    code: str
    """The own code, or the word of a command card: what the bars and the QR say."""
    reference: str = ""
    """Reference code or shelf address, empty if there is none."""
    title: str = ""
    subtitle: str = ""
    """Collection of a thing, room of a shelf; empty if there is none, or if the title ends with it."""
