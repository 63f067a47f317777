"""One holder a port, however it is written, and the holder's name for whoever comes second."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archroom.drivers.ports import parse_port
from archroom.errors import PortUnavailable, UsageError
from archroom.shelving import lock as lock_file
from archroom.shelving.lock import Held, Lock, lock_folder, lock_port, port_key


def test_a_held_port_is_refused_with_the_holders_name_and_free_after_release(tmp_path: Path) -> None:
    held = lock_port("tcp://127.0.0.1:502", tmp_path)
    with pytest.raises(PortUnavailable, match=rf"^tcp://127\.0\.0\.1:502 is held by .+ \(process {os.getpid()}\)\.$"):
        lock_port("tcp://127.0.0.1:502", tmp_path)
    held.release()
    held.release()
    lock_port("tcp://127.0.0.1:502", tmp_path).release()
    assert list(tmp_path.iterdir()) == []


def test_one_port_has_one_lock_however_it_is_written(tmp_path: Path) -> None:
    device = tmp_path / "ttyUSB0"
    device.write_text("")
    link = tmp_path / "by-id"
    link.symlink_to(device)
    keys = [port_key(parse_port(f"serial://{path}?baud=9600")) for path in (device, link)]
    assert keys[0] == keys[1]
    assert port_key(parse_port("socket://Gateway:502")) == port_key(parse_port("tcp://gateway:502"))
    assert port_key(parse_port("tcp://gateway:502")) != port_key(parse_port("tcp://gateway:503"))
    with pytest.raises(UsageError):
        lock_port("mailto:somebody", tmp_path)


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from archroom.shelving.lock import lock_port\n"
        "held = lock_port('tcp://h:1', Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(PortUnavailable, match=rf"\(process {holder.pid}\)"):
        lock_port("tcp://h:1", tmp_path)
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    lock_port("tcp://h:1", tmp_path).release()


def test_a_lock_whose_file_was_replaced_under_it_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.lock"
    replaced: list[int] = []
    try_lock = lock_file._try_lock

    def replace_then_lock(descriptor: int) -> bool:
        if not replaced:
            replaced.append(path.stat().st_ino)
            path.unlink()
            path.write_text("another")
        return try_lock(descriptor)

    monkeypatch.setattr(lock_file, "_try_lock", replace_then_lock)
    held = Lock(path)
    assert path.stat().st_ino != replaced[0]
    with pytest.raises(Held):
        Lock(path)
    held.release()


def test_a_file_that_says_nothing_names_another_program(tmp_path: Path) -> None:
    held = Lock(tmp_path / "a.lock")
    (tmp_path / "a.lock").write_bytes(b"\x1b\xff\n")
    with pytest.raises(Held) as refused:
        Lock(tmp_path / "a.lock")
    assert "\x1b" not in refused.value.holder
    (tmp_path / "a.lock").write_bytes(b"")
    with pytest.raises(Held, match="another program"):
        Lock(tmp_path / "a.lock")
    held.release()


def test_a_lock_file_is_for_all_users_and_no_link_is_followed(tmp_path: Path) -> None:
    held = lock_port("tcp://h:1", tmp_path)
    assert held.path.stat().st_mode & 0o777 == 0o666
    held.release()
    (tmp_path / "target").write_text("keep")
    held.path.symlink_to(tmp_path / "target")
    with pytest.raises(PortUnavailable, match="cannot be locked"):
        lock_port("tcp://h:1", tmp_path)
    assert (tmp_path / "target").read_text() == "keep"


def test_the_folder_is_the_systems_own_or_the_temporary_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lock_file, "SHARED_FOLDERS", (tmp_path / "missing", tmp_path))
    assert lock_folder() == tmp_path
    monkeypatch.setattr(lock_file, "SHARED_FOLDERS", ())
    assert lock_folder().is_dir()


def test_a_login_without_a_name_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr("getpass.getuser", nobody)
    held = Lock(tmp_path / "a.lock")
    assert held.path.read_text().startswith("unknown (process ")
    held.release()
