"""The demo as somebody sees it who has just begun it."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.db import connection

from tests import fresh


@pytest.mark.skipif(connection.vendor == "postgresql", reason="a folder without a database is SQLite's")
def test_a_demo_that_was_just_made_prints_its_documents(tmp_path: Path) -> None:
    """Whoever fills the company draws documents; the server that follows still draws its own."""
    home = {"WHARFINGER_HOME": str(tmp_path), "DATABASE_URL": ""}
    with fresh.served(home, command="demo", timeout_s=240) as address:
        made = subprocess.run(
            [sys.executable, "-m", "wharfinger", "token", "create", "petra"],
            env=os.environ | home,
            capture_output=True,
            text=True,
            check=True,
        )
        for pk in (1, 3):
            asked = urllib.request.Request(
                f"{address}/api/v1/documents/purchase-order/{pk}.pdf",
                headers={"Authorization": f"Bearer {made.stdout.strip()}"},
            )
            with urllib.request.urlopen(asked, timeout=60) as answer:
                assert answer.read(5) == b"%PDF-"
