"""What every test stands on: the same examples each time, no window, no stale compiled code."""

import hashlib
import os
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]


def _compiled_rooms_key() -> str:
    """A name for the present text of all compiled code."""
    paths = sorted(path for room in ("dice", "kernels") for path in (ROOT / "sim" / room).rglob("*.py"))
    return hashlib.blake2b(b"\0".join(path.read_bytes() for path in paths), digest_size=8).hexdigest()


# Numba looks only at the file of a compiled function, not at what it inlines from other files: after a
# change in the dice it would go on with old kernels. A folder named by the text of all of them cannot be
# stale, and the programs that tests start inherit it.
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba" / _compiled_rooms_key()))
os.environ.setdefault("MPLBACKEND", "agg")

# The same examples on every machine and every day; a first call may compile, so no example has a deadline.
settings.register_profile("limelight", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("limelight")
