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

memory.allocate_sparingly()
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

LARGE = """
import ctypes
from pathlib import Path
from ticker import memory

memory.allocate_sparingly()
library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
def resident(): return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
library.free(library.malloc(10_000_000))  # of which glibc learns that such pieces come and go
before = resident()
piece = library.malloc(8_000_000)
library.memset(piece, 1, 8_000_000)
library.malloc(50_000)  # stays, behind it
library.free(piece)
print(resident() - before)
"""

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library does otherwise")


@glibc
@pytest.mark.parametrize(
    ("told", "most"), [({}, 1), ({"MALLOC_ARENA_MAX": "3"}, 2), ({"MALLOC_ARENA_MAX": "100"}, THREADS)]
)
def test_threads_share_few_arenas_unless_told_otherwise(told, most):
    done = subprocess.run(
        [sys.executable, "-c", ARENAS], capture_output=True, text=True, check=True, env=environment(**told)
    )
    assert most - 2 <= int(done.stdout) <= most


@glibc
@pytest.mark.parametrize(("told", "kept"), [({}, False), ({"MALLOC_MMAP_THRESHOLD_": "30000000"}, True)])
def test_large_pieces_are_given_back_at_once_unless_told_otherwise(told, kept):
    done = subprocess.run(
        [sys.executable, "-c", LARGE], capture_output=True, text=True, check=True, env=environment(**told)
    )
    assert (int(done.stdout) > 7_000_000) == kept
