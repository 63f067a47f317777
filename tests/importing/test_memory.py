"""The memory of an import does not grow with its file."""

from __future__ import annotations

from pathlib import Path

from peak_memory import peak_kb

from benchmarks.finding_aids import write

READ = """
from pathlib import Path
from archroom.exchange.ead import read_ead
assert sum(1 for _ in read_ead(Path(sys.argv[1]))) > int(sys.argv[2])
"""
TAKE_IN = """
import time
from datetime import UTC, date, datetime
from pathlib import Path
from archroom.core.acts import Performer
from archroom.exchange.ead import read_ead
from archroom.services.importing import Intake, Source
from archroom.store.archive import open_archive

class Clock:
    def now(self): return datetime.now(UTC)
    def today(self): return date.today()
    def monotonic(self): return time.monotonic()

archive = open_archive(sys.argv[3], Clock(), create=True)
path = Path(sys.argv[1])
report = Intake(archive.importing()).take_in(
    [Source(path.name, read_ead(path))], Performer("a", "b/c"), False, lambda done: None
)
assert report.total.items == int(sys.argv[2])
"""


def test_50000_components_take_hardly_more_memory_than_5000(tmp_path: Path) -> None:
    small, large = tmp_path / "small.xml", tmp_path / "large.xml"
    write(small, 5_000, 400)
    write(large, 50_000, 4_000)
    assert large.stat().st_size > 25_000_000
    read_kb = [peak_kb(READ, path, count) for path, count in ((small, 5_000), (large, 50_000))]
    assert read_kb[1] - read_kb[0] < 25_000
    taken_kb = [
        peak_kb(TAKE_IN, path, count, f"sqlite:///{tmp_path / path.stem}.db")
        for path, count in ((small, 5_000), (large, 50_000))
    ]
    assert taken_kb[1] - taken_kb[0] < 60_000
    assert taken_kb[1] < 160_000
