"""What results say: two worlds side by side, effects over many pairs of worlds, and for whom they are good or bad."""

from sim.analysis.for_whom import LESS, MORE, OF_WHOM, verdicts, worth
from sim.analysis.paired import PairedEffects, paired_effects, replicates_needed
from sim.analysis.reading import READINGS, RELATIVE_UNIT, Reading, short_unit, written, written_effect
from sim.analysis.two_worlds import (
    RELATIVE_ONLY,
    TELLING,
    WIDTH_OF_TABLE,
    ComparisonError,
    last_year,
    print_what_changed,
    refuse_unlike,
    what_changed,
)
from sim.analysis.verdict_table import print_verdicts

__all__ = [
    "LESS",
    "MORE",
    "OF_WHOM",
    "READINGS",
    "RELATIVE_ONLY",
    "RELATIVE_UNIT",
    "TELLING",
    "WIDTH_OF_TABLE",
    "ComparisonError",
    "PairedEffects",
    "Reading",
    "last_year",
    "paired_effects",
    "print_verdicts",
    "print_what_changed",
    "refuse_unlike",
    "replicates_needed",
    "short_unit",
    "verdicts",
    "what_changed",
    "worth",
    "written",
    "written_effect",
]
