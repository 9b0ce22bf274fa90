"""The worlds that the metamorphic tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.metamorphic.lives import Worlds


@pytest.fixture(scope="session")
def worlds() -> Iterator[Worlds]:
    """All worlds of this folder, each lived when it is first asked for or before."""
    worlds = Worlds()
    yield worlds
    worlds.close()
