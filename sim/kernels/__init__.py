"""The compiled inner loops: over fans, and over idols, groups, agencies and songs, one file each; and readings.

A kernel over fans handles those of one block, and blocks have a fixed size: whichever thread takes a block, its sums
are formed in the same order, so results do not depend on the number of threads. The other kernels are short: in a
small world it is the many small steps that cost, not the rows, and one pass takes many steps at once.
"""

from sim.kernels.blocks import BLOCK, blocks_of, in_float32, sweep
from sim.kernels.fans import (
    Attending,
    Comparing,
    Feed,
    Trusting,
    attend,
    compare,
    entrust,
    exposure_of,
    survey,
)
from sim.kernels.graph import fandom_graph

__all__ = ["BLOCK", "Attending", "Comparing", "Feed", "Trusting", "attend", "blocks_of", "compare", "entrust",
           "exposure_of", "fandom_graph", "in_float32", "survey", "sweep"]
