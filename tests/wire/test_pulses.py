"""Coils that stay set: the driver of a register map against a simulated Fatek PLC, on a virtual clock.

The port goes within a pulse's hold, the host that began one is killed, another master sets a coil: each is cleared and read
back, or told, and no pulse goes out twice.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from profile_texts import profile_text
from pulse_site import CLOSE, OPEN, STOP, VENTILATE, Frame, Site

from archroom.core.plain.facts import Order, OrderKind
from archroom.drivers.line import ExchangeFailed
from archroom.drivers.map_driver import MapDriver
from archroom.drivers.plain import OrderNotBegun
from archroom.drivers.profile_reading import parse_profile
from archroom.drivers.pulses import LEFT_S, RELEASES, Begun
from archroom.errors import LinkError, PortUnavailable

OPENING = Order(OrderKind.OPEN, aisle=3)
HOLD_S = 0.2
ANSWER_S = 0.1
"""How long an answer is waited for."""


def polled(driver: MapDriver, *, is_anew: bool = True, may_release: bool = True) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Look and read once: the alarms as sentences, and the notes."""
    driver.look(is_anew=is_anew, may_release=may_release)
    reading = driver.status()
    alarms = tuple("" if alarm.said is None else alarm.said.english() for alarm in reading.status.alarms)
    return alarms, tuple(note.english() for note in reading.notes)


def cut_in_hold(site: Site, driver: MapDriver, order: Callable[[], None], coil: int) -> None:
    """Give an order whose pulse is cut off by the loss of the port."""
    site.wire.is_gone = lambda: (5, coil, 0xFF00) in site.asked
    with pytest.raises(PortUnavailable):
        order()
    assert site.coil(coil)


# -- begun by this program and not seen to end


def test_a_pulse_that_lost_its_port_is_ended_first_when_it_is_open_again_and_read_back() -> None:
    site, begun = Site(), Begun()
    driver = site.driver(begun)
    cut_in_hold(site, driver, lambda: driver.order(OPENING), OPEN)
    at = len(site.asked)
    again = site.driver(begun)
    alarms, notes = polled(again, may_release=False)
    assert site.asked[at : at + 2] == [(5, OPEN, 0), (1, OPEN, 1)], "what was begun is known to be ours"
    assert not site.coil(OPEN)
    assert (alarms, notes) == ((), ("The pulse of open was cut off; its coil M205 is cleared.",))
    assert polled(again) == ((), ()), "it is told once"
    assert site.pulses_of(OPEN) == 1


def test_a_pulse_whose_end_was_not_answered_is_ended_by_the_first_status_that_is() -> None:
    site = Site()
    driver = site.driver()
    site.is_lost = lambda frame: (5, OPEN, 0xFF00) in site.asked and frame != (5, OPEN, 0xFF00)
    with pytest.raises(ExchangeFailed):
        driver.order(OPENING)
    assert site.asked.count((5, OPEN, 0)) == RELEASES == 3
    for act in (driver.status, lambda: driver.look(is_anew=True, may_release=False)):
        at = len(site.asked)
        with pytest.raises(LinkError):
            act()
        assert site.asked[at:] == [(5, OPEN, 0)], "nothing is asked before it, and it is tried once"
    assert site.coil(OPEN)
    site.is_lost = lambda frame: False
    at = len(site.asked)
    assert len(driver.status().notes) == 1
    assert site.asked[at : at + 2] == [(5, OPEN, 0), (1, OPEN, 1)]
    assert not site.coil(OPEN)
    assert site.pulses_of(OPEN) == 1


LEASE = """
[write.beat]
table = "holding"
address = 20
style = "level"
read_back = false
[lease]
write = "beat"
period_ms = 200
silence_ms = 1000
"""


