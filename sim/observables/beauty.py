"""Beauty: what fans and idols feel about bodies, and what is shown to them."""

from __future__ import annotations

from sim.observables.view import View, observable, ratio


@observable("beauty", "SD", "Body dissatisfaction")
def mean_dissatisfaction(view: View) -> float:
    """Mean body dissatisfaction of active fans, in standard deviations of the fans of the first day."""
    return view.per_fan(3)


@observable("beauty", "SD", "Dissatisfaction, vulnerable third")
def vulnerable_dissatisfaction(view: View) -> float:
    """Mean body dissatisfaction of the third of fans on whom appearance content acts most."""
    return ratio(view.sums[2], view.sums[1])


@observable("beauty", "SD", "Fans' self-esteem")
def self_esteem(view: View) -> float:
    """Mean self-esteem of fans: dissatisfaction with the sign turned, in the ratio of the two laboratory effects."""
    return -view.industry.numbers.self_esteem_ratio * view.per_fan(3)


@observable("beauty", "share", "Fans who feel fat")
def fans_above_threshold(view: View) -> float:
    """Share of active fans whose dissatisfaction lies above the level of normal-weight pupils who feel fat."""
    return view.per_fan(4)


@observable("beauty", "SD", "Exposure to ideals")
def mean_exposure(view: View) -> float:
    """Mean exposure of fans to appearance ideals, in standard deviations of the first day."""
    return view.per_fan(5)


@observable("beauty", "share", "Appearance in the feed, top 2 %")
def feed_of_most_dissatisfied(view: View) -> float:
    """Appearance share of the feed of the two per cent of fans who are most dissatisfied."""
    return view.feed_of(0.98, 1)


@observable("beauty", "share", "Appearance in the feed, median")
def feed_of_median_fan(view: View) -> float:
    """Appearance share of the feed of the fans around the median of dissatisfaction."""
    return view.feed_of(0.49, 0.51)


@observable("beauty", "ratio", "Appearance norm")
def appearance_norm(view: View) -> float:
    """Ideal that attention has been going to, slowly averaged; 1 is an unedited styled picture."""
    return view.industry.platform.appearance_norm


@observable("beauty", "share", "Image editing")
def editing_level(view: View) -> float:
    """Mean level to which groups' images are edited."""
    return view.of_groups(view.industry.groups.editing)


@observable("beauty", "ratio", "Reward of editing, as learnt")
def editing_reward(view: View) -> float:
    """What agencies have learnt about the reward of editing, against the first day."""
    return view.of_agencies(view.industry.agencies.editing_reward)


@observable("beauty", "share", "Idols pressed to diet")
def pressed_idols(view: View) -> float:
    """Share of idols who are told to diet; its level is uncertain."""
    return view.of_idols(view.industry.idols.pressure)


@observable("beauty", "ratio", "Pressure on idols")
def idol_pressure(view: View) -> float:
    """Pressure on idols to diet against the first day, the way it should be read."""
    return ratio(view.of_idols(view.industry.idols.pressure), view.industry.baseline.idol_pressure)


@observable("beauty", "SD", "Idols' distress")
def idol_distress(view: View) -> float:
    """Mean psychological distress of idols."""
    return view.of_idols(view.industry.idols.distress)


@observable("beauty", "SD", "Distress of idols under age")
def distress_of_minors(view: View) -> float:
    """Mean psychological distress of idols under 18; 0 where there is none."""
    return view.of_minors(view.industry.idols.distress)
