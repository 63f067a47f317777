"""Each shipped profile does byte for byte what its golden transcript says; a transcript that says otherwise is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archroom.drivers.profile_reading import SHIPPED, shipped_profile
from archroom.drivers.transcripts import (
    Exchange,
    Mismatch,
    all_played,
    parse_transcript,
    play,
    shipped_names,
    shipped_transcript,
)
from archroom.errors import BadFile

EXCHANGES = [
    pytest.param(name, exchange, id=f"{name}: {exchange.title}")
    for name in shipped_names()
    for exchange in shipped_transcript(name).exchanges
]


def test_each_shipped_profile_has_a_transcript() -> None:
    assert shipped_names() == SHIPPED


@pytest.mark.parametrize(("name", "exchange"), EXCHANGES)
def test_the_driver_does_what_the_transcript_says(name: str, exchange: Exchange) -> None:
    play(shipped_profile(name), shipped_transcript(name), exchange)


@pytest.mark.parametrize(("name", "exchange"), EXCHANGES)
def test_another_byte_in_a_transcript_is_found_out(name: str, exchange: Exchange) -> None:
    transcript, profile = shipped_transcript(name), shipped_profile(name)
    for number, (sent, received) in enumerate(exchange.frames):
        if not sent:  # what comes unasked
            continue
        other = bytes((*sent[:-1], sent[-1] ^ 1))
        frames = (*exchange.frames[:number], (other, received), *exchange.frames[number + 1 :])
        with pytest.raises(Mismatch, match="sent"):
            play(profile, transcript, replace(exchange, frames=frames))


@pytest.mark.parametrize(("name", "exchange"), EXCHANGES)
def test_another_meaning_in_a_transcript_is_found_out(name: str, exchange: Exchange) -> None:
    transcript, profile = shipped_transcript(name), shipped_profile(name)
    for key, value in exchange.says:
        with pytest.raises(Mismatch, match=key):
            play(profile, transcript, replace(exchange, says=((key, f"not {value}"),)))
    with pytest.raises(Mismatch):
        play(profile, transcript, replace(exchange, fails=not exchange.fails))


def test_frames_that_are_left_out_are_found_out() -> None:
    profile, transcript = shipped_profile("fatek-coils"), shipped_transcript("fatek-coils")
    stop = next(exchange for exchange in transcript.exchanges if exchange.act == "stop")
    with pytest.raises(Mismatch, match="was not sent"):
        play(profile, transcript, replace(stop, frames=(*stop.frames, (b"\x01", b""))))
    assert all_played(profile, transcript) == len(transcript.exchanges)
    with pytest.raises(BadFile, match="empty"):
        all_played(profile, replace(transcript, exchanges=()))


HEAD = "[controller]\nunit = 1\ncarriages = 6\n[[exchange]]\ntitle = 'x'\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[controller]\nunit = 1\ncarriages = 0", "line 3, .controller.: carriages must be"),
        (HEAD + "act = 'dance'", "line 6.*dance is nothing"),
        (HEAD + "act = 'status then dance'", "line 6.*dance is nothing"),
        (HEAD + "act = 'status'\nframes = [{ pushed = '0' }]", "pushed must be"),
        (HEAD + "act = 'status'\nframes = [{ sent_text = 'x' }]", "received_text is missing"),
        (HEAD + "act = 'stop'\nsays = { a = 'b' }", "unknown key a"),
        (HEAD + "act = 'stop'\nsays = { is_moving = 'true' }", "line 7.*only a status"),
        (HEAD + "act = 'stop'\nframes = [{ sent = '0', received = '' }]", "sent must be"),
    ],
)
def test_a_bad_transcript_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        parse_transcript(text.encode())
