"""What the numbers were measured on: processor, caches, memory, versions, compiler, and how busy it was."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fan_week.in_c import NoCompiler, compiler_version
from measure import Row

LIBRARIES = ("numpy", "numba", "llvmlite", "scipy", "mesa", "pandas", "pyarrow")


def describe() -> Row:
    """The machine and its software as a plain dictionary; what the system does not tell is left out."""
    try:
        compiler = compiler_version()
    except NoCompiler as reason:
        compiler = str(reason)
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "caches": _caches(),
        "memory_gib": round(_memory() / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "compiler": compiler,
        "load_at_start": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _line(path: str, key: str) -> str:
    """The value behind a key in a file of `key : value` lines, or nothing."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _caches() -> dict[str, str]:
    """Sizes of the first core's caches."""
    found = {}
    for place in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((place / name).read_text().strip() for name in ("level", "type", "size"))
        found[f"L{level} {kind.lower()}"] = size
    return found


def _memory() -> int:
    """Bytes of memory of the machine."""
    words = _line("/proc/meminfo", "MemTotal").split()
    return int(words[0]) * 1024 if words else 0


def _version(name: str) -> str:
    """The version of an installed library, or nothing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
