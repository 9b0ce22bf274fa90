"""What `limelight` can be told to do: each command is a function, its docstring the help that a user reads."""

from sim.commands.listings import observables, params, policies
from sim.commands.page import app
from sim.commands.worlds import compare, run

COMMANDS = (run, compare, app, params, policies, observables)
"""The commands, in the order of `limelight --help`."""
