"""`shelving replay`: a motion that was recorded in the journal, played again in the simulator. Touches no port.

The simulator is another program, started here and waited for; it plays at once, on a clock of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.errors import BadFile, say
from archroom.texts import tr

if TYPE_CHECKING:
    from archroom.core.rooms import Block
    from archroom.shelving.incident import Incident

PATIENCE_S = 120.0
_BROKEN = 1


def add_commands(shelving: Commands) -> None:
    """Add `replay` to the group `shelving`."""
    replay = shelving.add(
        "replay",
        say("Play a recorded motion again in the simulator, at once; opens no port and moves nothing."),
        "archroom shelving replay shelving-journal.jsonl",
        _replay,
    )
    replay.add_argument("journal", metavar="JOURNAL", help=tr("the server's journal (docs/shelving-server.md)"))
    replay.add_argument("--motion", metavar="ID", help=tr("which motion; else the last one that was not done"))
    replay.add_argument(
        "--spec", metavar="FILE", help=tr("what the server served; else shelving-spec.json beside the journal")
    )
    replay.add_argument(
        "--text", action="store_true", help=tr("print the scenario and play nothing (docs/simulator.md says how to)")
    )


def _replay(job: Job) -> int:
    from archroom.shelving.incident import find_incident, scenario_of
    from archroom.shelving.journal import entries
    from archroom.shelving.spec import FILE_NAME, read_spec

    journal = Path(job.args.journal)
    if not journal.is_file():
        raise BadFile(say("{file} is not a file.", file=str(journal)))
    incident = find_incident(entries(journal), job.args.motion)
    text = scenario_of(incident)
    shape: dict[str, Json] = {**_shape(incident), "scenario": text}
    if job.args.text:
        job.output.result(shape, text.splitlines())
        return 0
    spec = read_spec(Path(job.args.spec) if job.args.spec else journal.with_name(FILE_NAME))
    told, is_broken = _played(spec.blocks, text)
    changes, verdict = told[:-1], told[-1]
    job.output.result(
        {**shape, "simulated": changes, "broken": verdict["broken"], "refused": verdict["refused"]},
        [*text.splitlines(), *map(_line, changes), *_names(verdict["broken"]), *_names(verdict["refused"])],
    )
    return 1 if is_broken else 0


def _shape(incident: Incident) -> dict[str, Json]:
    return {
        "motion": incident.motion,
        "block": incident.intent.ticket.block,
        "action": incident.intent.ticket.wanted.action.value,
        "number": incident.intent.ticket.wanted.number,
        "by": incident.intent.by,
        "at": incident.at.isoformat(),
        "outcome": None if incident.outcome is None else incident.outcome.value,
        "after_s": round(incident.after_s, 3),
        "text": incident.sentence,
    }


def _played(blocks: tuple[Block, ...], text: str) -> tuple[list[dict[str, Json]], bool]:
    """Let the simulator play a scenario; returns what it told, and whether a rule of the steel was broken."""
    from archroom.shelving.incident import room_text

    with tempfile.TemporaryDirectory(prefix="archroom-replay-") as folder:
        room, scenario = Path(folder, "room.toml"), Path(folder, "scenario.txt")
        room.write_text(room_text(blocks), encoding="utf-8")
        scenario.write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "hardware_sim", str(room), "--scenario", str(scenario), "--judge"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL)
    if ended.returncode not in (0, _BROKEN):
        raise BadFile(say("The simulator cannot play it: {reason}", reason=ended.stderr.strip()))
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.returncode == _BROKEN


def _line(change: dict[str, Json]) -> str:
    faults = change["faults"]
    known = f" ({', '.join(map(str, faults))})" if isinstance(faults, list) and faults else ""
    return tr(
        "simulated {time}s: block {block} {state}, {end}{faults}",
        time=str(change["at_s"]),
        block=str(change["unit"]),
        state=str(change["state"]),
        end=str(change["end"]),
        faults=known,
    )


def _names(found: Json) -> list[str]:
    return [str(name) for name in found] if isinstance(found, list) else []
