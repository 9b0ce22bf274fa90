"""The fan-week in C, compiled on the spot for this processor, and called through ctypes."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np

from fan_week import world as numbers
from fan_week.kernel import lay_out
from fan_week.world import GROUPS, KEY, Crowd, World, f4
from sim.params import LimelightError

SOURCE = Path(__file__).with_name("fan_week.c")
FOLDER = Path(__file__).parents[1] / "results" / "compiled"
FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math")
"""No fast mathematics; the two liberties that change no number are those that numba takes as well."""


class NoCompiler(LimelightError):
    """There is no C compiler on this machine, or it cannot compile; the message says which."""


class _Numbers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in (
        "persistence", "push", "pull", "noise", "speed", "kept", "chance_at_rest", "chance_per_attachment", "luck")]


def compiler() -> str:
    """The path of the C compiler that would be used: $CC, or the first of cc, gcc and clang."""
    for name in filter(None, (os.environ.get("CC"), "cc", "gcc", "clang")):
        if found := shutil.which(name):
            return found
    raise NoCompiler("No C compiler (cc, gcc or clang) is installed, so nothing is compared with C.")


def compiler_version() -> str:
    """What the compiler says of itself, in its first line, with the flags used."""
    said = subprocess.run([compiler(), "--version"], capture_output=True, text=True).stdout
    return f"{said.splitlines()[0] if said else compiler()}, {' '.join(FLAGS)}"


@cache
def library() -> ctypes.CDLL:
    """The compiled file; it is compiled again when its text, the compiler or the processor is another one."""
    text = SOURCE.read_bytes() + compiler_version().encode() + _processor()
    place = FOLDER / f"fan_week-{hashlib.blake2b(text, digest_size=8).hexdigest()}.so"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        half_done = place.with_suffix(f".{os.getpid()}")
        command = [compiler(), *FLAGS, "-shared", "-fPIC", str(SOURCE), "-o", str(half_done), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise NoCompiler(f"{compiler()} cannot compile {SOURCE.name}: {done.stderr.strip()}")
        half_done.replace(place)
    return ctypes.CDLL(str(place))


def _processor() -> bytes:
    """The processor's abilities, where the system tells them."""
    try:
        lines = Path("/proc/cpuinfo").read_bytes().splitlines()
    except OSError:
        return b""
    return next((line for line in lines if line.startswith(b"flags")), b"")


def _place_of(column: np.ndarray | None) -> ctypes.c_void_p:
    """Where a column lies in memory; nowhere if a function has no use for it."""
    return ctypes.c_void_p(None if column is None else column.ctypes.data)


class InC(Crowd):
    """One thread of plain C whose luck stands at the addresses of the house."""

    entry = "fan_week_addressed"

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        self.now, self.after = world.dissatisfaction.copy(), np.empty(world.fans, f4)
        self.attachment, self.records = world.attachment.copy(), world.records.copy()
        self.sums = np.zeros((GROUPS, 3))
        values = (numbers.PERSISTENCE, numbers.PUSH, numbers.PULL, numbers.NOISE, numbers.SPEED, numbers.KEPT,
                  numbers.CHANCE_AT_REST, numbers.CHANCE_PER_ATTACHMENT, 1.0 if luck else 0.0)
        self.numbers = _Numbers(*(float(value) for value in values))
        self.function = getattr(library(), self.entry)
        self.function.restype = None
        self.ties: tuple[np.ndarray | None, ...] = (world.offsets, None, world.targets)

    def week(self) -> None:
        """Live one week."""
        world = self.world
        columns = (*self.ties, world.group, world.hours, world.susceptibility, world.home, self.now, self.after,
                   self.attachment, self.records, world.ideal, world.presence, self.sums)
        self.sums[:] = 0
        self.function(ctypes.c_int64(world.fans), *(_place_of(column) for column in columns),
                      *(ctypes.c_uint32(int(word)) for word in (*KEY, self.weeks)), ctypes.byref(self.numbers))
        self.now, self.after = self.after, self.now
        self.weeks += 1

    def state(self) -> dict[str, np.ndarray]:
        """The columns as they are."""
        return {"dissatisfaction": self.now, "attachment": self.attachment, "records": self.records, "sums": self.sums}


class InCheapC(InC):
    """The same with the cheapest noise."""

    entry = "fan_week_cheap"


class InTiledC(InC):
    """One thread of C in tiles, with every trick of our kernel."""

    entry = "fan_week_tiled"

    def __init__(self, world: World, luck: bool = True) -> None:
        super().__init__(world, luck)
        self.ties = lay_out(world)
