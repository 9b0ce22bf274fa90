from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SEEDS = (1, 2, 3)
@dataclass(frozen=True)
class Variant:
    weeks: int = 52
    fans: int = 2_000
    agencies: int = 60
    ai: str = "evolving"
    preset: str = ""
    levers: Mapping[str, Any] = field(default_factory=dict)
    from_week: int = 0
    numbers: Mapping[str, Any] = field(default_factory=dict)
    happening: Callable[..., None] | None = None
    eyewitness: Callable[..., None] | None = None
VARIANTS = {}
