"""Reads what the installation says by environment variables, with defaults that suit one machine."""

import os
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The variable's value without surrounding blanks, or the default where it is not set or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    """True where the variable says 1, true, yes or on."""
    return text(name).lower() in {"1", "true", "yes", "on"}


def home() -> Path:
    """The folder that holds this installation's database, media and secret; made where it is missing."""
    folder = Path(text("WHARFINGER_HOME", "var")).expanduser().resolve()
    try:
        for part in (folder, folder / "media", folder / "static"):
            part.mkdir(parents=True, exist_ok=True)
    except OSError as refusal:
        raise ImproperlyConfigured(
            f"The folder {folder} cannot be made ({refusal.strerror}); name another by WHARFINGER_HOME."
        ) from refusal
    return folder


def secret(folder: Path) -> str:
    """The key that signs sessions: WHARFINGER_SECRET, or one made at first run for our eyes only."""
    given = text("WHARFINGER_SECRET")
    if given:
        return given
    kept = folder / "secret"
    if not kept.exists():
        draft = _private(folder, secrets.token_urlsafe(50))
        try:
            # Two processes may start at once: the first link wins for both.
            os.link(draft, kept)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return kept.read_text().strip()


def keep_secret(folder: Path, value: str) -> None:
    """Put a secret in place of the one that is there, as a restored installation needs its own."""
    _private(folder, value).replace(folder / "secret")


def _private(folder: Path, value: str) -> Path:
    draft = folder / f".secret-{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(value)
    return draft


def hosts(public_url: str) -> list[str]:
    """The names we answer to: this machine's own, the public address's, and those of WHARFINGER_HOSTS."""
    own = ["localhost", "127.0.0.1", "[::1]", socket.gethostname().lower()]
    public = urlsplit(public_url).hostname or ""
    named = [name.strip() for name in text("WHARFINGER_HOSTS").split(",")]
    return sorted({name for name in (*own, public, *named) if name})


def database(folder: Path) -> dict[str, Any]:
    """Where goods and money are kept: PostgreSQL by DATABASE_URL, else a SQLite file in the home folder."""
    url = text("DATABASE_URL")
    return _postgresql(url) if url else _sqlite(folder / "db.sqlite3")


def _sqlite(file: Path) -> dict[str, Any]:
    synchronous = text("WHARFINGER_SYNCHRONOUS", "FULL").upper()
    if synchronous not in {"FULL", "NORMAL", "OFF"}:
        raise ImproperlyConfigured(
            "WHARFINGER_SYNCHRONOUS is FULL (an acknowledged act survives a power cut), NORMAL (the last "
            "acts may be lost, never half of one) or OFF (for databases that may be thrown away)."
        )
    pragmas = (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # REPLACE would slip past the triggers that guard history.
        "cache_size=-65536",  # 64 MiB for each connection.
        "wal_autocheckpoint=4000",  # 16 MiB: a large database is folded in once for some twenty acts.
        "temp_store=MEMORY",
        "mmap_size=268435456",
    )
    return {
        "ENGINE": "wharfinger.site.sqlite",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "cached_statements": 1024,  # An act or a page must not find its statements parsed away.
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
        "TEST": {"NAME": str(file.with_name("test.sqlite3"))},
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL looks like postgresql://user:password@host:5432/name; SQLite needs none."
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "wharfinger.site.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # Plans are kept from the second use on; bound on the server, so that they can be.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 1, **options},
    }


def mail() -> dict[str, Any]:
    """Django's mail settings from WHARFINGER_SMTP, such as smtp://user:password@mail.example:587?tls=1."""
    parts = urlsplit(text("WHARFINGER_SMTP", "smtp://localhost:25"))
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "WHARFINGER_SMTP looks like smtp://user:password@host:587?tls=1, or smtps://…."
        )
    starts_tls = dict(parse_qsl(parts.query)).get("tls") in {"1", "true", "yes"}
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": starts_tls,
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": text("WHARFINGER_MAIL_FROM", "wharfinger@localhost"),
    }
