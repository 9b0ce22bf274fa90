"""Which worlds: a design says in a few lines what varies, by which method and under which seeds.

    scenario: scenario.yaml
    fans: 500
    weeks: 26
    design: latin_hypercube
    samples: 60
    parameters: assumed
    seeds: 1

Numbers and levers are sampled over the ranges of their passports or narrower ones. Policies, kinds of AI, scales in a
list and seeds are crossed with every point, so that what is compared shares numbers and luck.
"""

from sim.designs.design import METHODS, Design
from sim.designs.rows import AS_IT_IS
from sim.designs.varied import DesignError, Varied

__all__ = ["AS_IT_IS", "METHODS", "Design", "DesignError", "Varied"]
