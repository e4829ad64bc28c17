"""Brings the database to this release; safe to run again."""

from argparse import ArgumentParser, Namespace

from django.core.management import call_command

from wharfinger.site.tables import bring_up_to_date


def arguments(parser: ArgumentParser) -> None:
    """Take `--plan`, which shows what would be done."""
    parser.add_argument("--plan", action="store_true", help="show what would be done, and do nothing")


def run(options: Namespace) -> int:
    """Apply the migrations that the database does not have yet."""
    if options.plan:
        call_command("migrate", plan=True, interactive=False, verbosity=1)
    else:
        bring_up_to_date(verbosity=1)
    return 0
