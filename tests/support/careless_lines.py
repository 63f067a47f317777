"""Lines that do what must not be done: canaries, by which a suite shows that it would notice."""

from __future__ import annotations

from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.modbus import Request
from archroom.drivers.modbus_frames import build_request, find_reply
from archroom.drivers.timing import Framing
from archroom.drivers.transactions import Failure, FailureKind, Reply


class RetryingLine(Line):
    """Sends again by itself what got no answer, as Modbus libraries do."""

    def exchange(self, request: Request, is_urgent: object = None) -> Reply:
        """Try four times."""
        for _ in range(3):
            try:
                return super().exchange(request)
            except ExchangeFailed:
                continue
        return super().exchange(request)


class CredulousLine(Line):
    """Takes the first frame of an RTU line that looks right for the answer, and never drains."""

    def exchange(self, request: Request, is_urgent: object = None) -> Reply:
        """Send at once and believe what comes."""
        sent_at = self._clock()
        self._wire.write(build_request(request, Framing.RTU, 0))
        received = b""
        ends_at = sent_at + self.state.timing.answer_s
        while (left_s := ends_at - self._clock()) > 0:
            received += self._wire.read(left_s)
            found = find_reply(received, request, Framing.RTU, 0)
            if found is not None and found.exception_code is None:
                return Reply(found.registers, sent_at, self._clock())
        raise ExchangeFailed(Failure(FailureKind.SILENCE, request, True), self.name)
