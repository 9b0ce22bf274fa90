"""How songs come about, compiled: what people and AI make of cultures, and who is given credit."""

from __future__ import annotations

import numpy as np

from sim.kernels.blocks import compiled


@compiled
def lean_of_ai(intended, corpus, under, skew) -> np.ndarray:
    """What a generator makes of an intended mixture: it leans towards what its corpus holds.

    The skew acts on three blocs (own, mainstream, under-represented); within the last, intent decides, since the
    skew is not stable under splitting. ``intended``, ``corpus`` (cultures,) sum to 1; ``under`` marks the last bloc.
    """
    held = 0.0
    for culture in range(intended.size):
        held += corpus[culture] if under[culture] else 0.0
    made, whole = np.empty(intended.size), 0.0
    for culture in range(intended.size):
        made[culture] = intended[culture] * (held if under[culture] else corpus[culture]) ** skew
        whole += made[culture]
    return made / whole


@compiled
def compose_songs(
    rows, taste, intended_mix, human_song, agency, tool, care, lawful, corpus, provenance, sacred, weight, under,
    table, songs
) -> None:
    """One song for each of these groups: a human part around the intended mixture, an AI part, and their credit.

    People credit by naming their sources, AI's part by marks that survive. ``taste`` (songs, cultures): how each song
    scatters, as logarithms; ``intended_mix``, ``human_song``, ``agency``: columns of the groups; ``tool``, ``care``,
    ``lawful``: of the agencies; ``corpus``, ``provenance``: of the tools; ``sacred``: whether a song uses a sacred
    symbol; ``weight``, ``under``: of the cultures; ``table``: the numbers in force. Writes ``songs`` but novelty.
    """
    numbers = table[0]
    for place in range(rows.size):
        row = rows[place]
        song, own = songs[place], agency[row]
        human = intended_mix[row] * np.exp(taste[place])
        human /= human.sum()
        made = lean_of_ai(human, corpus[tool[own]], under, numbers.corpus_skew)
        ai, weighed, borrowed, meant, kept = 1 - human_song[row], 0.0, 0.0, 0.0, 0.0
        for culture in range(weight.size):
            part = (1 - ai) * human[culture] + ai * made[culture]
            song.mix[culture], song.attributed[culture] = part, part * ai
            weighed += part * weight[culture]
            if under[culture]:
                borrowed += part
                meant += human[culture]
                kept += made[culture]
        named = min(1.0, numbers.acknowledgement + numbers.acknowledgement_from_care * care[own])
        named = max(named, numbers.credit_duty * lawful[own])
        marked = provenance[tool[own]] * lawful[own]
        credit = (1 - ai) * numbers.human_credit * named
        credit += ai * marked * numbers.attribution_recall * numbers.provenance_survival
        song.weight, song.ai_weight, song.marked = 1.0, ai, ai * marked
        song.score = weighed * (1 - credit) * (1 + sacred[place])
        song.borrowed, song.credited = borrowed, borrowed * credit
        song.intended_by_ai, song.retained_by_ai = ai * meant, ai * kept
