"""The command line: arguments, terminal, exit codes; no logic. Commands are imported when they are run."""

from __future__ import annotations

from renderer.cli.main import main

__all__ = ["main"]
