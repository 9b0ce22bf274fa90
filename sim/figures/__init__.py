"""Pictures of results that can be printed as they are: pure functions, Results or Comparison -> matplotlib Figure."""

from sim.figures.effects import draw_effects, effects
from sim.figures.overview import ROWS, WITH, WITHOUT, headline, overview
from sim.figures.page import FigureError, save

__all__ = ["ROWS", "WITH", "WITHOUT", "FigureError", "draw_effects", "effects", "headline", "overview", "save"]
