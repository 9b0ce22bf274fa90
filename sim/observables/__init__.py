"""What we look at: named, labelled readings of a world, with units. They read and never write.

One file a theme; results list the themes in the order of ``THEMES``, and each file from top to bottom.
"""

from sim.observables import beauty, benefits, culture, data, structure, work  # noqa: F401  (they register themselves)
from sim.observables.view import OBSERVABLES, THEMES, View, observable, observe
from sim.plugins import Observable

for _name in sorted(OBSERVABLES, key=lambda name: THEMES.index(OBSERVABLES[name].theme)):
    OBSERVABLES[_name] = OBSERVABLES.pop(_name)

__all__ = ["OBSERVABLES", "THEMES", "Observable", "View", "observable", "observe"]
