"""Who competes: every contender by the name under which it is shown."""

from __future__ import annotations

from fan_week.columns import InNumpy, InScipy
from fan_week.in_c import InC, InCheapC, InTiledC, NoCompiler, library
from fan_week.kernel import InKernel, InKernelTwice
from fan_week.objects import InMesa, InMesaShuffled
from fan_week.world import Crowd

OURS, OURS_TWICE = "Limelight, 1 thread", "Limelight, 2 threads"
C, CHEAP_C, TILED_C = "plain C", "plain C, cheapest noise", "C with our tricks"
SHUFFLED, IN_ORDER, NUMPY, SCIPY = "Mesa shuffle_do", "Mesa do", "numpy", "numpy + scipy"

OBJECTS: dict[str, type[Crowd]] = {SHUFFLED: InMesaShuffled, IN_ORDER: InMesa}
COLUMNS: dict[str, type[Crowd]] = {NUMPY: InNumpy, SCIPY: InScipy}
KERNELS: dict[str, type[Crowd]] = {OURS: InKernel, OURS_TWICE: InKernelTwice}


def in_c() -> tuple[dict[str, type[Crowd]], str]:
    """The three contenders in C, or none and the reason."""
    try:
        library()
    except NoCompiler as reason:
        return {}, str(reason)
    return {C: InC, CHEAP_C: InCheapC, TILED_C: InTiledC}, ""
