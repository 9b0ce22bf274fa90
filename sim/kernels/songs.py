"""What becomes of the cultures in each song, compiled: what people and AI make of them, and who is given credit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.blocks import compiled


class Crediting(NamedTuple):
    """Which share of a borrowing is credited: by people who name their sources, and by marks that survive on AI's."""

    acknowledgement: float
    from_care: float
    duty: float
    human_credit: float
    marks_recalled: float


@compiled
def credit_songs(human, made, ai_share, care, lawful, provenance, sacred, weight, under, terms) -> np.ndarray:
    """Measures of each song, shape (songs, 6).

    Uncredited borrowing weighted by under-representation, all borrowing and what of it is credited, what the AI-made
    part was meant to hold of under-represented cultures and what it kept, and the AI share that carries provenance.
    ``human``, ``made`` (songs, 6): what people and what AI make of the intended mixture; ``weight``, ``under`` (6,).
    """
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
        named = min(1.0, terms.acknowledgement + terms.from_care * care[song])
        named = max(named, terms.duty * lawful[song])
        marked = provenance[song] * lawful[song]
        credit = (1 - ai) * terms.human_credit * named + ai * marked * terms.marks_recalled
        measures[song, 0] = weighed * (1 - credit) * (1 + sacred[song])
        measures[song, 1], measures[song, 2] = borrowed, borrowed * credit
        measures[song, 3], measures[song, 4], measures[song, 5] = ai * meant, ai * kept, ai * marked
    return measures
