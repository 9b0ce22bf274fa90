"""The long runs, in absolute words: a million fans for ten years and ten million for one, as the command runs them."""

from __future__ import annotations

import tempfile

from measure import Bar, Clock, Row
from whole_model import AGENCIES, in_a_world_of_its_own

RUNS = ((1_000_000, 520), (10_000_000, 52))
"""Fans and weeks."""

QUICK_RUNS = ((20_000, 52),)
THREADS = 2


def measure(clock: Clock) -> tuple[list[Row], list[Bar]]:
    """Live each of them once, all observables every week, results written: minutes, and no bar."""
    rows: list[Row] = []
    for fans, weeks in QUICK_RUNS if clock.quick else RUNS:
        clock.say(f"long run: {fans:,} fans for {weeks} weeks")
        with tempfile.TemporaryDirectory() as folder:
            answer = in_a_world_of_its_own("long_run", fans=fans, agencies=AGENCIES, weeks=weeks, threads=THREADS,
                                           out=folder)
        rows.append({"section": "whole model", "what": "long run", "fans": fans, "weeks": weeks, "threads": THREADS,
                     "contender": f"whole model, {weeks} weeks", "seconds": answer["seconds"],
                     "construction_seconds": answer["building"], "bytes": answer["most"],
                     "bytes_per_fan": answer["most"] / fans})
    return rows, []
