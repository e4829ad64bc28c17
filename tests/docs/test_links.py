"""What the documents point to is there."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ELSEWHERE = ("http://", "https://", "mailto:")


def tokens(page: Path) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text()):
        yield token
        yield from token.children or []


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings can be reached, as code hosts make them."""
    found: set[str] = set()
    stream = list(tokens(page))
    for here, following in pairwise(stream):
        if here.type == "heading_open":
            words = "".join(
                part.content for part in following.children or [] if part.type in {"text", "code_inline"}
            )
            found.add(re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-"))
    return found


def broken(page: Path) -> Iterator[str]:
    for token in tokens(page):
        target = str(token.attrGet("href") or token.attrGet("src") or "")
        if not target or target.startswith(ELSEWHERE):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists():
            yield f"{page.relative_to(ROOT)}: {target} is not there"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield f"{page.relative_to(ROOT)}: {name or 'this page'} has no heading #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert not list(broken(page))


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for token in tokens(page):
            target = str(token.attrGet("href") or "").partition("#")[0]
            if target.endswith(".md") and not target.startswith(ELSEWHERE):
                waiting.append((page.parent / target).resolve())
    assert not [str(page.relative_to(ROOT)) for page in PAGES if page not in seen]


def there(path: str) -> bool:
    """Whether a path leads somewhere, from the root, from the package, or to one of a module's templates."""
    module = path.partition("/")[0]
    package = ROOT / "src" / "wharfinger"
    return any(file.exists() for file in (ROOT / path, package / path, package / module / "templates" / path))


def test_named_paths_exist() -> None:
    """A path in code letters, such as `src/wharfinger/ledger/chart.py` or `ledger/chart.py`, is one of ours."""
    modules = "|".join(path.parent.name for path in ROOT.glob("src/wharfinger/*/__init__.py"))
    path = re.compile(rf"^(?:src|tests|docs|dev|bench|{modules})/[\w./-]+$")
    lacking = [
        f"{page.relative_to(ROOT)}: {token.content}"
        for page in PAGES
        for token in tokens(page)
        if token.type == "code_inline" and path.match(token.content) and not there(token.content)
    ]
    assert not lacking
