"""`shelving profiles` and `shelving check`: the kinds of controllers, and whether a profile of one's own is sound.

Checking opens no port: the file is linted, and its golden transcript is played against the driver.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.errors import BadFile, Message, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.drivers.profile import Profile

REFERENCE = "reference"


def add_commands(shelving: Commands) -> None:
    """Add `profiles` and `check` to the group `shelving`."""
    shelving.add(
        "profiles", say("List the kinds of controllers that can be spoken to."), "archroom shelving profiles", _profiles
    )
    check = shelving.add(
        "check",
        say("Say whether the profile of a controller in a file is sound; opens no port and moves nothing."),
        "archroom shelving check own.toml --transcript own.transcript.toml",
        _check,
    )
    check.add_argument("file", metavar="PROFILE.toml", help=tr("the profile (docs/drivers.md)"))
    check.add_argument(
        "--transcript", metavar="FILE", help=tr("play this golden transcript against the driver, without hardware")
    )


def _profiles(job: Job) -> int:
    from archroom.drivers.profile_reading import SHIPPED, describe_proof, shipped_profile

    profiles = [shipped_profile(name) for name in SHIPPED]
    own = render(say("the register map of this project, simulated and proved on no hardware"))
    shapes: list[Json] = [{"name": REFERENCE, "proof": "specified-by-us"}, *(_shape(profile) for profile in profiles)]
    lines = [f"{REFERENCE}  {own}"]
    for profile in profiles:
        lines.append(f"{profile.name}  {profile.title}: {render(describe_proof(profile.proof))}")
        lines += [f"    {render(sentence)}" for sentence in _abilities(profile)]
    job.output.result({"profiles": shapes}, lines)
    return 0


def _check(job: Job) -> int:
    from archroom.drivers.profile_reading import read_profile
    from archroom.drivers.transcripts import Mismatch, all_played, parse_transcript

    profile = read_profile(Path(job.args.file))
    played = 0
    if job.args.transcript is not None:
        file = job.args.transcript
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise BadFile(say("{file} cannot be read: {why}.", file=file, why=error.strerror or "")) from error
        try:
            played = all_played(profile, parse_transcript(content))
        except BadFile as error:
            raise BadFile(say("{file}: {why}", file=file, why=error.message), error.line, error.column) from error
        except Mismatch as error:
            raise BadFile(say("{file}: {why}", file=file, why=str(error))) from error
    lines = [tr("{name} is a sound profile.", name=profile.name), *(render(line) for line in _abilities(profile))]
    if job.args.transcript is not None:
        lines.append(tr("Its transcript holds: {count} exchanges.", count=played))
    job.output.result({**_shape(profile), "exchanges": played}, lines)
    return 0


def _shape(profile: Profile) -> dict[str, Json]:
    can = profile.capabilities
    return {
        "name": profile.name,
        "title": profile.title,
        "wire": profile.wire.value,
        "proof": profile.proof.value,
        "orders": sorted(order.value for order in can.orders),
        "stop": can.can_stop,
        "positions": can.position_sense.value,
        "stops_when_host_is_silent": can.stops_when_host_is_silent,
        "needs_attendance": can.needs_attendance,
    }


def _abilities(profile: Profile) -> list[Message]:
    """Return in sentences what a controller can do, and what it cannot."""
    from archroom.core.plain.facts import OrderKind
    from archroom.core.plain.texts import lacks
    from archroom.drivers.wire_settings import ClimateSettings

    can = profile.capabilities
    if isinstance(profile.settings, ClimateSettings):
        return [say("It tells temperature and humidity, and moves nothing.")]
    orders = ", ".join(sorted(order.value for order in can.orders))
    sentences = [say("It takes these orders: {orders}.", orders=orders) if orders else say("It takes no orders.")]
    never = ", ".join(kind.value for kind in OrderKind if kind not in can.orders)
    sentences.append(say("It cannot be told to: {orders}.", orders=never))
    if can.can_stop:
        sentences.append(say("It can be stopped from here."))
    sentences += lacks(can)
    if can.orders and can.needs_attendance:
        sentences.append(say("It moves only while a second person holds its own stop at the aisle."))
    return sentences
