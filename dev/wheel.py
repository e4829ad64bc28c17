"""Builds the wheel, installs it into a venv of its own and asks `wharfinger demo` from there for /healthz."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
import zipfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "wharfinger"
FIRST_PAGE_S = 120
NOT_SHIPPED = {".pyc", ".pyo"}


def build(folder: Path) -> Path:
    """Make the wheel in the folder."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("wharfinger-*.whl")
    return wheel


def missing(wheel: Path) -> list[str]:
    """The files of the package that the wheel lacks."""
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = (file for file in PACKAGE.rglob("*") if file.is_file() and file.suffix not in NOT_SHIPPED)
    return sorted(
        name
        for name in (str(file.relative_to(PACKAGE.parent)) for file in files)
        if name not in packed and "/." not in name
    )


def answer(folder: Path, wheel: Path) -> float:
    """Install the wheel, run its demo, and return the seconds until /healthz said that all is well."""
    # With its own dependencies, so that one which pyproject.toml forgets is missed here, not by a customer.
    venv.create(folder / "venv", with_pip=True)
    pip = [folder / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("WHARFINGER_", "DATABASE_"))
    }
    environment = clean | {"WHARFINGER_HOME": str(folder / "home"), "PORT": str(port)}
    began = time.monotonic()
    demo = subprocess.Popen(
        [folder / "venv" / "bin" / "wharfinger", "demo"],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}/healthz", demo, began)
        return time.monotonic() - began
    finally:
        demo.terminate()
        demo.wait(30)


def _await(url: str, demo: "subprocess.Popen[bytes]", began: float) -> None:
    while time.monotonic() - began < FIRST_PAGE_S:
        if demo.poll() is not None:
            raise SystemExit(f"`wharfinger demo` ended with {demo.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                assert reply.status == 200
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"{url} did not answer within {FIRST_PAGE_S} s.")


def main() -> int:
    """Build, compare, run."""
    with tempfile.TemporaryDirectory(prefix="wharfinger-wheel-") as name:
        folder = Path(name)
        wheel = build(folder)
        lacking = missing(wheel)
        if lacking:
            print("The wheel lacks:", *lacking, sep="\n  ")
            return 1
        print(
            f"{wheel.name}, {wheel.stat().st_size // 1024} KiB: /healthz after {answer(folder, wheel):.1f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
