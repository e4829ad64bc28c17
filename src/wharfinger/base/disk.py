"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def put(file: Path, content: bytes) -> None:
    """Write a file under its final name in one step, so that nobody ever reads half of it.

    Several may write it at once, threads of one process too: each has a draft of its own, and the last one stands.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    draft.write_bytes(content)
    draft.replace(file)
