"""What becomes of the cultures in each song, compiled: what people and AI make of them, and who is given credit."""

from __future__ import annotations

import numpy as np

from sim.kernels.blocks import compiled


@compiled
def credit_songs(human, made, ai_share, care, lawful, provenance, sacred, weight, under, table) -> np.ndarray:
    """Measures of each song, shape (songs, 6).

    Uncredited borrowing weighted by under-representation, all borrowing and what of it is credited, what the AI-made
    part was meant to hold of under-represented cultures and what it kept, and the AI share that carries provenance.
    People credit by naming their sources, AI's part by marks that survive. ``human``, ``made`` (songs, 6): what people
    and what AI make of the intended mixture; ``weight``, ``under`` (6,); ``table``: the numbers in force.
    """
    numbers = table[0]
    measures = np.zeros((ai_share.size, 6))
    for song in range(ai_share.size):
        ai, weighed, borrowed, meant, kept = ai_share[song], 0.0, 0.0, 0.0, 0.0
        for culture in range(weight.size):
            part = (1 - ai) * human[song, culture] + ai * made[song, culture]
            weighed += part * weight[culture]
            if under[culture]:
                borrowed += part
                meant += human[song, culture]
                kept += made[song, culture]
        named = min(1.0, numbers.acknowledgement + numbers.acknowledgement_from_care * care[song])
        named = max(named, numbers.credit_duty * lawful[song])
        marked = provenance[song] * lawful[song]
        credit = (1 - ai) * numbers.human_credit * named
        credit += ai * marked * numbers.attribution_recall * numbers.provenance_survival
        measures[song, 0] = weighed * (1 - credit) * (1 + sacred[song])
        measures[song, 1], measures[song, 2] = borrowed, borrowed * credit
        measures[song, 3], measures[song, 4], measures[song, 5] = ai * meant, ai * kept, ai * marked
    return measures
