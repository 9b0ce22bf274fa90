"""A plug-in for the tests of the page: a world that ends in an error as soon as fines may reach a fifth of revenue."""

from sim.industry import Industry
from sim.params import LimelightError
from sim.plugins import process

TOO_MUCH, WEEK = 0.199, 3


@process(after="law_takes_effect")
def industry_collapses(industry: Industry) -> None:
    """Nobody lives on under such a law."""
    if industry.week >= WEEK and industry.numbers.fine_cap > TOO_MUCH:
        raise LimelightError("this world has ended <b>here</b>, because fines & courts took all.")
