"""As much of HTTP/1.1 as a small controller's server has. Sans-IO: bytes in, requests out; replies are made whole.

A request without a body or with Content-Length; anything else, or a head that is too long, ends the connection with 400.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from hardware_sim.faces import Message
from hardware_sim.sessions import BrokenStream

MAX_HEAD = 8192
MAX_BODY = 65_536
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """Method, path and query of a request; of a name that comes twice the last value holds."""

    method: str
    path: str
    query: dict[str, str]

    @classmethod
    def of(cls, raw: bytes) -> HttpRequest:
        """Read the request line of whole request bytes that the decoder has cut."""
        method, target, _ = raw.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        path, _, query = target.partition("?")
        return cls(method, path, dict(parse_qsl(query, keep_blank_values=True)))


class HttpDecoder:
    """Cuts the requests of one connection; each is a message to the one unit behind it."""

    __slots__ = ("_buffer", "_unit", "is_over")

    def __init__(self, unit: int) -> None:
        self._unit = unit
        self._buffer = b""
        self.is_over = False
        """Whether the client wants the connection closed behind the last reply."""

    @property
    def is_waiting(self) -> bool:
        """Silence ends no request here."""
        return False

    def fall_silent(self) -> None:
        """Silence ends no request here."""

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes in and give the whole requests. Raises BrokenStream with a last reply for what is no request."""
        self._buffer += data
        messages: list[Message] = []
        while not self.is_over and b"\r\n\r\n" in self._buffer[: MAX_HEAD + 4]:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            length = self._look_at(head)
            if len(rest) < length:
                break
            messages.append(Message(self._unit, 0, head + b"\r\n\r\n" + rest[:length]))
            self._buffer = rest[length:]
        else:
            if len(self._buffer) > MAX_HEAD and not self.is_over:
                raise BrokenStream(reply(400, b"", "text/plain"))
        return messages

    def _look_at(self, head: bytes) -> int:
        """Length of the body behind a head; notes whether the connection is to be closed."""
        line, *fields = head.decode("latin-1").split("\r\n")
        words = line.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        length = headers.get("content-length", "0")
        is_request = len(words) == 3 and words[1].startswith("/") and words[2] in ("HTTP/1.0", "HTTP/1.1")
        is_length = length.isascii() and length.isdigit() and len(length) <= len(str(MAX_BODY)) and int(length) <= MAX_BODY
        if not is_request or not is_length or "transfer-encoding" in headers:
            raise BrokenStream(reply(400, b"", "text/plain"))
        wish = headers.get("connection", "").lower()
        self.is_over = wish == "close" or (words[2] == "HTTP/1.0" and wish != "keep-alive")
        return int(length)


def reply(status: int, body: bytes, content_type: str) -> bytes:
    """A whole reply."""
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode("ascii") + body
