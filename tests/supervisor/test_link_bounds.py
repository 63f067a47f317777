"""The bounds of trust, polls, numbers and tickets, to the moment: how long something holds, and what ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from motion_course import Course
from statuses import bent, identity_of, status_of
from supervised_room import block_of, refusal

from archroom.core.shelving import ControllerStatus, Trust
from archroom.core.supervisor.link import LinkWatch
from archroom.core.supervisor.numbering import Numbering
from archroom.core.supervisor.polls import Polls
from archroom.core.supervisor.tickets import GivenTicket, Tickets
from archroom.core.supervisor.watch import Sight, Watch
from archroom.core.supervisor.wishes import Frame, Lane, Pace
from archroom.errors import Message, MotionRefused, say

BLOCK = block_of()
STATUS = status_of(BLOCK)
PACE = Pace(stale_s=0.5, lost_s=1.0, idle_slack_s=0.25)
AT = 100.0
LITTLE = 1 / 1024
LAST_NUMBER = 0xFFFF


def numbered(counter: int, **change: object) -> ControllerStatus:
    """A status of this counter."""
    return bent(replace(STATUS, counter=counter), change)


def watch() -> Watch:
    """A watch that has read the right identity."""
    made = Watch(BLOCK)
    made.pace = PACE
    made.advance(AT - 1.0)
    made.take_identity(AT - 1.0, identity_of(BLOCK))
    return made


def proved() -> Watch:
    """A watch that believes its block; its last status is of `AT`."""
    made = watch()
    made.take_status(AT - 0.5, numbered(1))
    assert made.take_status(AT, numbered(2)) is Sight.PROVED
    return made


def words(message: Message | ControllerStatus | None) -> str:
    """A reason in English."""
    assert isinstance(message, Message)
    return message.english()


# -- trust


@pytest.mark.parametrize(("is_busy", "good_s"), [(False, 0.75), (True, 0.5)])
def test_a_status_is_good_up_to_its_age_and_stale_beyond(is_busy: bool, good_s: float) -> None:
    made = proved()
    assert made.trust(AT + good_s, is_busy) is Trust.GOOD
    assert made.believed(AT + good_s, is_busy) == numbered(2)
    assert made.trust(AT + good_s + LITTLE, is_busy) is Trust.STALE
    assert "too old to act on" in words(made.believed(AT + good_s + LITTLE, is_busy))


@pytest.mark.parametrize(("is_busy", "good_s"), [(False, 1.25), (True, 1.0)])
def test_a_link_without_news_is_lost_beyond_its_time(is_busy: bool, good_s: float) -> None:
    made = proved()
    assert not made.advance(AT + good_s, is_busy)
    assert made.advance(AT + good_s + LITTLE, is_busy)
    assert words(made.reason) == "Block 1 repeats an old status."
    assert not made.advance(AT + 9.0, is_busy), "it is lost once"


def test_nothing_is_asked_of_a_block_unless_it_is_said() -> None:
    made = proved()
    assert made.trust(AT + 0.75) is Trust.GOOD
    assert made.believed(AT + 0.75) == numbered(2)
    assert not made.advance(AT + 1.25)
    link: LinkWatch[ControllerStatus] = LinkWatch(BLOCK)
    link.pace = PACE
    link.advance(AT)
    assert not link.advance(AT + 1.25)


def test_a_unit_that_was_never_heard_is_lost_by_its_first_question() -> None:
    made = Watch(BLOCK)
    made.pace = PACE
    made.advance(AT)
    assert not made.advance(AT + 1.25)
    assert made.is_unread
    made.take_failure()
    assert made.advance(AT + 1.25 + LITTLE)
    assert words(made.reason) == "Block 1 does not answer."
    assert not made.is_unread


def test_three_failures_in_a_row_lose_a_unit_and_an_answer_ends_the_row() -> None:
    made = Watch(BLOCK)
    made.advance(AT)
    for _ in range(2):
        made.take_failure()
        assert not made.advance(AT)
    made.take_identity(AT, identity_of(BLOCK))
    for _ in range(2):
        made.take_failure()
        assert not made.advance(AT)
    made.take_failure()
    assert made.advance(AT)


@pytest.mark.parametrize("counter", [2, 3])
def test_any_answer_is_heard(counter: int) -> None:
    read, strange = proved(), proved()
    for made in (read, strange):
        made.take_failure()
        made.take_failure()
    read.take_status(AT + 0.25, numbered(counter))
    strange.take_stranger(AT + 0.25, say("It is strange."))
    for made in (read, strange):
        assert (made.heard_s, made.failures, made.is_answering) == (AT + 0.25, 0, True)


def test_a_unit_that_came_back_has_its_time_again() -> None:
    made = proved()
    assert made.advance(AT + 5.0)
    assert made.take_status(AT + 9.0, numbered(9)) is Sight.TAKEN
    assert words(made.reason) == "Block 1 answers again and is being checked."
    assert not made.advance(AT + 10.25)
    assert made.advance(AT + 10.25 + LITTLE)


def test_two_equal_statuses_prove_a_block_200_ms_apart_and_not_before() -> None:
    early, right = Watch(BLOCK), Watch(BLOCK)
    for made in (early, right):
        made.take_identity(0.0, identity_of(BLOCK))
        made.take_status(0.0, numbered(1))
    assert early.take_status(0.2 - LITTLE, numbered(2)) is Sight.TAKEN
    assert right.take_status(0.2, numbered(2)) is Sight.PROVED


def test_silence_of_any_unit_means_that_its_link_is_lost_unless_it_is_known_for_a_stranger() -> None:
    link: LinkWatch[ControllerStatus] = LinkWatch(BLOCK)
    assert link.is_waited_for
    made = watch()
    made.take_identity(AT, replace(identity_of(BLOCK), block=2))
    assert not made.is_waited_for


def test_who_answers_and_who_was_read() -> None:
    made = Watch(BLOCK)
    assert (made.is_answering, made.is_unread, made.age_s(AT)) == (False, True, None)
    made.take_echo(AT)
    assert (made.is_answering, made.is_unread) == (True, True)
    read = proved()
    assert (read.is_answering, read.is_unread, read.age_s(AT + 2.0)) == (True, False, 2.0)
    read.lose(say("Lost."))
    assert (read.is_answering, read.is_unread) == (False, False)


def test_a_doubt_is_the_status_s_own_or_why_it_is_not_believed() -> None:
    complaint = say("It complains.")
    assert words(Watch(BLOCK).doubt(lambda _: complaint)) == "Block 1 was not read yet."
    made = proved()
    assert made.doubt(lambda _: None) is None
    assert made.doubt(lambda status: complaint if status == numbered(2) else None) is complaint
    made.distrust(say("It was restarted."))
    assert words(made.doubt(lambda _: complaint)) == "It was restarted."
    made.lose(say("Lost."))
    assert words(made.doubt(lambda _: None)) == "Lost."
    assert words(made.believed(AT)) == "Lost."
    assert words(Watch(BLOCK).believed(AT)) == "Block 1 was not read yet."


def test_each_reason_is_news_once_until_the_block_is_believed_again() -> None:
    made = proved()
    assert not made.doubt_is_news()
    made.distrust(say("It was restarted."))
    assert [made.doubt_is_news(), made.doubt_is_news()] == [True, False]
    made.distrust(say("Somebody else commands it."))
    assert [made.doubt_is_news(), made.doubt_is_news()] == [True, False]
    made.take_status(AT + 0.25, numbered(3))
    assert made.take_status(AT + 0.5, numbered(4)) is Sight.PROVED
    made.distrust(say("Somebody else commands it."))
    assert made.doubt_is_news()


@pytest.mark.parametrize(("jump_mm", "sight"), [(28, Sight.TAKEN), (29, Sight.SHAKEN)])
def test_a_carriage_may_have_run_as_far_as_its_speed_allows_and_a_little_more(jump_mm: int, sight: Sight) -> None:
    """40 mm/s for 250 ms and 200 ms more, and 10 mm."""
    made = proved()
    there = (STATUS.positions_mm[0] - jump_mm, *STATUS.positions_mm[1:])
    assert made.take_status(AT + 0.25, numbered(3, positions_mm=there)) is sight
    assert sight is Sight.TAKEN or words(made.reason).startswith("Carriage 1 of block 1 is reported 29 mm away")


def test_a_command_that_was_passed_over_is_expected_no_more() -> None:
    made = proved()
    made.expect((4, 1), (4, 2))
    assert made.take_status(AT + 0.25, numbered(3, epoch=4, last_seq=2)) is Sight.TAKEN
    assert made.take_status(AT + 0.5, numbered(4, epoch=4, last_seq=1)) is Sight.SHAKEN


def test_what_was_expected_is_forgotten_with_all_trust() -> None:
    made = proved()
    made.expect((4, 1), (4, 2))
    made.distrust(say("It was restarted."))
    made.take_status(AT + 0.25, numbered(3))
    assert made.take_status(AT + 0.5, numbered(4)) is Sight.PROVED
    assert made.take_status(AT + 0.75, numbered(5, epoch=4, last_seq=1)) is Sight.SHAKEN


def test_a_stranger_is_not_lost_by_silence_and_is_one_until_somebody_says_who_it_is() -> None:
    made = watch()
    made.take_stranger(AT, say("What answers there is no shelving controller."))
    assert made.is_stranger
    assert words(made.reason) == "What answers there is no shelving controller."
    assert not made.advance(AT + 99.0)
    made.take_identity(AT + 99.0, identity_of(BLOCK))
    assert not made.is_stranger
    assert made.is_ours
    assert made.is_waited_for


# -- polls


def due(polls: Polls) -> float:
    """When the next poll is due."""
    wish = polls.wish(Frame.STATUS, Lane.POLL)
    assert (wish.frame, wish.lane) == (Frame.STATUS, Lane.POLL)
    return wish.due_s


def test_a_silent_unit_is_asked_ever_more_rarely_until_somebody_asks() -> None:
    polls = Polls()
    assert due(polls) == 0.0
    pauses = []
    for _ in range(5):
        polls.schedule_probe(AT)
        pauses.append(due(polls) - AT)
    assert pauses == [0.5, 1.0, 2.0, 4.0, 4.0]
    polls.begin_anew()
    polls.schedule_probe(AT)
    assert due(polls) == AT + 0.5
    polls.hasten(AT + 1.0)
    assert due(polls) == AT + 0.5
    polls.hasten(AT)
    assert due(polls) == AT


@pytest.mark.parametrize(
    ("is_strange", "is_busy", "is_proved", "scan_s", "pause_s"),
    [
        (True, True, True, 0.0, 2.0),
        (False, True, True, 0.0, 0.05),
        (False, True, False, 0.0, 0.05),
        (False, False, True, 0.0, 0.2),
        (False, False, False, 0.0, 0.1),
        (False, True, True, 0.5, 0.5),
    ],
)
def test_a_unit_that_answers_is_asked_when_there_can_be_news(
    is_strange: bool, is_busy: bool, is_proved: bool, scan_s: float, pause_s: float
) -> None:
    polls = Polls()
    polls.schedule_probe(0.0)
    polls.schedule_probe(0.0)
    polls.schedule(AT, Pace(), scan_s, is_strange=is_strange, is_busy=is_busy, is_proved=is_proved)
    assert due(polls) == AT + pause_s
    polls.schedule_probe(AT)
    assert due(polls) == AT + 0.5, "silence begins anew"


# -- numbers


def numbering(epoch: int, last_seq: int) -> Numbering:
    """Numbers of which these were the last that the controller took."""
    made = Numbering()
    made.end(((epoch, last_seq - 1), (epoch, last_seq)), (epoch, last_seq))
    return made


def test_ours_go_on_in_their_epoch_and_a_new_epoch_begins_behind_any_other() -> None:
    made = Numbering()
    assert made.next(1, 5, (5, 9)) == (6, 1)
    made.end(((6, 1), (6, 2)), (6, 2))
    assert made.next(1, 6, (6, 2)) == (6, 3)
    made.end(((6, 3), (6, 4)), (6, 3))
    assert made.next(1, 6, (6, 3)) == (6, 4), "the SELECT alone was taken"
    assert made.next(1, 3, (3, 1)) == (7, 1), "never an epoch of ours again"
    made.end(((7, 1), (7, 2)), (9, 9))
    assert made.next(1, 9, (9, 9)) == (10, 1), "what a stranger was last to command is not ours"
    assert numbering(4, 2).next(1, 4, None) == (5, 1)


def test_the_last_numbers_are_used_and_none_beyond() -> None:
    assert numbering(4, LAST_NUMBER - 2).next(1, 4, (4, LAST_NUMBER - 2)) == (4, LAST_NUMBER - 1)
    assert numbering(4, LAST_NUMBER - 1).next(1, 4, (4, LAST_NUMBER - 1)) == (5, 1)
    assert Numbering().next(1, 0, None) == (1, 1)
    last = Numbering()
    assert last.next(1, LAST_NUMBER - 1, None) == (LAST_NUMBER, 1)
    assert last.next(1, 0, None) == (1, 1), "it was restarted"
    with pytest.raises(MotionRefused):
        Numbering().next(1, LAST_NUMBER, None)


# -- tickets


def given() -> tuple[Tickets, str]:
    """A ticket that was given to Ana, and its id."""
    course = Course()
    ticket = course.motion.ticket
    assert (ticket.life_s, ticket.narrows) == (60.0, (0,))
    tickets = Tickets()
    tickets.give(GivenTicket(ticket, course.planned, "Ana", AT))
    return tickets, ticket.id


def test_a_ticket_lives_a_minute_and_no_longer() -> None:
    tickets, ticket_id = given()
    assert tickets.use_up(AT + 60.0, ticket_id, (0,), "Ana").by == "Ana"
    tickets, ticket_id = given()
    assert "has run out" in refusal(lambda: tickets.use_up(AT + 60.0 + LITTLE, ticket_id, (0,), "Ana"))
    assert "was used or has ended" in refusal(lambda: tickets.use_up(AT, ticket_id, (0,), "Ana"))


@pytest.mark.parametrize(
    ("confirmed", "by", "reason"),
    [((0,), "Bo", "was given to Ana"), ((), "Ana", "aisle 0 is clear"), ((0, 1), "Ana", "Other aisles were confirmed")],
)
def test_a_ticket_is_for_one_person_and_its_own_aisles(confirmed: tuple[int, ...], by: str, reason: str) -> None:
    tickets, ticket_id = given()
    assert reason in refusal(lambda: tickets.use_up(AT, ticket_id, confirmed, by))
    tickets, _ = given()
    assert "was used or has ended" in refusal(lambda: tickets.use_up(AT, "another", (0,), "Ana"))
