"""Pictures of results that can be printed as they are: pure functions, Results or Comparison -> matplotlib Figure."""

from sim.figures.many_worlds import helped, signs
from sim.figures.page import FigureError, save
from sim.figures.policy_effects import draw_effects, effects
from sim.figures.sensitivity import draw_sensitivity, sensitivities
from sim.figures.two_worlds import ROWS, WITH, WITHOUT, headline, overview

__all__ = [
    "ROWS",
    "WITH",
    "WITHOUT",
    "FigureError",
    "draw_effects",
    "draw_sensitivity",
    "effects",
    "headline",
    "helped",
    "overview",
    "save",
    "sensitivities",
    "signs",
]
