"""The control verb that spoils a line, whatever is spoken on it. Pure."""

from __future__ import annotations

from collections.abc import Set

from hardware_sim.fields import ControlError, Fields
from hardware_sim.line_faults import FaultKind, LineFault


def line_fault(fields: Fields, modelled: Set[FaultKind]) -> LineFault:
    """The line fault that a `link` request describes. Raises ControlError for one that is not modelled on the wire."""
    name = fields.text("fault")
    if name not in modelled:
        raise ControlError(
            f"link fault {name!r} is not modelled; there is {', '.join(kind for kind in FaultKind if kind in modelled)}"
        )
    fault = LineFault(FaultKind(name), fields.whole("count", 1, 1_000_000, 1))
    if fields.has("unit"):
        fault.unit = fields.whole("unit", 1, 247)
    if fields.has("function"):
        fault.function = fields.whole("function", 1, 255)
    match fault.kind:
        case FaultKind.LATE | FaultKind.SPLIT:
            fault.ms = fields.whole("ms", 1, 60_000)
        case FaultKind.GARBAGE:
            fault.data = _hex(fields.text("hex"))
        case FaultKind.WRONG_UNIT:
            fault.as_unit = fields.whole("as_unit", 0, 255)
        case FaultKind.TRUNCATE:
            fault.length = fields.whole("bytes", 1, 255)
        case FaultKind.EXCEPTION:
            fault.code = fields.whole("code", 1, 255)
        case _:
            pass
    fields.finish()
    return fault


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ControlError("hex must be pairs of hexadecimal digits") from error