def test_no_order_and_no_beat_goes_out_before_an_earlier_pulse_was_ended() -> None:
    site, begun = Site(LEASE), Begun({(1, CLOSE)})
    driver = site.driver(begun)
    site.set(CLOSE)
    site.is_lost = lambda frame: True
    with pytest.raises(OrderNotBegun):
        driver.order(OPENING)
    assert site.writes() == [(5, CLOSE, 0)]
    site.is_lost, site.is_urgent = (lambda frame: False), (lambda: True)
    with pytest.raises(OrderNotBegun):
        driver.order(OPENING)
    assert site.writes() == [(5, CLOSE, 0)], "it gives way to a stop"
    site.is_urgent = lambda: False
    driver.order(OPENING)
    assert site.writes(1) == [(5, CLOSE, 0), (6, 10, 3), (5, OPEN, 0xFF00), (5, OPEN, 0)]
    assert len(driver.status().notes) == 1
    begun.add((1, CLOSE))
    at = len(site.asked)
    with pytest.raises(LinkError):
        driver.keep_alive()
    assert site.writes(at) == [(5, CLOSE, 0), (6, 20, 1)], "there is no such register here"


def test_a_stop_waits_for_nothing_and_clears_what_it_stops_while_it_is_held() -> None:
    site, begun = Site(), Begun({(1, OPEN), (1, CLOSE), (1, STOP)})
    driver = site.driver(begun)
    for coil in (OPEN, CLOSE):
        site.set(coil)
    site.is_lost = lambda frame: frame == (5, CLOSE, 0)
    driver.stop()
    assert site.writes() == [(5, STOP, 0xFF00), (5, CLOSE, 0), (5, OPEN, 0), (5, STOP, 0)]
    assert (site.coil(STOP), site.coil(OPEN), site.coil(CLOSE)) == (False, False, True)
    site.is_lost = lambda frame: False
    assert len(driver.status().notes) == 2, "both are read back"
    assert not site.coil(CLOSE)
    assert begun == set()


def test_a_pulse_that_did_not_go_out_was_not_begun() -> None:
    site, begun = Site(), Begun()
    driver = site.driver(begun)
    site.is_urgent = lambda: bool(site.asked) and site.asked[-1] == (3, 10, 1)
    with pytest.raises(OrderNotBegun):
        driver.order(OPENING)
    assert begun == set()
    assert site.pulses_of(OPEN) == 0


def test_a_coil_that_stays_set_is_an_alarm_and_nothing_is_ordered() -> None:
    site, begun = Site(), Begun({(1, OPEN)})
    driver = site.driver(begun)
    site.set(OPEN)
    site.is_deaf = lambda frame: frame == (5, OPEN, 0)
    alarms, notes = polled(driver)
    assert alarms == ("the coil M205 of open stays set although it was cleared. Clear it at its controller.",)
    assert notes == ()
    with pytest.raises(OrderNotBegun, match="M205 of open stays set"):
        driver.order(Order(OrderKind.CLOSE))
    assert all(frame == (5, OPEN, 0) for frame in site.writes())
    site.is_deaf = lambda frame: False
    assert polled(driver, is_anew=False)[0] == ()
    assert begun == set()
    driver.order(Order(OrderKind.CLOSE))


def test_a_stop_that_stayed_set_is_told_no_more_once_another_stop_has_ended_it() -> None:
    site, begun = Site(), Begun({(1, STOP)})
    driver = site.driver(begun)
    site.set(STOP)
    site.is_deaf = lambda frame: frame == (5, STOP, 0)
    assert len(polled(driver, is_anew=False)[0]) == 1
    site.is_deaf = lambda frame: False
    driver.stop()
    assert polled(driver, is_anew=False, may_release=False) == ((), ())


def test_what_refuses_to_be_cleared_is_told_and_the_rest_is_read() -> None:
    site, begun = Site(), Begun({(1, OPEN)})
    driver = site.driver(begun)
    site.refuses = lambda frame: 4 * (frame == (5, OPEN, 0))
    assert "M205 of open stays set" in polled(driver)[0][0]
    assert driver.status().status.is_moving is False


# -- set by an earlier program or another master


