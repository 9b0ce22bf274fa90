"""The `limelight` command, thin: what it does, five lines of Python do.

Heavy libraries are imported inside the commands, so that help is there at once. Whatever a user can do wrong
ends in one sentence on the error stream and exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from sim.commands import COMMANDS

USER_ERROR, INTERRUPTED = 2, 130

app = typer.Typer(
    name="limelight",
    help="A laboratory for what AI does to the people of the K-pop industry, and which policies change that.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def limelight() -> None:
    """Keep `limelight` a command of commands."""


for _command in COMMANDS:
    app.command()(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 2 for what the user can put right, 130 for Ctrl-C."""
    try:
        code = app(args=None if arguments is None else list(arguments), standalone_mode=False) or 0
        return _stopped() if code == INTERRUPTED else code
    except (typer.Abort, KeyboardInterrupt):  # which of the two, or the code, differs between versions of typer
        return _stopped()
    except MemoryError:
        return _say("There is not enough memory for this world; give fewer --fans.", USER_ERROR)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        return _say(sentence, USER_ERROR)


def _stopped() -> int:
    """Say that Ctrl-C was heard."""
    sentence = "Stopped: what was unfinished is not kept; finished worlds are, and the same command goes on from them."
    return _say(sentence, INTERRUPTED)


def _sentence(error: Exception) -> str | None:
    """Return what to tell the user about an error that is his to put right, or None."""
    if hasattr(error, "format_message"):  # what typer says about options and arguments
        return " ".join(str(error.format_message()).split()) or "Say what to do; see `limelight --help`."
    from sim.params import LimelightError

    return " ".join(str(error).split()) if isinstance(error, LimelightError) else None


def _say(sentence: str, code: int) -> int:
    """Print one sentence on the error stream and return the exit code."""
    typer.echo(f"limelight: {sentence}", err=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
