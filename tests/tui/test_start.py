"""The start: what stands on the first screen is loaded and read before it, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from archroom import config
from archroom.cli import demo_house
from archroom.wiring import House

LATER = {
    "archroom.core.rooms",
    "archroom.core.searching",
    "archroom.core.shelving",
    "archroom.services.aisles",
    "archroom.services.finding",
    "archroom.services.importing",
    "archroom.shelving.client",
    "archroom.store.hits",
    "archroom.store.models",
    "archroom.store.writing",
    "archroom.tui.find.screen",
    "archroom.tui.help",
}
"""What the first act, the first search or the first look at the shelving loads."""
OPENING = """
import sys
from pathlib import Path
from archroom import config
from archroom.wiring import House
settings = config.load(config.Options(database=sys.argv[1])).config
with House(settings) as house:
    house.books.opened()
    from archroom.tui.app import ArchroomApp
    app = ArchroomApp(house, house.performer, lambda codes: Path(), lambda record: (Path(), ""))
    app.get_default_screen()
    assert app.journal.entries(1), "no acts were read"
print(*sys.modules, sep="\\n")
"""


def test_only_what_the_first_screen_shows_is_loaded(tmp_path: Path) -> None:
    with House(demo_house.demo_config(config.load().config, tmp_path, "tcp://127.0.0.1:502")) as house:
        demo_house.furnish(house)
        url = house.config.database
    run = subprocess.run([sys.executable, "-c", OPENING, url], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(run.stdout.split())
    assert "archroom.tui.desk.screen" in loaded
    assert sorted(loaded & LATER) == []
