"""The command line as a newcomer meets it: what is wrong is one sentence, and the exit code tells whose turn it is."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.world import entries
from wharfinger.base import clock
from wharfinger.parties.models import Token, User
from wharfinger.site import cli
from wharfinger.site.commands.init import found_company

Run = tuple[int, str, str]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Run:
    """Exit code, what was printed, what was complained of."""
    try:
        code = cli.main(words)
    except SystemExit as end:
        code = int(end.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def one_sentence(run: Run, code: int, *, names: str) -> None:
    found, out, err = run
    assert (found, out) == (code, "")
    assert err.count("\n") == 1
    assert err.endswith(".\n")
    assert names in err


@pytest.fixture
def company(db: None) -> None:
    found_company(name="Quay & Sons", admin="ada", password="three small boats at noon")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("init",), "--company, --admin"),
        (("init", "--company", " ", "--admin", "ada"), "--company: a name is needed"),
        (("init", "--company", "A", "--admin", "ada", "--colour", "red"), "--colour red"),
        (("serve", "--port", "nine"), "'nine' is no number from 1 to 65535"),
        (("token",), "{create,revoke}"),
        (("token", "create", "nobody"), "no user 'nobody'"),
        (("token", "create", "ada", "--days", "-3"), "--days: '-3'"),
        (("token", "create", "ada", "--scope", "nonsense"), "“nonsense”"),
        (("token", "revoke", "abc"), "eight characters"),
        (("import", "/there/is/none"), "no folder /there/is/none"),
        (("import", "/", "--mapping", "/there/is/none.json"), "No such file"),
        (("import", "/", "--user", "nobody"), "no user 'nobody'"),
        (("export", "/proc/none"), "/proc/none"),
        (("backup", "/there/is/none.tar.gz"), "no folder /there/is"),
        (("restore", "/there/is/none.tar.gz"), "/there/is/none.tar.gz is not there"),
    ],
)
def test_what_is_typed_wrong_is_one_sentence(
    company: None, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], names: str
) -> None:
    before = entries(), Token.objects.count()
    one_sentence(told(capsys, *words), 2, names=names)
    assert (entries(), Token.objects.count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--currency", "EURO"), "three letters"),
        (("--country", "Germany"), "two letters"),
        (("--password-file", "/there/is/none"), "/there/is/none: No such file"),
    ],
)
def test_a_company_that_cannot_be_is_not_begun(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], names: str
) -> None:
    one_sentence(told(capsys, "init", "--company", "A", "--admin", "ada", *words), 2, names=names)
    assert entries() == 0
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_company_without_a_password_says_how_to_get_in(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "init", "--company", "Quay", "--admin", "ada")
    assert (code, "token create ada" in out) == (0, True)
    before = entries()
    code, out, _ = told(capsys, "init", "--company", "Other", "--admin", "bob")
    assert (code, "stays as it is" in out) == (0, True)
    assert entries() == before


@pytest.mark.django_db
def test_a_token_is_all_that_is_printed(company: None, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = told(capsys, "token", "create", "ADA", "--days", "3", "--scope", "sales.read")
    assert (code, err, out.count("\n")) == (0, "", 1)
    made = Token.objects.get()
    assert out.startswith(made.prefix)
    assert made.scopes == ["sales.read"]
    assert made.expires_at is not None
    assert abs(made.expires_at - clock.now() - timedelta(days=3)) < timedelta(minutes=1)
    assert told(capsys, "token", "revoke", made.prefix) == (0, "", "")
    made.refresh_from_db()
    assert made.revoked_at is not None


@pytest.mark.django_db
def test_the_audit_speaks_to_people_and_machines(company: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "audit")[:2] == (
        0,
        f"{len(cli.import_module('wharfinger.ledger.audit').LAWS)} laws hold.\n",
    )
    assert json.loads(told(capsys, "audit", "--json")[1]) == {"clean": True, "findings": []}


def test_help_is_told_for_all_and_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "help")
    assert code == 0
    assert all(f"\n  {word} " in out for word in cli.COMMANDS)
    assert "--password-file" in told(capsys, "help", "init")[1]
    code, _, err = told(capsys, "frobnicate")
    assert (code, err.splitlines()[0]) == (2, "There is no command 'frobnicate'.")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens who would share it."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.django_db
def test_a_port_that_is_taken_is_not_shared(
    company: None, taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for word in ("serve", "demo"):
        one_sentence(told(capsys, word, "--port", str(taken)), 1, names=f"127.0.0.1:{taken}")


def wharfinger(home: Path, *words: str, **variables: str) -> Run:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "wharfinger", *words],
        env=environment | {"WHARFINGER_HOME": str(home)} | variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(connection.vendor == "postgresql", reason="a folder without a database is SQLite's")
@pytest.mark.parametrize("words", [("audit",), ("serve",), ("work", "--once"), ("token", "create", "ada")])
def test_where_nothing_is_yet_it_is_said_how_to_begin(tmp_path: Path, words: tuple[str, ...]) -> None:
    one_sentence(wharfinger(tmp_path, *words), 1, names="`wharfinger init` makes one")


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    for words in (("audit",), ("init", "--company", "A", "--admin", "ada")):
        code, out, err = wharfinger(tmp_path, *words, **away)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith("The database does not answer")
