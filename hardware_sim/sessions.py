"""One client of a wire: its bytes in, deliveries out. Sans-IO.

What is begun of a request waits in the decoder; a reply that a fault holds back waits here for the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from hardware_sim.line_faults import HELD_S, Delivery

R = TypeVar("R")


class BrokenStream(Exception):
    """A stream has lost its framing, or is over; `last_words` may still be sent, then the connection must be closed."""

    def __init__(self, last_words: bytes = b"") -> None:
        super().__init__()
        self.last_words = last_words


class Decoder(Protocol[R]):
    """Cuts requests out of a stream; may raise BrokenStream."""

    @property
    def is_over(self) -> bool: ...

    @property
    def is_waiting(self) -> bool: ...

    def feed(self, data: bytes) -> list[R]: ...

    def fall_silent(self) -> None: ...


class Session(Protocol):
    """What a wire knows of a client."""

    @property
    def is_over(self) -> bool:
        """Whether the client wants nothing more once its last reply is out."""

    @property
    def is_waiting(self) -> bool:
        """Whether a part of a request is held back until more comes or the line falls silent."""

    def feed(self, data: bytes) -> list[Delivery]:
        """Take bytes in and give what comes back. Raises BrokenStream."""

    def fall_silent(self) -> None:
        """The line was silent for longer than a request allows: what was begun is void."""


class RequestSession(Generic[R]):
    """A client whose bytes a decoder cuts into requests; each is exchanged for deliveries."""

    __slots__ = ("_decoder", "_exchange", "_held")

    def __init__(self, decoder: Decoder[R], exchange: Callable[[R], list[Delivery]]) -> None:
        self._decoder = decoder
        self._exchange = exchange
        self._held = b""

    @property
    def is_over(self) -> bool:
        """Whether the client wants nothing more once its last reply is out."""
        return self._decoder.is_over

    @property
    def is_waiting(self) -> bool:
        """Whether a part of a request is held back until more comes or the line falls silent."""
        return self._decoder.is_waiting

    def feed(self, data: bytes) -> list[Delivery]:
        """Take bytes in, have the whole requests carried out in their order, and give what comes back of them."""
        deliveries: list[Delivery] = []
        for request in self._decoder.feed(data):
            for delivery in self._exchange(request):
                if delivery.after_s == HELD_S:
                    self._held += delivery.data
                elif self._held:
                    deliveries.append(Delivery(delivery.after_s, self._held + delivery.data))
                    self._held = b""
                else:
                    deliveries.append(delivery)
        return deliveries

    def fall_silent(self) -> None:
        """The line was silent for longer than a request allows: what was begun is void."""
        self._decoder.fall_silent()
