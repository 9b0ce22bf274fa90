"""A user's own file: what it adds to a world by name, without a line of `sim/` being changed.

A plug-in is one Python file. A scenario names it (`plugins: [own_policy.py]`, or `--plugin own_policy.py`), or names
one that an installed package offers in the entry point group `limelight.plugins`. What the file marks is added to
the worlds of that scenario and to no other:

    from sim.plugins import agent_kind, at_start, observable, process, strategy

    @process(after="idols_work_hours")      a function of the industry, one more line of the week
    @strategy("content", "my_way")          a function of the industry, chosen by `strategies: {content: my_way}`
    @observable("work", "h/week", "Rest")   a function of a View, one more column of the results
    @agent_kind("critics")                  an Actor class with a population of its own, `industry.critics`
    @at_start                               a function of the industry, called once when the world has been built;
                                            ordinary Mesa agents are made here

Its own numbers, levers among them, stand beside it in `own_policy.numbers.yaml`, in the format of `sim/params/`. Each
world runs the file anew, so nothing that one world leaves in it reaches another. The bytes of the two files (for an
installed plug-in: of all Python, YAML and CSV files of its package) enter the name of the run.
"""

from sim.plugins.files import GROUP, PluginFile, find_plugin, gather_plugins, own_passports
from sim.plugins.marks import (
    Observable,
    OwnKind,
    OwnProcess,
    OwnStart,
    OwnStrategy,
    PluginError,
    agent_kind,
    at_start,
    observable,
    process,
    strategy,
)
from sim.plugins.worlds import (
    Plugin,
    load_plugins,
    with_own_observables,
    with_own_processes,
    with_own_strategies,
)

__all__ = [
    "GROUP",
    "Observable",
    "OwnKind",
    "OwnProcess",
    "OwnStart",
    "OwnStrategy",
    "Plugin",
    "PluginError",
    "PluginFile",
    "agent_kind",
    "at_start",
    "find_plugin",
    "gather_plugins",
    "load_plugins",
    "observable",
    "own_passports",
    "process",
    "strategy",
    "with_own_observables",
    "with_own_processes",
    "with_own_strategies",
]
