"""Takes in one mail that a mail server hands over, as an answer to one of ours."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from django.db import OperationalError

from wharfinger.base.access import HOUSE
from wharfinger.notices.actions.letters import answer
from wharfinger.notices.rules.letters import MOST_BYTES


def arguments(parser: ArgumentParser) -> None:
    """Take nothing: the mail comes on standard input."""


def run(options: Namespace) -> int:
    """Keep the mail and say where it went; a database that does not answer asks the mail server to try again."""
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        done = answer(actor=HOUSE, content=content)
    except OperationalError as trouble:
        print(f"The database does not answer: {' '.join(str(trouble).split())}", file=sys.stderr)
        return os.EX_TEMPFAIL
    print(f"Entry {done.id}.")
    return 0
