"""The rules of the house (ARCHITECTURE.md), so that people discuss design only.

Each test lists every place that breaks its rule; the fix is to change the code, not the test.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.tidy.source import PACKAGE, ROOT, Source, dotted, everything, product

LONGEST_FILE = 450
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
DERIVED = re.compile(r"(^|_)(status|state|stage)(_|$)")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\bNotImplementedError\b")
ELSEWHERE = re.compile(
    r"""(?:src|href|url|import|from)\s*[=(]?\s*["'(]\s*(?:https?:)?//(?!localhost|127\.0\.0\.1)"""
)
# The ledger's triggers are put back after Django rebuilds a table, which only this hook can know of.
ALLOWED_SIGNALS = {"post_migrate"}
# The HTTP status of a kept answer is what was said to a caller, not what became of a document.
SAID = {"Answer.status"}


def broken(places: Iterator[str]) -> str:
    return "\n".join(sorted(set(places)))


def model_classes() -> Iterator[tuple[Source, ast.ClassDef]]:
    for source in product():
        if source.room == "models" or source.path.parent.name == "models":
            for node in source.walk(ast.ClassDef):
                yield source, node


def fields(model: ast.ClassDef) -> Iterator[tuple[str, ast.AST]]:
    for node in model.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            yield target.id, node


def test_there_is_a_house() -> None:
    """The rules below would pass over an empty folder."""
    assert len(product()) > 60
    assert sum(1 for _ in model_classes()) > 20


def test_no_column_holds_what_can_be_derived() -> None:
    assert not broken(
        f"{source.at(node)} {model.name}.{name}"
        for source, model in model_classes()
        for name, node in fields(model)
        if DERIVED.search(name) and f"{model.name}.{name}" not in SAID
    )


def test_money_and_quantities_are_integers() -> None:
    def floats(source: Source) -> Iterator[str]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in {
                "FloatField",
                "DecimalField",
            }:
                yield source.at(node)
            if isinstance(node, ast.Call) and dotted(node.func) == "float":
                yield source.at(node)

    assert not broken(place for source in product() for place in floats(source))


def test_only_the_clock_asks_for_the_time() -> None:
    asks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "timezone.now"}
    assert not broken(
        f"{source.at(node)} {dotted(node.func)}"
        for source in product()
        if source.path != PACKAGE / "base" / "clock.py"
        for node in source.walk(ast.Call)
        if any(dotted(node.func).endswith(ask) for ask in asks)
    )


def test_nothing_happens_behind_a_signal() -> None:
    def signals(source: Source) -> Iterator[str]:
        for node in source.walk(ast.ImportFrom):
            if node.module and (node.module.startswith("django.") and node.module.endswith("signals")):
                yield from (source.at(node) for name in node.names if name.name not in ALLOWED_SIGNALS)
            if node.module == "django.dispatch":
                yield source.at(node)
        for call in source.walk(ast.Call):
            owner = dotted(call.func).split(".")
            hooks = {"save", "delete", "init", "m2m_changed", "request", "migrate", "signal"}
            hooked = owner[-1] == "connect" and len(owner) > 1 and owner[-2] not in ALLOWED_SIGNALS
            if hooked and hooks & set(owner[-2].split("_")):
                yield source.at(call)

    assert not broken(place for source in product() for place in signals(source))


def test_models_do_not_write() -> None:
    writers = {"save", "delete", "full_clean_and_save", "bulk_create"}
    assert not broken(
        f"{source.at(node)} {model.name}.{node.name}"
        for source, model in model_classes()
        for node in model.body
        if isinstance(node, ast.FunctionDef) and node.name in writers
    )


def test_no_generic_keys_and_no_class_based_views() -> None:
    forbidden = {"GenericForeignKey", "GenericRelation", "as_view"}
    assert not broken(
        source.at(node)
        for source in product()
        for node in source.walk(ast.Name, ast.Attribute)
        if dotted(node).split(".")[-1] in forbidden
    )


def test_files_are_short_enough_to_be_opened_without_fear() -> None:
    assert not broken(
        f"{source.name} has {len(source.lines)} lines"
        for source in product()
        if len(source.lines) > LONGEST_FILE
    )


