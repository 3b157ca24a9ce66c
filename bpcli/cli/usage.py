"""How commands show their help and say what is wrong with a command line, whichever Typer is installed."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from bpcli.cli.declared import Declaration, Parameter, declared
from bpcli.errors import UsageError

Rows = list[tuple[str, str]]


class Command(TyperCommand):
    """A command with a help screen of ours; what cannot be read of its command line becomes a UsageError."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Prints the help screen and ends the command."""
        declaration = _declaration(self)
        _show(ctx.command_path, declaration, {"Arguments": _rows(declaration.arguments)})
        raise typer.Exit

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads the command line; raises UsageError."""
        with _in_our_words(self, ctx, list(args)):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; only --quiet keeps what is noted on the way from being shown."""
        from bpcli.cli.notes import show_notes

        show_notes(quiet=ctx.params.get("quiet", False))
        return super().invoke(ctx)


class Group(TyperGroup):
    """The program itself, with its commands by panel."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Prints the help screen and ends the command."""
        self._show(ctx.command_path)
        raise typer.Exit

    def _show(self, path: str) -> None:
        panels: dict[str, Rows] = {}
        for name, command in self.commands.items():
            panels.setdefault(getattr(command, "rich_help_panel", ""), []).append((name, _declaration(command).summary))
        _show(path, _declaration(self), panels, "COMMAND ...")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads what stands before the command; raises UsageError, after the help when there is nothing at all."""
        if not args:
            self._show(ctx.command_path)
            raise UsageError
        with _in_our_words(self, ctx, list(args)):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Finds the command, `help COMMAND` being the same as `COMMAND --help`; raises UsageError."""
        if args[0] == "help" and len(args) == 2 and args[1] in self.commands:
            args = [args[1], "--help"]
        if args[0] not in self.commands and not args[0].startswith("-"):
            from bpcli.cli.hints import no_such_command

            raise UsageError(no_such_command(args[0], list(self.commands)))
        return super().resolve_command(ctx, args)


@contextmanager
def _in_our_words(command: Any, ctx: Any, given: list[str]) -> Iterator[None]:
    """Within it, words that cannot be read become a UsageError."""
    try:
        yield
    except Exception as error:  # Typer's own, or Click's: the version decides
        if not hasattr(error, "format_message"):
            raise
        from bpcli.cli.hints import unreadable

        raise UsageError(unreadable(ctx.command_path, _declaration(command), error, given)) from None


def _declaration(command: Any) -> Declaration:
    return declared(inspect.unwrap(command.callback))


def _rows(parameters: tuple[Parameter, ...]) -> Rows:
    return [(f"{', '.join(one.names)} {one.value}".strip(), one.meaning) for one in parameters]


def _show(path: str, declaration: Declaration, sections: dict[str, Rows], more: str = "") -> None:
    from bpcli.ui.console import open_console, write
    from bpcli.ui.manual import page

    console = open_console(sys.stdout)
    takes = [more] if more else [one.value for one in declaration.arguments]
    sections["Options"] = _rows(declaration.options)
    usage = " ".join([path, "[OPTIONS]", *takes])
    write(console, page(usage, declaration.summary, sections, declaration.examples, console.width))
