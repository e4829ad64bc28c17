"""Files are whole for whoever reads them, however many write them at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wharfinger.base.disk import put


def test_many_threads_write_one_file_and_none_fails(tmp_path: Path) -> None:
    """Two people who open the same document or picture first get it both."""
    content = b"x" * 200_000
    for n in range(20):
        file = tmp_path / str(n) / "paper.pdf"
        with ThreadPoolExecutor(8) as crowd:
            for done in [crowd.submit(put, file, content) for _ in range(16)]:
                done.result()
        assert file.read_bytes() == content
        assert [one.name for one in file.parent.iterdir()] == ["paper.pdf"]
