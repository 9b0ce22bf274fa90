"""Many worlds: a sweep lives through a design, keeps what was asked for, resumes, and is read back piece by piece."""

import mesa  # noqa: F401  (before all else, as in sim.runner)

from sim.sweeps.compacting import compact
from sim.sweeps.reading import Sweep, load
from sim.sweeps.running import sweep
from sim.sweeps.store import SweepError

__all__ = ["Sweep", "SweepError", "compact", "load", "sweep"]
