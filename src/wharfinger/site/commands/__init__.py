"""One file per command: `arguments(parser)` says what it takes, `run(options)` does it.

`run` returns the exit code, or raises Misused or Hindrance. A command is found by its line in `site/cli.py`.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable


class Misused(Exception):
    """What was typed cannot be what is meant, as a sentence: exit code 2."""


class Hindrance(Exception):
    """What stands in the way, as a sentence with the remedy: exit code 1."""


def counted(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number within bounds, for a parser."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text[:10]) <= most):
            raise ArgumentTypeError(f"{text!r} is no number from {least} to {most}")
        return int(text)

    return read


def refused_by_system(error: OSError) -> str:
    """What the system refuses, as a sentence."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}."
