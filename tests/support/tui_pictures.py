"""Pictures of screens, as text and as SVG: compared with those that were kept, or kept anew."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from tui_stage import Stage

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "tui" / "pictures"
MANUAL = ROOT / "docs" / "pictures"
IS_WRITING = os.environ.get("ARCHROOM_WRITE_PICTURES") == "1"
SIZES = [(80, 24), (160, 50)]
MANUAL_SIZE = (100, 30)

Scene = Callable[[Stage], Awaitable[None]]


def compared(name: str, shown: str, is_writing: bool = IS_WRITING) -> None:
    """Compare a picture with the one that was kept, or keep it."""
    path = FOLDER / f"{name}.txt"
    if is_writing:
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown + "\n", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == shown + "\n"


def drawing(stage: Stage) -> str:
    """The screen as SVG, that loads no font from elsewhere."""
    drawn = stage.app.export_screenshot(title="archroom")
    return re.sub(r"@font-face \{[^}]*\}\s*", "", drawn)


def words_in(drawn: str) -> list[str]:
    """The texts of an SVG, in order."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
