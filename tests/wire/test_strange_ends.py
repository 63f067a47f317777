"""Ends written by others: strange Modbus clients on the simulator, and a strange Modbus server for the driver.

They know docs/shelving-protocol.md and nothing of this program.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import minimalmodbus
import pytest
from paper_controller import PaperController, checked
from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from simulator_process import SimulatorProcess

from archroom.core.shelving import Action, ControllerState, Instruction
from archroom.drivers.controller import ReferenceController
from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.ports import open_port

CARRIAGES = 8


def test_minimalmodbus_gets_along_with_the_simulator_on_a_pty(simulator: SimulatorProcess) -> None:
    instrument = minimalmodbus.Instrument(simulator.pty.removeprefix("serial://").partition("?")[0], simulator.unit)
    instrument.serial.timeout = 1.0
    try:
        identity = tuple(instrument.read_registers(0x0000, 19))
        assert identity[0] == 0x4152
        assert identity[4] == simulator.carriages
        assert checked(identity[:-1]) == identity
        instrument.write_register(0x0210, 41, functioncode=6)
        status = wait_for_status(lambda: tuple(instrument.read_registers(0x0100, 24 + simulator.carriages)), 0x10, 41)
        assert checked(status[:-1]) == status
        select = checked((status[2] + 1, 1, 1, 3, 1, 5_000))
        instrument.write_registers(0x0200, list(select))
        wait_for_status(lambda: tuple(instrument.read_registers(0x0100, 24 + simulator.carriages)), 0x03, 1)
        instrument.write_register(0x0220, 1, functioncode=6)
        with pytest.raises(minimalmodbus.IllegalRequestError):
            instrument.read_register(0x0300)
    finally:
        instrument.serial.close()


@pytest.mark.parametrize("framer", [FramerType.SOCKET, FramerType.RTU], ids=["tcp", "rtu over tcp"])
def test_pymodbus_gets_along_with_the_simulator(simulator: SimulatorProcess, framer: FramerType) -> None:
    url = simulator.tcp if framer is FramerType.SOCKET else simulator.rtu_tcp
    host, _, port = url.partition("//")[2].rpartition(":")
    with ModbusTcpClient(host, port=int(port), framer=framer, timeout=2, retries=0) as client:

        def read(address: int, count: int) -> tuple[int, ...]:
            return tuple(client.read_holding_registers(address, count=count, device_id=simulator.unit).registers)

        identity = read(0x0000, 19)
        assert identity[0] == 0x4152
        assert checked(identity[:-1]) == identity
        assert not client.write_register(0x0210, 42, device_id=simulator.unit).isError()
        status = wait_for_status(lambda: read(0x0100, 24 + simulator.carriages), 0x10, 42)
        assert checked(status[:-1]) == status
        select = checked((status[2] + 1, 1, 1, 3, 1, 5_000))
        assert not client.write_registers(0x0200, list(select), device_id=simulator.unit).isError()
        wait_for_status(lambda: read(0x0100, 24 + simulator.carriages), 0x03, 1)
        assert client.read_holding_registers(0x0300, count=1, device_id=simulator.unit).exception_code == 2
        assert client.read_coils(0, count=1, device_id=simulator.unit).exception_code == 1


def wait_for_status(read: Callable[[], tuple[int, ...]], place: int, value: int) -> tuple[int, ...]:
    """Read until a register of the status has a value: writes take effect at the controller's next scan."""
    ends_at = time.monotonic() + 5.0
    while (status := read())[place] != value:
        assert time.monotonic() < ends_at, status
    return status


def strange_device() -> SimDevice:
    """The map in pymodbus's own simulator: blocks of registers, and a function that is asked before each access."""
    model = PaperController(1, CARRIAGES)

    async def act(
        function: int, start: int, address: int, count: int, registers: list[int], values: list[int] | list[bool] | None
    ) -> ExcCodes | None:
        if values is not None and address == 0x0210:
            model.heartbeat = int(values[0])
        if values is not None and address == 0x0220:
            model.stops += 1
        if values is None and address == 0x0100:
            model.counter += 1
            place = 0x0100 - start
            registers[place : place + 24 + CARRIAGES] = model.status
        return None

    def block(address: int, registers: tuple[int, ...]) -> SimData:
        return SimData(address, values=list(registers), datatype=DataType.REGISTERS)

    blocks = [
        block(0x0000, model.identity),
        block(0x0100, model.status),
        block(0x0200, (0,) * 7),
        block(0x0210, (0,)),
        block(0x0220, (0,)),
    ]
    return SimDevice(id=1, simdata=blocks, action=act)


@contextmanager
def strange_server(framer: FramerType) -> Iterator[int]:
    """Serve the strange device with pymodbus from a thread; yields its port."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    ended = asyncio.Event()
    ports: list[int] = []

    async def serve() -> None:
        server = ModbusTcpServer([strange_device()], framer=framer, address=("127.0.0.1", 0))
        await server.serve_forever(background=True)
        listening: object = server.transport
        assert isinstance(listening, asyncio.Server)
        ports.append(listening.sockets[0].getsockname()[1])
        started.set()
        await ended.wait()
        await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus leaves it untyped

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert started.wait(10)
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


@pytest.mark.parametrize(("scheme", "framer"), [("tcp", FramerType.SOCKET), ("socket", FramerType.RTU)])
def test_the_driver_gets_along_with_a_pymodbus_server(scheme: str, framer: FramerType) -> None:
    with strange_server(framer) as port:
        line = Line(open_port(f"{scheme}://127.0.0.1:{port}"), time.monotonic)
        controller = ReferenceController(line, 1)
        try:
            identity = controller.identity()
            assert (identity.block, identity.carriages, identity.serial) == (1, CARRIAGES, "PAPER001")
            first = controller.status(CARRIAGES).status
            assert first.state is ControllerState.IDLE
            controller.heartbeat(1234)
            second = controller.status(CARRIAGES).status
            assert (second.counter, second.heartbeat_echo) == (first.counter + 1, 1234)
            assert second.locked_carriages == frozenset()
            told = Instruction(Action.JOG, 3, jog_mm=-50)
            controller.select(1, 1, told, 5_000)
            controller.operate(1, 2, told, 30_000)
            controller.stop()
            with pytest.raises(ExchangeFailed) as failed:
                controller.status(CARRIAGES + 20)
            assert failed.value.failure.exception_code == ExcCodes.ILLEGAL_ADDRESS
            assert (line.state.count(1).sent, line.state.count(1).matched) == (8, 7)
        finally:
            line.close()
