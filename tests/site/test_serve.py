"""The server as a customer starts it: its own process, a real port."""

import json
import urllib.error
import urllib.request
from argparse import Namespace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from tests.fresh import free_port
from wharfinger.base import clock
from wharfinger.site import health
from wharfinger.site.commands import serve


def test_a_served_installation_says_that_it_is_well(served: str) -> None:
    with urllib.request.urlopen(served + "/healthz", timeout=10) as answer:
        assert json.load(answer) == {"ok": True}
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_unknown_host_name_is_refused(served: str) -> None:
    request = urllib.request.Request(served + "/healthz", headers={"Host": "elsewhere.example"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request, timeout=10)
    with refusal.value as answer:
        assert answer.code == 400


def test_a_database_behind_its_release_is_not_well(
    fresh_database: dict[str, str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(health._schema, "current", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["remedy"] == "Run `wharfinger migrate`; these are missing: sessions.0001_initial"


def test_threads_of_a_fresh_database_see_what_was_committed(fresh_database: dict[str, str]) -> None:
    seen: list[int] = []
    with transaction.atomic():
        Session.objects.create(session_key="one", session_data="", expire_date=clock.now())

    def look() -> None:
        seen.append(Session.objects.filter(session_key="one").count())
        connection.close()

    thread = Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


def test_a_fresh_database_starts_empty_each_time(fresh_database: dict[str, str]) -> None:
    assert Session.objects.count() == 0
    Session.objects.create(session_key="one", session_data="", expire_date=clock.now())


def test_and_again(fresh_database: dict[str, str]) -> None:
    assert Session.objects.count() == 0


def test_production_collects_static_files_under_names_that_change_with_them(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    monkeypatch.setattr(settings, "STORAGES", storages)
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path)
    call_command("collectstatic", interactive=False, verbosity=0)
    manifest = json.loads((tmp_path / "staticfiles.json").read_text())
    assert all((tmp_path / hashed).exists() for hashed in manifest["paths"].values())
    assert any(name.startswith("django_htmx/") for name in manifest["paths"])


def test_links_lead_to_the_port_that_is_served(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes that answer are split off from the one that was told the port."""
    seen: list[str] = []

    class Server:
        def serve(self) -> None:
            seen.append(settings.PUBLIC_URL)

    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setattr(serve, "_server", lambda _options: Server())
    monkeypatch.setattr(serve.settings, "WHITENOISE_USE_FINDERS", True)
    settings.PUBLIC_URL = "http://localhost:8000"
    port = free_port()
    for url in ("", "https://goods.example"):
        monkeypatch.setenv("WHARFINGER_URL", url)
        serve.run(Namespace(host="127.0.0.1", port=port, workers=1, no_worker=True))
        settings.PUBLIC_URL = "https://goods.example"
    assert seen == [f"http://localhost:{port}", "https://goods.example"]
