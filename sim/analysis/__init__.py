"""What results say: two worlds side by side, effects over many pairs, for whom they are good or bad, what decides."""

from sim.analysis.better_off import better_off
from sim.analysis.for_whom import LESS, MORE, OF_WHOM, verdicts, worth
from sim.analysis.indices import SensitivityError
from sim.analysis.many_worlds import differences, readings, source_of
from sim.analysis.paired import PairedEffects, paired_effects, replicates_needed
from sim.analysis.reading import READINGS, RELATIVE_UNIT, Reading, short_unit, written, written_effect
from sim.analysis.sensitivity import Sensitivity, sensitivity
from sim.analysis.sensitivity_table import luck, print_sensitivity, remarks
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
    "Sensitivity",
    "SensitivityError",
    "better_off",
    "differences",
    "last_year",
    "luck",
    "paired_effects",
    "print_sensitivity",
    "print_verdicts",
    "print_what_changed",
    "readings",
    "refuse_unlike",
    "remarks",
    "replicates_needed",
    "sensitivity",
    "short_unit",
    "source_of",
    "verdicts",
    "what_changed",
    "worth",
    "written",
    "written_effect",
]
