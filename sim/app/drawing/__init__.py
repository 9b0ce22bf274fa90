"""Drawings for the page: plain values in, SVG or HTML as text out; fast enough to be drawn anew at every frame."""

from sim.app.drawing.cards import cards, legend
from sim.app.drawing.curves import curves, thread
from sim.app.drawing.people import group_bars, histogram
from sim.app.drawing.timeline import timeline
from sim.app.drawing.treemap import treemap

__all__ = ["cards", "curves", "group_bars", "histogram", "legend", "thread", "timeline", "treemap"]
