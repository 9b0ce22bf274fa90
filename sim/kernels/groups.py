"""What a week does to every group, compiled: how it stands, how likely it ends, what it puts out, costs and leaves.

Float64 throughout; groups are added up in the order of their rows. Arguments are columns of the groups, columns of
their agencies (looked up by ``agency``), and single numbers; ``table`` holds the numbers in force, one row to be read
by name.
"""

from __future__ import annotations

from sys import float_info

import numpy as np

from sim.kernels.blocks import compiled

TINY = float_info.min
"""What nothing counts as where a logarithm is taken."""


@compiled
def in_spreads(popularity, alive) -> np.ndarray:
    """Popularity of every group in SD over the living, shape (groups,)."""
    total, living = 0.0, 0
    for group in range(alive.size):
        if alive[group]:
            total += popularity[group]
            living += 1
    mean, apart = total / living, 0.0
    for group in range(alive.size):
        if alive[group]:
            apart += (popularity[group] - mean) ** 2
    spread = np.sqrt(apart / living)
    return (popularity - mean) / (spread if spread > 0 else 1.0)


@compiled
def protections(popularity, alive, agency, big, by_popularity, by_size) -> np.ndarray:
    """Factor on each group's hazard of ending: popularity and a big agency protect."""
    factor = in_spreads(popularity, alive)
    for group in range(factor.size):
        factor[group] = np.exp(-by_popularity * factor[group] - by_size * big[agency[group]])
    return factor


@compiled
def ending_hazards(debut_week, alive, protection, usual_protection, by_year, week, weeks_per_year) -> np.ndarray:
    """Weekly hazard that each group ends; ``by_year`` since the debut, the last of them for all later years."""
    hazard = np.zeros(alive.size)
    for group in range(alive.size):
        if alive[group]:
            year = min((week - debut_week[group]) // weeks_per_year, by_year.size - 1)
            hazard[group] = by_year[year] * protection[group] / usual_protection
    return hazard


@compiled
def set_content(pieces, usual_pieces, target, usual_target, attention_share, alive, speed, pull, cap) -> None:
    """Each group's pieces a week move towards what is aimed at, and what it would make without AI by the same habits.

    The latter times the ``cap`` are the most that it may make.
    """
    move_content(pieces, target, attention_share, alive, speed, pull)
    move_content(usual_pieces, usual_target, attention_share, alive, speed, pull)
    for group in range(alive.size):
        pieces[group] = min(pieces[group], cap * usual_pieces[group])


@compiled
def move_content(pieces, target, attention_share, alive, speed, pull) -> None:
    """Each group's pieces a week move with a weekly ``speed`` towards its target, with a ``pull`` towards its peers.

    A group that has not been ranked yet, and so has no attention, makes what it set out with.
    """
    total, living = 0.0, 0
    for group in range(alive.size):
        if alive[group]:
            total += pieces[group]
            living += 1
    peers = total / living
    for group in range(alive.size):
        aim = target[group] if attention_share[group] > 0 else pieces[group]
        pieces[group] += speed * (aim - pieces[group]) + pull * (peers - pieces[group])


@compiled
def relative_pieces(pieces, usual, alive) -> np.ndarray:
    """Pieces a week over those that each group would make without AI; 0 for groups that ended or make none."""
    ratio = np.zeros(alive.size)
    for group in range(alive.size):
        if alive[group] and usual[group] > 0:
            ratio[group] = pieces[group] / usual[group]
    return ratio


@compiled
def rank(popularity, backlash, delivered, editing, mean_editing, human_song, alive, agency, lawful, known, table,
         attention_share) -> None:
    """The feed shares out attention by popularity, volume, editing and, as far as it is ``known``, human work.

    A label on AI music costs what listeners who are not used to electronic sounds take away.
    """
    numbers = table[0]
    penalty = numbers.label_penalty * (1 - numbers.electronic_familiarity) * numbers.music_label
    highest, total = -np.inf, 0.0
    for group in range(alive.size):
        if not alive[group]:
            continue
        artificial = 1 - human_song[group]
        appeal = popularity[group] - backlash[group]
        appeal += numbers.volume_exponent * np.log(max(delivered[group], TINY))
        appeal += numbers.editing_popularity * (editing[group] - mean_editing)
        appeal -= numbers.human_premium * known * artificial
        appeal += np.log1p(-penalty * artificial * lawful[agency[group]])
        attention_share[group] = appeal
        highest = max(highest, appeal)
    for group in range(alive.size):
        attention_share[group] = np.exp(attention_share[group] - highest) if alive[group] else 0.0
        total += attention_share[group]
    attention_share /= total


@compiled
def move_popularity(home, fan_trust, burnt_out, chance, churn, table, popularity) -> None:
    """Popularity drifts by ``chance`` around each group's home, falls with burnt-out members and with fans who left."""
    numbers = table[0]
    for group in range(home.size):
        lost = churn * max(0.0, numbers.trust_start - fan_trust[group])
        popularity[group] = (
            home[group]
            + numbers.popularity_persistence * (popularity[group] - home[group])
            + numbers.popularity_scale * chance[group]
            - numbers.burnout_popularity_loss * numbers.burnout_popularity_speed * burnt_out[group]
            - numbers.churn_popularity_feedback * lost
        )


@compiled
def pay_costs(alive, virtual, attention_share, revenue, pieces, usual_pieces, agency, saving, lawful, law, tools,
              staff_budget, table, wages, cost, compliance_cost) -> None:
    """Groups cost staff, idols' time where it has a price, tools, what the law costs, fixed and other costs.

    ``law``: what it costs each agency as a share of its revenue; ``tools``: what each spends on them, and
    ``staff_budget`` of all groups without AI, million KRW a year. Also writes what the law costs each agency.
    """
    numbers, content = table[0], relative_pieces(pieces, usual_pieces, alive)
    earned, spent = np.zeros(law.size), np.empty(law.size)
    for group in range(alive.size):
        earned[agency[group]] += revenue[group]
    for one in range(law.size):
        spent[one] = tools[one] / max(earned[one], TINY)
        compliance_cost[one] = law[one] * earned[one]
    for group in range(alive.size):
        own = agency[group]
        staff = staff_budget * attention_share[group]
        idol_saving = numbers.virtual_idol_saving if virtual[group] else numbers.idol_saving
        idol_hours = numbers.idol_hours_per_piece * (1 - idol_saving * saving[own])
        price = numbers.idol_time_price * lawful[own] * idol_hours / numbers.staff_hours_per_piece
        wages[group] = staff * price * content[group]
        cost[group] = (
            staff * content[group] * (1 - numbers.staff_saving * saving[own])
            + wages[group]
            + (numbers.other_cost_share + spent[own] + law[own]) * revenue[group]
            + numbers.fixed_cost * alive[group]
        )
