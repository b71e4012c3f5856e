"""The command line: a lazy group, one module a command.

A command's module is imported when the command is run or its own help is asked for, so `sitetrack --help` stays
quick. Errors of the program become one sentence on stderr and the exit code of their class.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from workflow import __version__
from workflow.errors import WorkflowError

__all__ = ["COMMANDS", "cli", "main"]

COMMANDS: dict[str, str] = {
    "init": "Make a new project folder.",
    "demo": "Make and run the sample project on rendered scenes.",
    "sites": "List sites, import them, decide where register file and record differ.",
    "classes": "List how fine a picture must be for each class of target, or set it.",
    "captures": "List captures.",
    "ingest": "Take pictures into the imagery library.",
    "track": "Cut, align and score chips of every site.",
    "offsets": "Show how captures were aligned at sites.",
    "queue": "Show what to look at first.",
    "observe": "Say whether a target is there in a capture.",
    "review": "Submit work, approve or return it, have it read again.",
    "observations": "List observations, or import past work from CSV, XLSX, KML and SMART.",
    "timeline": "Show when targets appeared or were removed.",
    "next": "Show which capture would narrow the dates most.",
    "growth": "Count targets over time, at least and at most.",
    "claims": "Keep published sentences with what they rest on; see which still hold.",
    "figure": "Write an annotated figure of a site.",
    "figures": "List figures, saved and written, and which of them went stale.",
    "export": "Write data for others: GeoPackage, GeoJSON, KML, CSV, COCO and more.",
    "map": "Write a map of the sites as one file.",
    "bundle": "Write evidence as one zip that anybody can check.",
    "serve": "Open the dashboard.",
    "verify": "Check files and revisions against the record.",
    "record": "Show the history of an object, copy the record, join a team's.",
    "backup": "Copy the project whole, also while others write.",
    "report": "Write figures of all approved sites, to a folder or as one PDF or DOCX.",
    "restore": "Make a project of a backup.",
    "status": "Count what the project holds and what is pending.",
    "doctor": "Show versions and what is missing.",
}


class _LazyGroup(click.Group):
    """Knows its commands by name and imports a module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"workflow.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sitetrack")
def cli() -> None:
    """Track places across dated imagery: who saw what, when it appeared, and the figure that shows it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 refused in part, 2 usage, 3 project or record unusable."""
    _utf8_streams()
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.exceptions.Exit as done:
        code = done.exit_code
    except WorkflowError as error:
        click.echo(str(error), err=True)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped; what was finished is kept, run the same command again to go on.", err=True)
        code = 130
    except BrokenPipeError:
        # the reader of our output has gone (`sitetrack ... | head`); nothing more can be said
        _drop_output()
        code = 0
    except OSError as error:  # a full disk, a folder without rights: nobody below knew better
        _drop_output()
        click.echo(_what_failed(error), err=True)
        code = 3
    sys.exit(code if isinstance(code, int) else 0)


def _drop_output() -> None:
    """Let nothing more be written to stdout, so that leaving does not fail on what is still in its buffer."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:  # stdout is no file (a test, an embedding program)
        return


def _what_failed(error: OSError) -> str:
    """One sentence for an error of the system that no command has named."""
    where = error.filename if error.filename is not None else "The output"
    reason = error.strerror or type(error).__name__
    return f"{where}: cannot be read or written ({reason}); check the disk and the rights, then repeat."


def _utf8_streams() -> None:
    """Print Hangul on consoles whose encoding cannot: replace what cannot be shown instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
