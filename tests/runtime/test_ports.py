"""Loopback ports are kept while they are free."""

from __future__ import annotations

import socket
from pathlib import Path

from deploy.embedded.ports import is_free, remembered_port


def test_a_port_with_a_listener_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


def test_a_listener_on_every_address_takes_the_port_too() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        assert not is_free(taken.getsockname()[1])


def test_a_free_port_is_remembered(tmp_path: Path) -> None:
    first = remembered_port(tmp_path / "port")
    assert remembered_port(tmp_path / "port") == first


def test_a_taken_port_is_replaced_and_the_new_one_remembered(tmp_path: Path) -> None:
    first = remembered_port(tmp_path / "port")
    with socket.create_server(("127.0.0.1", first)):
        second = remembered_port(tmp_path / "port")
    assert second != first
    assert (tmp_path / "port").read_text() == f"{second}\n"


def test_an_unreadable_note_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("not a port")
    assert is_free(remembered_port(tmp_path / "port"))
