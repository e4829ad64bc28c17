"""The order and the receipt of ten lines beside Tryton, in one run: `python -m bench.peer` from the project's root.

Tryton is installed from the package index into an environment of its own, in a temporary folder or where
`--peer FOLDER` says, and works in a database of the same PostgreSQL server. Floor, our actions and Tryton do each
work in turn. Tryton is asked by its own remote procedures in process, without a network between, its printed
invoice left out; it posts a general ledger as well, which we do not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import server
from bench.timing import calibrated
from bench.worker import Worker

MODULES = (
    "sale", "purchase", "stock", "account_invoice", "account_invoice_stock", "product_cost_fifo", "stock_lot",
)  # fmt: skip
PACKAGES = (
    "trytond>=8.2,<8.3",
    "proteus>=8.2,<8.3",
    "psycopg[binary,pool]",
    *(f"trytond_{name}>=8.2,<8.3" for name in MODULES),
)
WARM = 3


def main() -> None:
    """Measure both and print medians."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peer", type=Path, help="a folder to keep Tryton's environment in")
    parser.add_argument("--times", type=int, default=15, help="each work by each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wharfinger-peer-") as folder, server.durable() as url:
        python = _installed(options.peer or Path(folder) / "tryton")
        worker = Worker({"WHARFINGER_HOME": folder, "DATABASE_URL": url}, 0, http=False)
        try:
            with _tryton(python, Path(folder), server.another(url, "tryton")) as ask:
                for work in ("order", "receipt"):
                    _compare(worker, ask, work, options.times)
        finally:
            worker.close()


def _compare(worker: Worker, ask: Any, work: str, times: int) -> None:
    worker.settle()
    found: dict[str, list[float]] = {}
    statements = worker.statements(work)
    quiet = []
    for n in range(WARM + times):
        ours = worker.measure(work, 1)
        theirs = ask(work)
        if n < WARM:
            continue
        quiet.append(calibrated())
        for way in ("floor", "process"):
            found.setdefault(way, []).extend(ours[f"{way} all"])
        found.setdefault("tryton", []).append(sum(theirs["ms"].values()))
    statements["tryton"] = theirs["statements"]
    floor = statistics.median(found["floor"])
    print(f"\n{work} of ten lines on PostgreSQL, medians of {times} in ms")
    for way, took in found.items():
        ms = statistics.median(took)
        print(f"  {way:<8}{ms:8.1f}  {ms / floor:6.1f} × floor   {statements[way]} statements", flush=True)
    print(f"  calibration: quietest {min(quiet):.1f} ms, loudest {max(quiet):.1f} ms")


def _installed(folder: Path) -> Path:
    """The Python of an environment that has Tryton."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return python


@contextmanager
def _tryton(python: Path, folder: Path, url: str) -> Iterator[Any]:
    """Somebody to ask for one work after another."""
    settings, password = folder / "trytond.conf", folder / "password"
    settings.write_text(f"[database]\nuri = {url}\n")
    password.write_text("harbour-lantern-42")
    environment = {"PATH": os.environ["PATH"], "TRYTONPASSFILE": str(password)}
    admin = [python.with_name("trytond-admin"), "-c", settings, "-d", "tryton", "--email", "a@example.org"]
    subprocess.run([*admin, "-u", *MODULES, "--activate-dependencies"], check=True, env=environment)
    command = [python, Path(__file__).with_name("tryton.py"), url, settings]
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, told = process.stdin, process.stdout
        assert told.readline() == "ready\n", "Tryton could not be set up"

        def ask(work: str) -> Any:
            print(work, file=asked, flush=True)
            return json.loads(told.readline())

        yield ask
        asked.close()


if __name__ == "__main__":
    sys.exit(main())
