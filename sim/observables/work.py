"""Work: hours, burnout, content, staff, human shares."""

from __future__ import annotations

import numpy as np

from sim.observables.view import View, observable, quantile, ratio
from sim.processes import work


@observable("work", "h/week", "Idols' hours")
def idol_hours(view: View) -> float:
    """Mean weekly hours of idols."""
    return view.of_idols(view.industry.idols.hours)


@observable("work", "h/week", "Idols' hours, top tenth")
def top_decile_hours(view: View) -> float:
    """Weekly hours above which the hardest-working tenth of idols works."""
    idols = view.industry.idols
    return quantile(idols.hours[idols.rows], 0.9)


@observable("work", "h/week", "Hours of idols under age")
def hours_of_minors(view: View) -> float:
    """Mean weekly hours of idols under 18; 0 where there is none."""
    return view.of_minors(view.industry.idols.hours)


@observable("work", "count", "Idols under age")
def minors(view: View) -> float:
    """Idols under 18 under contract."""
    return float(view.minors.size)


@observable("work", "share", "Minors over the legal cap")
def minors_over_cap(view: View) -> float:
    """Share of idols under 18 who work longer than the cap for their age; 0 where there is none."""
    hours, age = view.industry.idols.hours.take(view.minors), view.industry.idols.age.take(view.minors)
    return ratio(float(np.count_nonzero(hours > work.legal_hours(view.industry, age))), float(view.minors.size))


@observable("work", "share", "Burnt-out idols")
def burnt_out_idols(view: View) -> float:
    """Share of idols who are burnt out."""
    return view.of_idols(view.industry.idols.burnt_out)


@observable("work", "share", "Burnt-out idols under age")
def burnt_out_minors(view: View) -> float:
    """Share of idols under 18 who are burnt out; 0 where there is none."""
    return view.of_minors(view.industry.idols.burnt_out)


@observable("work", "share", "Idols on hiatus")
def idols_on_hiatus(view: View) -> float:
    """Share of idols on leave for health."""
    return view.of_idols(view.industry.idols.on_hiatus)


@observable("work", "pieces/week", "Content per group")
def pieces_per_group(view: View) -> float:
    """Pieces of content that the average group delivers in a week."""
    return view.of_groups(view.industry.groups.delivered)


@observable("work", "ratio", "Demand for staff hours")
def staff_demand(view: View) -> float:
    """Creative staff hours per group that are asked for, against the first day without AI."""
    return view.industry.staff.demand


@observable("work", "ratio", "Staff employment")
def staff_employment(view: View) -> float:
    """Employed creative staff per group, against the first day without AI."""
    return view.industry.staff.employed


@observable("work", "ratio", "Freelancers' income")
def freelance_income(view: View) -> float:
    """Income of freelance creative staff per group, against the first day without AI."""
    return view.industry.staff.freelance


@observable("work", "share", "Idols' fear for their jobs")
def idol_insecurity(view: View) -> float:
    """Mean job insecurity of idols."""
    return view.of_idols(view.industry.idols.insecurity)


@observable("work", "share", "Staff's fear for their jobs")
def staff_insecurity(view: View) -> float:
    """Mean job insecurity of creative staff."""
    return view.industry.staff.insecurity


@observable("work", "share", "Human share of songs")
def human_share_of_song(view: View) -> float:
    """Share of composition in human hands, average group."""
    return view.of_groups(view.industry.groups.human_song)


@observable("work", "share", "Human share of vocals")
def human_share_of_vocals(view: View) -> float:
    """Share of vocals in human hands, average group."""
    return view.of_groups(view.industry.groups.human_vocal)


@observable("work", "share", "Human share of choreography")
def human_share_of_choreography(view: View) -> float:
    """Share of choreography and video in human hands, average group."""
    return view.of_groups(view.industry.groups.human_choreography)


@observable("work", "share", "Human share of images")
def human_share_of_images(view: View) -> float:
    """Share of images in human hands, average group."""
    return view.of_groups(view.industry.groups.human_image)


@observable("work", "h/week", "Unpaid hours above 52")
def unpaid_hours(view: View) -> float:
    """Mean weekly hours of idols above the general cap for workers (52), as far as idol time has no price."""
    industry, idols, price = view.industry, view.industry.idols, view.industry.numbers.idol_time_price
    unpaid = np.maximum(idols.hours - industry.numbers.worker_hours_cap, 0.0)
    if price > 0:
        left = 1 - price * industry.agencies.lawful
        unpaid *= left.take(industry.groups.agency).take(idols.group)
    return view.of_idols(unpaid)


@observable("work", "million KRW", "Debt per idol")
def idol_debt(view: View) -> float:
    """Mean debt of idols to their agency."""
    return view.of_idols(view.industry.idols.debt)
