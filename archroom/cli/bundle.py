"""`shelving bundle`: everything that helps to find a fault from afar, in one file, without people and without secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archroom import config
from archroom.cli.arguments import Commands
from archroom.errors import ArchroomError, say
from archroom.texts import tr

if TYPE_CHECKING:
    from archroom.cli.job import Job
    from archroom.cli.output import Json
    from archroom.core.bench import BusCounts


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
    from archroom.shelving.bundle import BundleSources, write_bundle

    settings = job.settings.config
    counters, problems = _counters(job)
    families = [bus.profile for bus in settings.buses] + [sensor.family for sensor in settings.sensors]
    sources = BundleSources(
        state_folder=settings.state_folder,
        settings=_settings(job),
        names=frozenset({settings.operator, config.login_name()}),
        home=str(Path.home()),
        profiles=sorted({name for name in families if name.endswith(".toml")}),
        records=[Path(name) for name in job.args.record],
        counters=counters,
        problems=problems,
    )
    file = Path(job.args.file)
    names = write_bundle(file, sources)
    shape: dict[str, Json] = {"file": str(file), "contents": names, "problems": problems}
    job.output.result(
        shape, [tr("{file}: {count} files", file=str(file), count=len(names)), *(f"  {name}" for name in names)]
    )
    job.output.note(say("Names of people and passwords are left out; look into it before you give it away."))
    return 0


def _counters(job: Job) -> tuple[list[BusCounts] | None, list[str]]:
    """Return the counters, or why there are none: a bundle is written all the same."""
    if not job.settings.config.buses:
        return None, []
    try:
        return job.house.bench.counters(), []
    except ArchroomError as error:
        return None, [f"counters: {error.message.english()}"]


def _settings(job: Job) -> dict[str, Json]:
    """Return the settings that concern the shelving, by an explicit list: what is not on it cannot slip out."""
    chosen = job.settings.config
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
