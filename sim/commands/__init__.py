"""What `limelight` can be told to do: each command is a function, its docstring the help that a user reads."""

from sim.commands.listings import observables, params, policies
from sim.commands.page import app
from sim.commands.sensitivity import sensitivity
from sim.commands.sweeps import sweep
from sim.commands.worlds import compare, run

COMMANDS = (run, compare, app, sweep, sensitivity, params, policies, observables)
"""The commands, in the order of `limelight --help`."""
