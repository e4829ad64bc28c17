"""The command line: one word, one command, each in its own file under `site/commands/`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NoReturn

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from wharfinger import __version__
from wharfinger.base.refusal import BadInput, Refusal
from wharfinger.site.commands import Hindrance, Misused

# Word → (file under site/commands/, promise). `import` is no name for a Python file, so the two that
# carry data in and out say what they carry.
COMMANDS = {
    "init": ("init", "make an empty company with its first administrator; one that exists is left alone"),
    "serve": ("serve", "answer web and API requests, with the worker beside"),
    "demo": ("demo", "prepare the demo company if there is none yet, then serve"),
    "mail-in": ("mail_in", "take in one mail that a mail server hands over, as an answer to ours"),
    "work": ("work", "send mails, webhooks and what else waits in the outbox"),
    "migrate": ("migrate", "bring the database to this release"),
    "audit": ("audit", "prove every balance from its history"),
    "token": ("token", "make or retire an API token"),
    "import": ("import_folder", "read organizations, products, locations, stock and orders from a folder"),
    "export": ("export_folder", "write what is in the books to a folder"),
    "backup": ("backup", "write database, media and secret into one file"),
    "restore": ("restore", "put a backup back"),
}
PACKAGE = "wharfinger.site.commands"

PREPARE = frozenset({"init", "demo", "migrate", "restore"})
"""Commands that make the tables; the others need a database that is up to date."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Name what is wrong and where more is told; exit code 2."""
        self.exit(2, f"{self.prog}: {message}. `{self.prog} --help` says more.\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what a person can mend is one sentence on stderr."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] in (["--version"], ["-V"]):
        print(__version__)
        return 0
    if words[:1] == ["help"] and words[1:2] and words[1] in _present():
        words = [words[1], "--help"]
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_help())
        return 0
    if words[0] not in _present():
        print(f"There is no command {words[0]!r}.\n\n{_help()}", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wharfinger.site.settings")
    try:
        django.setup()
    except ImproperlyConfigured as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return _run(words[0], words[1:])


def _run(word: str, rest: Sequence[str]) -> int:
    file, promise = COMMANDS[word]
    command = import_module(f"{PACKAGE}.{file}")
    parser = Parser(prog=f"wharfinger {word}", description=promise[0].upper() + promise[1:] + ".")
    command.arguments(parser)
    options = parser.parse_args(rest)
    try:
        if word not in PREPARE:
            import_module("wharfinger.site.health").require_current()
        return int(command.run(options) or 0)
    except KeyboardInterrupt:
        return 130
    except (Misused, BadInput) as trouble:
        print(trouble, file=sys.stderr)
        return 2
    except (Hindrance, Refusal) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OperationalError as trouble:
        print(f"The database does not answer: {' '.join(str(trouble).split())}", file=sys.stderr)
        return 1


def _present() -> list[str]:
    return [word for word, (file, _promise) in COMMANDS.items() if find_spec(f"{PACKAGE}.{file}")]


def _help() -> str:
    lines = [f"  {word:9} {COMMANDS[word][1]}" for word in _present()]
    return "\n".join(
        [
            "Usage: wharfinger COMMAND [OPTIONS]",
            "",
            *lines,
            "",
            "`wharfinger COMMAND --help` shows a command's options. The database, media and secret live in",
            "the folder WHARFINGER_HOME (default ./var); DATABASE_URL names a PostgreSQL database instead.",
        ]
    )
