"""`shelving bundle`: everything that helps to find a fault from afar, in one file, without people and without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archroom import config
from archroom.cli.arguments import Commands
from archroom.core.bench import WrittenBundle
from archroom.errors import ArchroomError, say
from archroom.texts import tr

if TYPE_CHECKING:
    from archroom.cli.job import Job
    from archroom.cli.output import Json
    from archroom.config import Config
    from archroom.core.bench import BusCounts
    from archroom.wiring import House


def add_commands(group: Commands) -> None:
    """Add `bundle` to `shelving`."""
    bundle = group.add(
        "bundle",
        say("Write settings, profiles, journal, counters and versions into a ZIP file for whoever helps from afar."),
        "archroom shelving bundle fault.zip",
        _bundle,
    )
    bundle.add_argument("file", metavar="FILE.zip", help=tr("the new file"))
    bundle.add_argument(
        "--record", metavar="FILE", action="append", default=[], help=tr("frames that `shelving monitor` has recorded")
    )


def _bundle(job: Job) -> int:
    written = bundle_of(job.house, Path(job.args.file), [Path(name) for name in job.args.record])
    names: list[Json] = [*written.contents]
    problems: list[Json] = [*written.problems]
    told = tr("{file}: {count} files", file=written.file, count=len(names))
    shape: dict[str, Json] = {"file": written.file, "contents": names, "problems": problems}
    job.output.result(shape, [told, *(f"  {name}" for name in written.contents)])
    job.output.note(say("Names of people and passwords are left out; look into it before you give it away."))
    return 0


def bundle_of(house: House, file: Path, records: Sequence[Path]) -> WrittenBundle:
    """Write a new bundle with recorded frames; raises UsageError if the file is there or cannot be written."""
    from archroom.shelving.bundle import BundleSources, write_bundle

    settings = house.config
    counters, problems = _counters(house)
    families = [bus.profile for bus in settings.buses] + [sensor.family for sensor in settings.sensors]
    sources = BundleSources(
        state_folder=settings.state_folder,
        settings=_settings(settings),
        names=frozenset({settings.operator, config.login_name()}),
        home=str(Path.home()),
        profiles=sorted({name for name in families if name.endswith(".toml")}),
        records=records,
        counters=counters,
        problems=problems,
    )
    return WrittenBundle(str(file), tuple(write_bundle(file, sources)), tuple(problems))


def _counters(house: House) -> tuple[list[BusCounts] | None, list[str]]:
    """Return the counters, or why there are none: a bundle is written all the same."""
    if not house.config.buses:
        return None, []
    try:
        return house.bench.counters(), []
    except ArchroomError as error:
        return None, [f"counters: {error.message.english()}"]


def _settings(chosen: Config) -> dict[str, Json]:
    """Return the settings that concern the shelving, by an explicit list: what is not on it cannot slip out."""
    return {
        "database": chosen.database.partition(":")[0],
        "language": chosen.language,
        "glyphs": chosen.glyphs,
        "shelving_group": chosen.shelving_group,
        "buses": [
            {"url": bus.url, "units": {str(k): v for k, v in bus.units.items()}, "profile": bus.profile}
            for bus in chosen.buses
        ],
        "sensors": [
            {"room": one.room, "url": one.url, "unit": one.unit, "family": one.family, "scale": one.scale}
            for one in chosen.sensors
        ],
    }
