"""Lines of frames that do what must not be done: canaries, by which a suite shows that it would notice."""

from __future__ import annotations

from archroom.drivers.framed_exchange import FramedFailure, FramedFailureKind, FramedReply, FramedRequest
from archroom.drivers.framed_line import FramedExchangeFailed, FramedLine


class RetryingFramedLine(FramedLine):
    """Sends again by itself what got no answer."""

    def exchange(self, request: FramedRequest, is_urgent: object = None) -> FramedReply:
        """Try three times."""
        for _ in range(2):
            try:
                return super().exchange(request)
            except FramedExchangeFailed:
                continue
        return super().exchange(request)


class CredulousFramedLine(FramedLine):
    """Takes the first whole frame for the answer, whatever it answers, and never drains."""

    def exchange(self, request: FramedRequest, is_urgent: object = None) -> FramedReply:
        """Send at once and believe what comes."""
        sent_at = self._clock()
        self._wire.write(request.frame)
        received = b""
        ends_at = sent_at + self.state.timing.answer_s
        while (left_s := ends_at - self._clock()) > 0:
            received += self._wire.read(left_s)
            for span in self.state.language.frames(received):
                frame = received[span.start : span.end]
                if len(frame) == self._length_of(request):
                    return FramedReply(frame, sent_at, self._clock())
        raise FramedExchangeFailed(FramedFailure(FramedFailureKind.SILENCE, request, True), self.name)

    def _length_of(self, request: FramedRequest) -> int:
        """As long as an answer must be, since no driver could read another."""
        return request.answer_bytes or 20
