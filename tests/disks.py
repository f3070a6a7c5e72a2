"""Small file systems in memory, to be filled or mounted read-only: the fixture `disk` is one."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="mounts a file system")


@dataclass
class Disk:
    """A file system of its own."""

    folder: Path

    def fill(self) -> None:
        """To its last byte."""
        with contextlib.suppress(OSError), self.folder.joinpath("filling").open("wb", buffering=0) as filling:
            while True:
                filling.write(bytes(4096))

    def free(self) -> None:
        """As before `fill`."""
        self.folder.joinpath("filling").unlink()

    def remount(self, how: str) -> None:
        """`ro` or `rw`; nobody may hold a file that is open to be written."""
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)


@contextmanager
def small_disk() -> Iterator[Disk]:
    """One of a megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        made = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", folder]
        if subprocess.run(made, check=False, capture_output=True).returncode:
            pytest.skip("root may not mount a file system here")
        try:
            yield Disk(Path(folder))
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