def test_a_coil_that_an_earlier_program_left_set_is_cleared_after_it_was_seen_to_stay_set() -> None:
    site = Site()
    killed = site.driver()
    cut_in_hold(site, killed, lambda: killed.order(OPENING), OPEN)
    at, driver = len(site.asked), site.driver()
    begun_s = site.clock.now
    alarms, notes = polled(driver)
    assert notes == ()
    assert alarms == (
        "the coil M205 of open is set, by another master or by an order that was cut off. If it stays set it is cleared.",
    )
    while site.clock.now < begun_s + LEFT_S + HOLD_S - 0.1:
        site.clock.now += 0.05
        assert polled(driver)[0] == alarms
    assert site.writes(at) == []
    site.clock.now += 0.1
    cleared = "The coil M205 of open was set, by another master or by an order that was cut off; it is cleared."
    assert polled(driver, is_anew=False) == ((), (cleared,))
    assert site.writes(at) == [(5, OPEN, 0)]
    assert not site.coil(OPEN)
    assert polled(driver) == ((), ())
    assert site.pulses_of(OPEN) == 1


def test_a_block_that_is_only_watched_is_told_of_and_never_written_to() -> None:
    site = Site()
    site.set(OPEN)
    driver = site.driver()
    for _ in range(20):
        site.clock.now += 1.0
        (alarm,), notes = (
            polled(driver, may_release=False, is_anew=False) if site.asked else polled(driver, may_release=False)
        )
        assert "the coil M205 of open is set, by another master or by an order that was cut off" in alarm
        assert "clear it at its controller" in alarm
        assert notes == ()
    assert site.writes() == []
    site.set(OPEN, is_on=False)
    assert polled(driver, may_release=False, is_anew=False) == ((), ())


def test_leave_to_give_orders_is_leave_to_clear_what_was_left() -> None:
    site = Site()
    site.set(VENTILATE)
    driver = site.driver()
    polled(driver, may_release=False)
    site.clock.now += 2.0
    assert len(polled(driver, is_anew=False)[1]) == 1
    assert not site.coil(VENTILATE)


def test_a_pulse_of_another_master_in_passing_is_left_alone() -> None:
    site = Site()
    driver = site.driver()
    site.set(CLOSE)
    assert len(polled(driver)[0]) == 1
    site.set(CLOSE, is_on=False)
    assert polled(driver, is_anew=False) == ((), ())
    assert site.writes() == []


def test_each_coil_is_looked_at_once_and_anew_when_nothing_is_believed() -> None:
    site = Site()
    driver = site.driver()

    def looks(*, is_anew: bool) -> list[int]:
        at = len(site.asked)
        driver.look(is_anew=is_anew, may_release=True)
        return [address for _, address, _ in site.asked[at:]]

    assert looks(is_anew=False) == []
    every = [CLOSE, VENTILATE, OPEN, STOP]
    assert looks(is_anew=True) == every
    assert looks(is_anew=True) == []
    assert looks(is_anew=False) == []
    assert looks(is_anew=True) == every
    site.is_lost = lambda frame: True
    assert looks(is_anew=False) == []
    with pytest.raises(LinkError):
        looks(is_anew=True)
    site.is_lost = lambda frame: False
    assert looks(is_anew=True) == every, "what was not answered is asked again"


def test_what_was_read_before_an_answer_was_lost_is_read_again() -> None:
    site = Site()
    driver = site.driver()
    site.is_lost = lambda frame: frame == (1, STOP, 1)
    with pytest.raises(LinkError):
        driver.look(is_anew=True, may_release=True)
    assert site.asked.count((1, STOP, 1)) == 1, "a stop may wait for it, so it is asked once"
    site.is_lost = lambda frame: False
    at = len(site.asked)
    driver.look(is_anew=True, may_release=True)
    assert [address for _, address, _ in site.asked[at:]] == [CLOSE, VENTILATE, OPEN, STOP]


def test_a_coil_that_is_set_again_is_a_new_one() -> None:
    site = Site()
    driver = site.driver()
    for is_on in (True, False, True):
        site.set(OPEN, is_on=is_on)
        polled(driver)
        polled(driver, is_anew=False)
        site.clock.now += 5.0 if not is_on else 0.1
    assert site.writes() == []


