"""The command that a mail server hands mails to, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from django.db import connections

from tests.world import world
from wharfinger.notices.models import Letter

MAIL = b"From: jane@acme.example\nSubject: Hello\n\nIs anybody there?"


def handed_in(content: bytes, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    connections.close_all()
    command = [sys.executable, "-m", "wharfinger", "mail-in"]
    return subprocess.run(
        command, input=content, env=os.environ | environment, capture_output=True, timeout=120
    )


def test_a_mail_server_hands_a_mail_in_by_a_pipe(fresh_database: dict[str, str]) -> None:
    world()
    done = handed_in(MAIL, fresh_database)
    assert (done.returncode, done.stdout.startswith(b"Entry ")) == (0, True)
    assert [(one.title, one.text, one.about) for one in Letter.objects.all()] == [
        ("Hello", "Is anybody there?", "")
    ]
    refused = handed_in(b"", fresh_database)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert b"no mail that can be read" in refused.stderr
    assert b"Traceback" not in refused.stderr
    assert Letter.objects.count() == 1
