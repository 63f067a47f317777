"""Every action of the app, once: its key, its name, its sentence, where it stands, and why it may not be done now.

The keys, the bar at the bottom, the help screen and the command palette are all made from this list; what is not in it can
not be done by a key. No key is a letter or digit by itself, because a scanner types those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from archroom.core.actions import Action as ShelvingAction
from archroom.errors import Message, say
from archroom.tui.action import Action
from archroom.tui.situation import HOUSE, QUESTIONS, Situation, Where
from archroom.tui.walk.actions import WALK_ACTIONS


def _needs_thing(situation: Situation) -> Message | None:
    if not situation.chosen.code:
        return say("Nothing is chosen: scan a thing, or find one with F2.")
    return None


def _needs_aisle(situation: Situation) -> Message | None:
    if situation.is_opening:
        return say("The shelving moves for you: wait for its end, or stop it with F8.")
    if situation.chosen.aisle is None and not situation.chosen.code:
        return say("Nothing is chosen: scan a thing, find one with F2, or choose an aisle with F4.")
    return None


def _needs_chosen_aisle(situation: Situation) -> Message | None:
    return say("Choose an aisle first, with F4 and the arrow keys.") if situation.chosen.aisle is None else None


def _needs_resting_block(situation: Situation) -> Message | None:
    if situation.is_opening:
        return say("The shelving moves for you: wait for its end, or stop it with F8.")
    return _needs_chosen_aisle(situation)


def _needs_able(action: ShelvingAction) -> Callable[[Situation], Message | None]:
    """Return the reason against what moves or locks a block: at once where its controller cannot do it."""

    def why_not(situation: Situation) -> Message | None:
        at = situation.chosen.aisle
        if at is not None and action in situation.chosen.cannot:
            from archroom.core.supervisor.texts import action_phrase  # only where somebody asks for what cannot be

            phrase = action_phrase(action)
            return say("The controller of block {block} cannot {do} its carriages.", block=at[0], do=phrase)
        return _needs_aisle(situation) if action is ShelvingAction.OPEN else _needs_resting_block(situation)

    return why_not


def _needs_alarm(situation: Situation) -> Message | None:
    if situation.where is Where.CLIMATE and situation.chosen.alarm is None:
        return say("Nothing here waits to be acknowledged.")
    return None


def _needs_bus(situation: Situation) -> Message | None:
    if situation.chosen.bus is None:
        return say("No bus is there to ask.")
    if situation.chosen.is_bus_asked:
        return say("A question to the bus is under way: wait for its answer.")
    return None


def _needs_question(situation: Situation) -> Message | None:
    return None if situation.chosen.is_bus_asked else say("Nothing is asked of a bus now.")


def _needs_unrecorded_bus(situation: Situation) -> Message | None:
    if situation.chosen.is_recording:
        return say("Frames are being recorded already: end that first.")
    return say("No bus is there to record.") if situation.chosen.bus is None else None


def _needs_recording(situation: Situation) -> Message | None:
    return None if situation.chosen.is_recording else say("No frames are being recorded.")


def _needs_simulator(situation: Situation) -> Message | None:
    known = situation.is_simulator_known
    return None if known else say("No simulator is known here; ARCHROOM_SIMULATOR names its control channel.")


def _needs_hand(situation: Situation) -> Message | None:
    return say("Nothing is in hand.") if situation.is_hand_empty else None


ACTIONS: Final = (
    Action("help", "f1", say("Help"), say("Show everything that can be done here"), bars=HOUSE),
    Action("find", "f2", say("Find"), say("Find a thing or a person"), bars=frozenset({Where.DESK})),
    Action("desk", "f3", say("Desk"), say("Go to the desk: scans and the last acts"), bars=HOUSE - {Where.DESK}),
    Action("aisles", "f4", say("Aisles"), say("Watch the mobile shelving"), bars=frozenset({Where.DESK})),
    Action(
        "label",
        "f5",
        say("Label"),
        say("Write the label of the chosen thing into a PDF"),
        bars=frozenset({Where.FIND}),
        why_not=_needs_thing,
    ),
    Action(
        "open_aisle",
        "f6",
        say("Open aisle"),
        say("Open the aisle of the chosen thing, or the chosen aisle; you are asked first"),
        bars=HOUSE - {Where.CLIMATE, Where.BENCH},
        why_not=_needs_able(ShelvingAction.OPEN),
    ),
    Action(
        "arm",
        "f7",
        say("Arm block"),
        say("Let the block of the chosen aisle be moved; you are asked first"),
        where=frozenset({Where.AISLES, Where.SIMULATOR}),
        why_not=_needs_chosen_aisle,
    ),
    Action(
        "stop",
        "f8",
        say("STOP"),
        say("Stop all mobile shelving at once; this is not an emergency stop"),
        where=frozenset(Where),
        bars=frozenset(Where),
        is_urgent=True,
    ),
    Action(
        "confirm",
        "f9",
        say("Go ahead"),
        say("Answer the question: do what was asked"),
        where=QUESTIONS,
        bars=QUESTIONS,
        labels={
            Where.ARM: say("It may move: arm"),
            Where.HOLD: say("In the aisle: hold"),
            Where.RELEASE: say("Out again: release"),
            Where.ATTEND: say("At the aisle: move"),
            Where.ACKNOWLEDGE: say("Acknowledge"),
            Where.ORDER: say("Write it down"),
            Where.ASK_BUS: say("Ask the bus"),
            Where.WRITE_BUS: say("Write it"),
            Where.FILTER: say("Show these"),
            Where.PREPARE: say("Begin"),
            Where.COMMISSION: say("Answer"),
            Where.SIGN: say("Sign"),
        },
    ),
    Action(
        "hold",
        "f10",
        say("Hold"),
        say("Say who is in the chosen aisle: it stays as it is until they are out again"),
        where=frozenset({Where.AISLES}),
        bars=frozenset({Where.AISLES}),
        why_not=_needs_chosen_aisle,
    ),
    Action(
        "release",
        "f12",
        say("Release"),
        say("Say who is out of the chosen aisle again"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_chosen_aisle,
    ),
    Action(
        "disarm",
        "",
        say("Disarm block"),
        say("Let the block of the chosen aisle move no more until somebody arms it"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_chosen_aisle,
    ),
    Action(
        "close_aisles",
        "",
        say("Close up"),
        say("Close all aisles around the chosen one, towards an end that nobody can enter; you are asked first"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_able(ShelvingAction.CLOSE),
    ),
    Action(
        "ventilate",
        "",
        say("Ventilate"),
        say("Spread the carriages around the chosen aisle evenly; you are asked first"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_able(ShelvingAction.VENTILATE),
    ),
    Action(
        "lock",
        "",
        say("Lock"),
        say("Lock a carriage of the chosen block, so that it stands still; you are asked which"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_able(ShelvingAction.LOCK),
    ),
    Action(
        "unlock",
        "",
        say("Unlock"),
        say("Let a locked carriage of the chosen block move again; you are asked which"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_able(ShelvingAction.UNLOCK),
    ),
    Action(
        "jog",
        "",
        say("Jog"),
        say("Move a carriage of the chosen block a little at a time, for technicians; you are asked which"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_able(ShelvingAction.JOG),
    ),
    Action(
        "commission",
        "",
        say("Commission"),
        say("Prove the block of the chosen aisle step by step, with a second person at it; you are asked first"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_resting_block,
    ),
    Action(
        "out_of_order",
        "",
        say("Out of order"),
        say("Take the block of the chosen aisle out of order: it is shown as unreachable; you are asked why"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_chosen_aisle,
    ),
    Action(
        "opened_by_hand",
        "",
        say("Opened by hand"),
        say("Say that the chosen aisle of a block out of order was opened by hand; you are asked first"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_chosen_aisle,
    ),
    Action(
        "in_order",
        "",
        say("Back in order"),
        say("Put the block of the chosen aisle back in order; you are asked first"),
        where=frozenset({Where.AISLES}),
        why_not=_needs_chosen_aisle,
    ),
    Action(
        "leave",
        "escape",
        say("Leave"),
        say("Leave this screen; at the desk, empty the scan bar"),
        where=frozenset(Where),
        bars=QUESTIONS | {Where.HELP, Where.JOG},
    ),
    Action("climate", "ctrl+t", say("Climate"), say("Watch temperature and humidity of the rooms")),
    Action(
        "acknowledge",
        "ctrl+n",
        say("Acknowledge"),
        say("Acknowledge the chosen alarm of the climate; you are asked for a note"),
        where=frozenset({Where.CLIMATE}),
        bars=frozenset({Where.CLIMATE}),
        why_not=_needs_alarm,
    ),
    Action("bench", "ctrl+b", say("Bench"), say("Watch the buses as a technician: counters, likely causes, frames")),
    Action(
        "simulator",
        "ctrl+g",
        say("Simulator"),
        say("Let people walk in, faults happen and time run faster at the simulated shelving"),
        why_not=_needs_simulator,
    ),
    Action(
        "scan_bus",
        "",
        say("Scan units"),
        say("Ask at each unit of the bus whether somebody answers; you are asked which"),
        where=frozenset({Where.BENCH}),
        why_not=_needs_bus,
    ),
    Action(
        "end_scan",
        "",
        say("End scan"),
        say("Ask no further unit of the bus"),
        where=frozenset({Where.BENCH}),
        why_not=_needs_question,
    ),
    Action(
        "read_register",
        "",
        say("Read register"),
        say("Read one register or bit of a unit; you are asked which"),
        where=frozenset({Where.BENCH}),
        why_not=_needs_bus,
    ),
    Action(
        "write_register",
        "",
        say("Write register"),
        say("Write one register or bit that the unit's profile declares as a parameter; you are asked first"),
        where=frozenset({Where.BENCH}),
        why_not=_needs_bus,
    ),
    Action(
        "filter_frames",
        "",
        say("Filter frames"),
        say("Show only frames in which a text or some bytes stand; you are asked which"),
        where=frozenset({Where.BENCH}),
    ),
    Action(
        "record_frames",
        "",
        say("Record frames"),
        say("Write every frame of the bus into a file from now on, also while another screen is up"),
        where=frozenset({Where.BENCH}),
        why_not=_needs_unrecorded_bus,
    ),
    Action(
        "end_recording",
        "",
        say("End recording"),
        say("Write no more frames into the file"),
        where=frozenset({Where.BENCH}),
        why_not=_needs_recording,
    ),
    Action(
        "write_bundle",
        "",
        say("Write bundle"),
        say("Write what helps to find a fault from afar into one file: no people, no secrets, the last recordings"),
        where=frozenset({Where.BENCH}),
    ),
    *WALK_ACTIONS,
    Action("undo", "", say("Undo"), say("Undo the last act of this terminal, as the card UNDO does")),
    Action("done", "", say("Done"), say("Empty the hand, as the card DONE does"), why_not=_needs_hand),
    Action("override", "", say("Override"), say("Accept what was just refused, as the card OVERRIDE does")),
    Action("copy_code", "", say("Copy code"), say("Copy the code of the chosen thing"), why_not=_needs_thing),
    Action("change_theme", "", say("Light or dark"), say("Change between dark and light colours")),
    Action("palette", "ctrl+p", say("More"), say("Search all actions by their names"), bars=HOUSE),
    Action("quit", "ctrl+q", say("Quit"), say("Leave archroom; everything is saved")),
)
"""In the order in which bar, help and palette show them."""

BY_NAME: Final = {action.name: action for action in ACTIONS}
BY_KEY: Final = {action.key: action for action in ACTIONS if action.key}


def offered(where: Where) -> list[Action]:
    """Return the actions that can be done on a screen."""
    return [action for action in ACTIONS if where in action.where]


def in_bar(where: Where) -> list[Action]:
    """Return what the bar of a screen shows: at most six."""
    return [action for action in ACTIONS if where in action.bars]
