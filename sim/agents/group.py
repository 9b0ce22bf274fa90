"""Groups: acts that fans follow and that agencies run."""

from __future__ import annotations

from sim.agents.population import Actor, State


class Group(Actor):
    """An act of an agency: what fans see, hear and choose between."""

    agency = State("int64", unit="count", meaning="row of the agency")
    female = State("bool", meaning="a girl group")
    virtual = State("bool", meaning="appears as avatars")
    debut_week = State("int32", unit="weeks", meaning="week of debut; negative before the first week")
    cycle_offset = State("int32", unit="weeks", meaning="position in the comeback cycle at week 0")

    popularity = State("float64", unit="log", meaning="log of latent popularity")
    home_popularity = State("float64", unit="log", meaning="popularity to which the group returns")
    backlash = State("float64", unit="log", meaning="passing loss of standing after call-outs")
    apology_week = State("int32", unit="weeks", start=-1, meaning="week of an apology that is due, or -1")
    attention_share = State("float64", unit="share", meaning="share of all fan attention that choice follows")
    audience_hours = State("float64", unit="h/week", meaning="hours that the fan agents gave")
    presence = State("float64", unit="share", start=1, meaning="share of members who are not on hiatus")
    fan_trust = State("float64", unit="share", meaning="expected trust of the group's fans")
    fan_trust_set_point = State("float64", unit="share", meaning="trust to which they return")

    pieces = State("float64", unit="pieces/week", meaning="pieces of content that the agency plans")
    usual_pieces = State("float64", unit="pieces/week", meaning="pieces it would plan without AI, by the same habits")
    delivered = State("float64", unit="pieces/week", meaning="pieces delivered within the hours allowed")
    editing_habit = State("float64", unit="share", meaning="editing to which the group returns at today's cost")
    editing = State("float64", unit="share", meaning="how far images are edited")
    image_ideal = State("float64", unit="ratio", start=1, meaning="ideal shown; 1 is an unedited styled picture")
    human_song = State("float64", unit="share", start=1, meaning="human share of composition")
    human_vocal = State("float64", unit="share", start=1, meaning="human share of vocals")
    human_choreography = State("float64", unit="share", start=1, meaning="human share of choreography and video")
    human_image = State("float64", unit="share", start=1, meaning="human share of images")
    intended_mix = State("float64", unit="share", shape=(6,), meaning="cultures that the makers mean to draw on")

    revenue = State("float64", unit="million KRW/year", meaning="revenue at this week's rate")
    wages = State("float64", unit="million KRW/year", meaning="pay for idols' content hours, where those have a price")
    cost = State("float64", unit="million KRW/year", meaning="cost before the idols' share, at this week's rate")
    profit = State("float64", unit="million KRW/year", meaning="revenue less cost and the idols' share")

    @property
    def age_weeks(self) -> int:
        """Weeks since debut."""
        return int(self.model.week - self.debut_week)

    @property
    def members(self) -> int:
        """Idols in the group now."""
        idols = self.model.idols
        return int((idols.alive & (idols.group == self.row)).sum())
