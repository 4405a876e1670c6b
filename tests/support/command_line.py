"""`qbwc` as a test types it, inside the test's own process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from qbwc_server.cli import cli


class CommandLine:
    """Runs commands with a given environment."""

    def __init__(self, **environment: str) -> None:
        self.environment: dict[str, str | None] = dict(environment)

    def __call__(self, *arguments: str | int | Path, stdin: str | bytes | None = None) -> Result:
        """Runs the command, whatever its end."""
        return CliRunner(env=self.environment).invoke(cli, [str(each) for each in arguments], input=stdin)

    def done(self, *arguments: str | int | Path, stdin: str | bytes | None = None) -> str:
        """Runs a command that must succeed; its standard output."""
        result = self(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def objects(self, *arguments: str | int | Path, stdin: str | bytes | None = None) -> list[dict[str, Any]]:
        """Runs a command with --json that must succeed; one object for each line."""
        return [json.loads(line) for line in self.done(*arguments, "--json", stdin=stdin).splitlines()]

    def one(self, *arguments: str | int | Path, stdin: str | bytes | None = None) -> dict[str, Any]:
        """The same for a command that prints one object."""
        (found,) = self.objects(*arguments, stdin=stdin)
        return found

    def refused(self, *arguments: str | int | Path, stdin: str | bytes | None = None) -> list[str]:
        """Runs a command that must be refused: exit code 1, nothing on standard output; the lines on standard error."""
        result = self(*arguments, stdin=stdin)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        lines = result.stderr.splitlines()
        assert lines
        assert [line[:7] for line in lines] == ["Error: "] * len(lines)
        return [line[7:] for line in lines]

    def misused(self, *arguments: str | int | Path) -> str:
        """Runs a command that was typed wrongly: exit code 2; standard error."""
        result = self(*arguments)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        return result.stderr
