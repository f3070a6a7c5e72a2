"""The memory of a process that runs for years."""

import platform
import subprocess
import sys

import pytest

from tests.running import environment

THREADS = 12
ARENAS = f"""
import ctypes, re, threading
from pathlib import Path
from ticker import memory

memory.share_arenas()
library, together = ctypes.CDLL(None), threading.Barrier({THREADS})
def work():
    library.malloc(50_000)  # not Python's own allocator; ctypes lets go of the interpreter meanwhile
    together.wait()
threads = [threading.Thread(target=work) for _ in range({THREADS})]
for thread in threads: thread.start()
for thread in threads: thread.join()
starts = re.findall(r"^([0-9a-f]+)-\\S+ rw-p", Path("/proc/self/maps").read_text(), re.M)
print(sum(int(start, 16) % (64 << 20) == 0 for start in starts))  # as glibc places each arena but the first
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has no arenas")
@pytest.mark.parametrize(
    ("told", "most"), [({}, 1), ({"MALLOC_ARENA_MAX": "3"}, 2), ({"MALLOC_ARENA_MAX": "100"}, THREADS)]
)
def test_threads_share_few_arenas_unless_told_otherwise(told, most):
    done = subprocess.run(
        [sys.executable, "-c", ARENAS], capture_output=True, text=True, check=True, env=environment(**told)
    )
    assert most - 2 <= int(done.stdout) <= most