def test_modules_are_called_by_what_they_hold() -> None:
    assert not broken(
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*")
        if path.stem in VAGUE and path.suffix in {"", ".py"}
    )


def test_each_story_has_a_number_of_its_own() -> None:
    stories = [path.name for path in (ROOT / "tests" / "scenarios").glob("*.txt")]
    numbers = Counter(name.partition("_")[0] for name in stories)
    assert not broken(name for name in stories if numbers[name.partition("_")[0]] > 1)


def test_imports_stand_at_the_top() -> None:
    """An import inside a function dodges a cycle, which is a module in the wrong place."""

    def local(source: Source) -> Iterator[str]:
        for function in source.walk(ast.FunctionDef, ast.AsyncFunctionDef):
            for node in ast.walk(function):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names = ["wharfinger." if node.level else node.module or ""]
                if any(name.split(".")[0] == "wharfinger" for name in names):
                    yield source.at(node)

    # Django wants an app's hooks imported after all models are ready, hence in `ready`.
    assert not broken(
        place for source in product() if source.path.name != "apps.py" for place in local(source)
    )


def test_no_failure_is_swallowed() -> None:
    def swallows(handler: ast.ExceptHandler) -> bool:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        wide = any(kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in kinds)
        return wide and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))

    assert not broken(
        source.at(node) for source in product() for node in source.walk(ast.ExceptHandler) if swallows(node)
    )


def test_nothing_loads_from_elsewhere() -> None:
    shown = [f for kind in ("*.html", "*.css", "*.js", "*.svg") for f in PACKAGE.rglob(kind)]
    hits = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in shown
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if ELSEWHERE.search(line) and "xmlns" not in line
    ]
    assert not broken(iter(hits))


def test_nothing_is_left_for_later() -> None:
    assert not broken(
        f"{source.name}:{number}"
        for source in everything()
        if source.path.parent.name != "tidy"
        for number, line in enumerate(source.lines, 1)
        if UNFINISHED.search(line)
    )


def test_a_number_that_was_typed_is_asked_for_as_int_reads_it() -> None:
    """``isdigit`` is true of “²”, which ``int`` does not read: a form would end in an error of ours."""
    assert not broken(
        source.at(call)
        for source in product()
        for call in source.walk(ast.Call)
        if dotted(call.func).endswith("isdigit")
    )


def test_verbs_say_what_they_promise() -> None:
    def silent(source: Source) -> Iterator[str]:
        for node in source.tree.body:
            if (
                isinstance(node, ast.FunctionDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                yield f"{source.at(node)} {node.name}"

    verbs = [s for s in product() if s.room == "actions"]
    assert not broken(place for source in verbs for place in silent(source))


def test_verbs_take_their_arguments_by_name() -> None:
    """`receive(order, 3, bin)` says nothing; `receive(actor=…, order=…)` does."""
    assert not broken(
        f"{source.at(node)} {node.name}"
        for source in product()
        if source.room == "actions"
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if "actor" in {argument.arg for argument in node.args.args}
    )


def test_pages_read_numbers_as_their_reader_writes_them() -> None:
    """12,50 is a German's twelve and a half: `base.typed` knows, `base.quantity` and `base.money` speak plainly."""
    readers = {"minor", "micro", "scaled", "quantity"}

    def plainly(source: Source) -> Iterator[str]:
        for node in source.walk(ast.ImportFrom):
            if node.module in {"wharfinger.base.quantity", "wharfinger.base.money"}:
                yield from (source.at(node) for name in node.names if name.name in readers)
        for call in source.walk(ast.Call):
            owner, _, name = dotted(call.func).rpartition(".")
            if owner in {"money", "quantity"} and name in readers:
                yield source.at(call)

    assert not broken(place for source in product() if source.room == "pages" for place in plainly(source))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('<link href="/static/x.css">', '<link href="https://cdn.example/x.css">'),
        ("url(x.svg)", "url('//cdn.example/x')"),
    ],
)
def test_the_rule_about_elsewhere_knows_the_difference(good: str, bad: str) -> None:
    assert ELSEWHERE.search(bad)
    assert not ELSEWHERE.search(good)