@pytest.mark.parametrize("is_stop", [False, True])
def test_the_end_of_a_pulse_waits_for_no_clean_line(is_stop: bool) -> None:
    site = Site()
    driver, coil = site.driver(), STOP if is_stop else OPEN
    asked_s: dict[Frame, float] = {}

    def is_lost(frame: Frame) -> bool:
        asked_s.setdefault(frame, site.clock.now)
        return frame == (5, coil, 0xFF00)

    site.is_lost = is_lost
    with pytest.raises(ExchangeFailed):
        driver.stop() if is_stop else driver.order(OPENING)
    assert asked_s[(5, coil, 0)] - asked_s[(5, coil, 0xFF00)] == pytest.approx(ANSWER_S)


def test_what_a_stop_clears_waits_for_no_clean_line() -> None:
    site, begun = Site(), Begun({(1, OPEN), (1, CLOSE)})
    driver = site.driver(begun)
    asked_s: dict[Frame, float] = {}

    def is_lost(frame: Frame) -> bool:
        asked_s[frame] = site.clock.now
        return frame == (5, CLOSE, 0)

    site.is_lost = is_lost
    driver.stop()
    assert asked_s[(5, OPEN, 0)] - asked_s[(5, CLOSE, 0)] == pytest.approx(ANSWER_S)


def test_a_coil_must_be_seen_to_stay_set_without_a_gap() -> None:
    site = Site()
    driver = site.driver()
    site.set(OPEN)
    polled(driver)
    site.clock.now += 2.0
    site.is_lost = lambda frame: True
    with pytest.raises(LinkError):
        polled(driver)
    site.is_lost = lambda frame: False
    assert polled(driver)[1] == ()
    assert site.writes() == []


def test_a_stop_that_somebody_else_may_have_given_is_told_and_never_cleared() -> None:
    site = Site()
    driver = site.driver()
    for coil in (STOP, OPEN):
        site.set(coil)
    begun_s = site.clock.now
    while site.clock.now < begun_s + 60.0:
        alarms, _ = polled(driver)
        site.clock.now += 0.5
    assert len(alarms) == 1
    assert "the block is held stopped" in alarms[0]
    assert site.writes() == [(5, OPEN, 0)]
    assert site.coil(STOP)
    driver.stop()
    assert polled(driver, is_anew=False) == ((), ())
    assert not site.coil(STOP)


def test_a_coil_that_another_master_holds_is_cleared_again_only_after_a_while() -> None:
    site = Site()
    driver = site.driver()
    site.set(OPEN)
    site.is_deaf = lambda frame: frame == (5, OPEN, 0)
    begun_s = site.clock.now
    while site.clock.now < begun_s + 8.0:
        assert len(polled(driver)[0]) == 1
        site.clock.now += 0.25
    assert 3 <= len(site.writes()) <= 8


@pytest.mark.parametrize("code", [1, 2])
def test_a_coil_that_cannot_be_read_is_not_looked_at_and_ends_by_its_echo(code: int) -> None:
    site, begun = Site(), Begun({(1, OPEN)})
    driver = site.driver(begun)
    site.set(OPEN)
    site.refuses = lambda frame: code * (frame[0] == 1 and frame[1] in (CLOSE, STOP, VENTILATE, OPEN))
    alarms, notes = polled(driver)
    assert (alarms, len(notes), begun) == ((), 1, set())
    assert not site.coil(OPEN)


def test_a_busy_controller_is_asked_again() -> None:
    site = Site()
    driver = site.driver()
    site.refuses = lambda frame: 6 * (frame[:2] == (1, OPEN))
    with pytest.raises(LinkError, match="busy"):
        polled(driver)
    site.refuses = lambda frame: 0
    site.set(OPEN)
    assert len(polled(driver)[0]) == 1


def test_a_coil_without_a_name_of_the_vendor_is_told_by_its_address() -> None:
    site = Site()
    site.profile = parse_profile(profile_text("fatek-coils").replace('notation = "M205"\n', "").encode())
    site.set(OPEN)
    assert "the coil 2205 of open is set" in polled(site.driver(), may_release=False)[0][0]
