"""The server of the page says in one sentence why it cannot be where it was told to be."""

from __future__ import annotations

import socket

import pytest

from sim.app.server import HOST, AppError, _free


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_is_none_is_refused_in_a_sentence(port: int) -> None:
    with pytest.raises(AppError, match=f"port {port} .*65535.*--port"):
        _free(port)


def test_a_port_in_use_is_refused_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        with pytest.raises(AppError, match="--port"):
            _free(other.getsockname()[1])
