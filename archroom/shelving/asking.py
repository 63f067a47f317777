"""How a client asks the server: one JSON object a line, with a version, and a refusal that becomes the error it was."""

from __future__ import annotations

from collections.abc import Mapping

from archroom import errors
from archroom.errors import ArchroomError, Message, ShelvingError
from archroom.shelving.codec import Json, decode
from archroom.shelving.endpoint import Lines

VERSION = 2
ANSWER_WITHIN_S = 4.0


def send(lines: Lines, do: str, **fields: Json) -> None:
    """Send a request; raises Gone."""
    lines.send({"v": VERSION, "do": do, **fields})


def raise_error(answer: Mapping[str, object]) -> None:
    """Raise what the server refused with."""
    if answer.get("ok") is not False:
        return
    kind = getattr(errors, str(answer.get("error")), ShelvingError)
    is_ours = isinstance(kind, type) and issubclass(kind, ArchroomError)
    raise (kind if is_ours else ShelvingError)(decode(Message, answer.get("message")))
