"""The command line: one word, one command, each in its own file under `site/commands/`."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

import django
from django.core.exceptions import ImproperlyConfigured

from wharfinger import __version__

# Word → (file under site/commands/, promise). `import` is no name for a Python file, so the two that
# carry data in and out say what they carry.
COMMANDS = {
    "init": ("init", "prepare the database and, where asked, the first administrator or the demo company"),
    "serve": ("serve", "answer web and API requests, with the worker beside"),
    "demo": ("demo", "prepare the demo company if there is none yet, then serve"),
    "work": ("work", "send mails, webhooks and what else waits in the outbox"),
    "migrate": ("migrate", "bring the database to this release"),
    "audit": ("audit", "prove every balance from its history"),
    "token": ("token", "make or retire an API token"),
    "import": ("import_folder", "read organizations, products, stock and orders from a folder"),
    "export": ("export_folder", "write what is in the books to a folder"),
    "backup": ("backup", "write database, media and secret into one file"),
    "restore": ("restore", "put a backup back"),
}
PACKAGE = "wharfinger.site.commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; what a person can mend is one sentence on stderr."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] in (["--version"], ["-V"]):
        print(__version__)
        return 0
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
    parser = argparse.ArgumentParser(
        prog=f"wharfinger {word}", description=promise[0].upper() + promise[1:] + "."
    )
    command.arguments(parser)
    try:
        return int(command.run(parser.parse_args(rest)) or 0)
    except KeyboardInterrupt:
        return 130


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
