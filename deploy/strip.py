"""Cut off what only debuggers read at the end of extension modules: `python strip.py FOLDER`, as the Dockerfile does.

Wheels come with it or without, as their authors built them: 40 of 155 MB of what Ticker needs. Binutils have a `strip`
that does the same, and the base image has no binutils. What a program header names is loaded and stays, byte for byte;
the table of sections, and sections that stand behind all of that, are for linkers and debuggers (System V ABI, 4, 5).
"""

import struct
import sys
from pathlib import Path

MAGIC = b"\x7fELF\x02\x01"  # 64 bits, low byte first; a file of another machine stays as it is
HEADER = 64  # bytes
TABLES = struct.Struct("<QQ")  # at 32: where the program headers begin, where the section headers
COUNTS = struct.Struct("<5H")  # at 54: size and number of program headers, of section headers, which one has the names
SEGMENT = struct.Struct("<8xQ16xQ")  # of a program header: where its segment begins in the file, how long it is


def loaded(module: bytes) -> bytes:
    """What the loader needs of *module*: all of it where it is no such file, or already without the rest."""
    if len(module) < HEADER or not module.startswith(MAGIC):
        return module
    headers, sections = TABLES.unpack_from(module, 32)
    size, count, *_ = COUNTS.unpack_from(module, 54)
    if not sections or not count:
        return module
    ends = [headers + size * count]
    for number in range(count):
        begin, length = SEGMENT.unpack_from(module, headers + size * number)
        ends.append(begin + length)
    kept = bytearray(module[: max(ends)])
    TABLES.pack_into(kept, 32, headers, 0)
    COUNTS.pack_into(kept, 54, size, count, 0, 0, 0)
    return bytes(kept)


def strip(folder: Path) -> int:
    """Write the modules below *folder* anew; returns how many bytes they have lost."""
    lost = 0
    for path in sorted(folder.rglob("*.so*")):
        if path.is_symlink() or not path.is_file():
            continue
        module = path.read_bytes()
        kept = loaded(module)
        if kept is not module:
            path.write_bytes(kept)
            lost += len(module) - len(kept)
    return lost


if __name__ == "__main__":
    print(f"{strip(Path(sys.argv[1])) / 1e6:.1f} MB of debugging information left out")
