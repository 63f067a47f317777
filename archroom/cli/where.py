"""`where`: which files this machine uses, and where each setting came from. Passwords are never shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archroom import paths
from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.config import Config, Settings, Source, masked
from archroom.errors import say
from archroom.texts import chosen_language, tr


def add_commands(commands: Commands) -> None:
    """Add `where`."""
    commands.add("where", say("Say which files are used and where each setting came from."), "archroom where", _where)


def _where(job: Job) -> int:
    settings = job.settings
    values = _values(settings.config)
    files = _files(settings)
    shapes: dict[str, Json] = {
        key: {"value": value, "source": settings.sources[key].kind, "name": settings.sources[key].name}
        for key, value in values.items()
    }
    job.output.result({"paths": files, "settings": shapes}, _lines(settings, files, values))
    return 0


def _values(config: Config) -> dict[str, str]:
    buses = [masked(bus.url) + "".join(f" {block}={unit}" for block, unit in bus.units.items()) for bus in config.buses]
    sensors = [f"{sensor.name} ({sensor.room}) {masked(sensor.url)} {sensor.unit}" for sensor in config.sensors]
    return {
        "database": masked(config.database),
        "operator": config.operator,
        "terminal": config.terminal,
        "loan_days": str(config.loan_days),
        "language": config.language or chosen_language(),
        "bus": ", ".join(buses),
        "sensor": ", ".join(sensors),
        "shelving_group": config.shelving_group,
        "glyphs": config.glyphs,
        "label_stock": config.label_stock,
        "state_folder": str(config.state_folder),
        "run_folder": str(config.run_folder),
    }


def _files(settings: Settings) -> dict[str, str]:
    state = settings.config.state_folder
    return {
        "config": str(settings.file),
        "data": str(paths.data_folder()),
        "state": str(state),
        "log": str(paths.log_file(state)),
        "run": str(settings.config.run_folder),
        "demo": str(paths.demo_folder()),
    }


def _lines(settings: Settings, files: Mapping[str, str], values: Mapping[str, str]) -> Iterator[str]:
    words = {
        "config": tr("settings"),
        "data": tr("data"),
        "state": tr("state"),
        "log": tr("log"),
        "run": tr("shelving server"),
        "demo": tr("demo"),
    }
    for name, file in files.items():
        is_missing = name == "config" and not settings.is_file_there
        said = tr("{word}: {what}", word=words[name], what=file)
        yield said + (" " + tr("(not there; defaults hold)") if is_missing else "")
    for key, value in values.items():
        yield f"{key} = {value or '-'}  ({_source_words(settings.sources[key])})"


def _source_words(source: Source) -> str:
    match source.kind:
        case "option":
            return tr("from the option {name}", name=source.name)
        case "environment":
            return tr("from the variable {name}", name=source.name)
        case "file":
            return tr("from {name}", name=source.name)
        case _:
            return tr("by default")
