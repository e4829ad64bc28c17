"""Every write is an entry; what is working state instead is named here, each with its reason (decision 12)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tests.tidy.source import PACKAGE, Source, dotted, product

READING = "writes nothing"
DRAWN = "the picture of the act that made the document final"
RUNS = "a file on its way in; each thing that it brings is an entry"
INVOICING = "what was due on its way to invoices and letters, each of which is an entry"
SENDING = "how far a message is"
WITH_ENTRY = "in one transaction with its entry"
CLOSED = "which entry left nothing open, beside that entry"
FORGOTTEN = "what people were told so long ago that nobody asks for it"
OWN = "what one has read, which is nobody else's business"
UNKEPT = "what the journal must not keep, in one transaction with its entry"

WITHOUT_ENTRY = {
    "billing.actions.reminders.remind_due": INVOICING,
    "billing.actions.runs.invoice_due": INVOICING,
    "billing.actions.runs.post_drafts": INVOICING,
    "documents.actions.issuing.issue": DRAWN,
    "documents.actions.issuing.pdf": DRAWN,
    "documents.actions.issuing.reprint": READING,
    "documents.actions.letterhead.preview_letterhead": READING,
    "documents.actions.printing.labels": READING,
    "documents.actions.printing.print_container_labels": READING,
    "documents.actions.printing.print_count_sheet": READING,
    "documents.actions.printing.print_labels": READING,
    "documents.actions.printing.print_lists": READING,
    "documents.actions.printing.print_put_away_list": READING,
    "documents.actions.printing.print_run_list": READING,
    "documents.actions.printing.print_statement": READING,
    "documents.actions.printing.print_transfer_slip": READING,
    "documents.actions.printing.print_unit_life": READING,
    "documents.actions.wording.preview": READING,
    "documents.actions.wording.preview_shipped": READING,
    "exchange.actions.rollback.roll_back": RUNS,
    "exchange.actions.runs.start": RUNS,
    "exchange.actions.runs.upload": RUNS,
    "exchange.actions.runs.upload_all": RUNS,
    "notices.actions.attachments.keep": "content alone, which nothing names yet",
    "notices.actions.attachments.look": "nothing is kept yet",
    "notices.actions.bell.read": OWN,
    "notices.actions.bell.read_all": OWN,
}
"""Actions that post nothing, neither themselves nor through others."""
PAST_POST = {
    "billing.actions.reminders.remind_due": INVOICING,
    "billing.actions.runs.invoice_due": INVOICING,
    "billing.actions.runs.post_drafts": INVOICING,
    "billing.actions.stepping.go_on": INVOICING,
    "boards.actions.drop_view": WITH_ENTRY,
    "demand.queries.done.close_done": CLOSED,
    "documents.actions.issuing.issue": DRAWN,
    "documents.actions.sending.hand_over": UNKEPT,
    "documents.actions.sending.keep_papers": "the row of the outbox that an undo needs which posted papers",
    "documents.actions.sending.stop": UNKEPT,
    "exchange.actions.made.keep": WITH_ENTRY,
    "exchange.actions.mappings.drop_mapping": WITH_ENTRY,
    "exchange.actions.rollback._mark": WITH_ENTRY,
    "exchange.actions.rollback._part": RUNS,
    "exchange.actions.rollback.go_back": RUNS,
    "exchange.actions.rollback.roll_back": RUNS,
    "exchange.actions.runs._finish": RUNS,
    "exchange.actions.runs._keep": RUNS,
    "exchange.actions.runs.proceed": RUNS,
    "exchange.actions.runs.start": RUNS,
    "exchange.actions.runs.upload": RUNS,
    "exchange.actions.stock._post": WITH_ENTRY,
    "notices.actions.bell.clear": FORGOTTEN,
    "notices.actions.bell.read": OWN,
    "notices.actions.bell.read_all": OWN,
    "notices.bell.ring": "what an entry tells people, written by whoever reads it afterwards",
    "notices.digest._send": SENDING,
    "notices.outbox.again": SENDING,
    "notices.outbox.fail": SENDING,
    "notices.outbox.finish": SENDING,
    "notices.outbox.log": SENDING,
    "notices.outbox.put_back": SENDING,
    "parties.actions.numbers.set_number": "where the series stood until then, in one transaction with its entry",
    "parties.actions.organizations.quietly": UNKEPT,
    "parties.actions.settings.set_setting": "the value that held until then, in one transaction with its entry",
    "purchasing.actions.closing.close_done": CLOSED,
    "sales.actions.answering.accept_quote": UNKEPT,
    "site.demo.company._people": "the passwords of the demo company, printed for all to see",
    "site.demo.dealing._campus": "a mail that left before the company was shown, beside the entry it is of",
}
"""Functions above the ledger that write rows otherwise than by ``post``."""
WRITES = {
    "bulk_create",
    "bulk_update",
    "create",
    "delete",
    "get_or_create",
    "save",
    "update",
    "update_or_create",
}
POSTING = {"ledger.post.expire", "ledger.post.post", "ledger.reverse.reverse"}
HAND = {"sql.execute", "sql.insert", "sql.update"}


def name_of(source: Source) -> str:
    """The module as it is imported, without the package."""
    parts = source.path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def in_ledger(source: Source) -> bool:
    return source.path.relative_to(PACKAGE).parts[0] == "ledger"


def functions(source: Source) -> Iterator[ast.FunctionDef]:
    return (node for node in source.tree.body if isinstance(node, ast.FunctionDef))


def imported(source: Source) -> dict[str, str]:
    """What each imported name of ours stands for."""
    found = {}
    for node in source.walk(ast.ImportFrom):
        if node.module and node.module.startswith("wharfinger."):
            for one in node.names:
                found[one.asname or one.name] = f"{node.module.removeprefix('wharfinger.')}.{one.name}"
    return found


@cache
def calls() -> dict[str, set[str]]:
    """The functions of ours that each function of an actions room speaks of."""
    found = {}
    for source in product():
        if source.room != "actions":
            continue
        here, names = name_of(source), imported(source)
        own = {node.name for node in functions(source)}
        for function in functions(source):
            said = set()
            for node in ast.walk(function):
                text = dotted(node)
                first, _, rest = text.partition(".")
                if text in own:
                    said.add(f"{here}.{text}")
                elif first in names:
                    said.add(f"{names[first]}.{rest}".removesuffix("."))
            found[f"{here}.{function.name}"] = said
    return found


def posts(name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function posts or reverses an entry, itself or through another."""
    if name in POSTING:
        return True
    return name not in seen and any(posts(one, seen | {name}) for one in calls().get(name, ()))


def actions() -> Iterator[str]:
    """Everything that somebody may do."""
    for source in product():
        if source.room == "actions":
            for node in functions(source):
                asked = {argument.arg for argument in node.args.kwonlyargs}
                if not node.name.startswith("_") and asked & {"actor", "user"}:
                    yield f"{name_of(source)}.{node.name}"


def writes(function: ast.FunctionDef) -> bool:
    """Whether a function writes rows with its own hands."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if dotted(call.func) in HAND:
            return True
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            rows = any(
                isinstance(n, ast.Attribute) and n.attr == "objects" for n in ast.walk(call.func.value)
            )
            if rows or (call.func.attr == "save" and not call.args):
                return True
    return False


def test_an_action_without_an_entry_was_decided() -> None:
    assert sorted(name for name in actions() if not posts(name)) == sorted(WITHOUT_ENTRY)


def test_rows_are_written_by_the_ledger() -> None:
    found = {
        f"{name_of(source)}.{node.name}"
        for source in product()
        for node in functions(source)
        if not in_ledger(source) and writes(node)
    }
    assert sorted(found) == sorted(PAST_POST)
