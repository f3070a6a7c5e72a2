"""podman, as the tests use it: the build of the image, and what every container here is run with."""

import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BASE = "localhost/ticker-test-base"
IMAGE = "localhost/ticker-test"
NEIGHBOURS = "localhost/ticker-test-neighbours"
SBIN = "/usr/sbin:/sbin"  # where podman finds iptables and runc; su without - leaves it out of the PATH of root
# crun refuses the mixed cgroup layout of some hosts, runc takes them all
RUNC = shutil.which("runc", path=f"{os.environ['PATH']}:{SBIN}")
PODMAN = ["podman", *(["--runtime", RUNC] if RUNC else [])]


def podman(*arguments: str, check: bool = True, patience: float = 300) -> subprocess.CompletedProcess[str]:
    run = subprocess.run([*PODMAN, *arguments], env=paths(), capture_output=True, text=True, timeout=patience)
    assert not check or run.returncode == 0, f"podman {shlex.join(arguments)}\n{run.stdout}{run.stderr}"
    return run


def paths() -> dict[str, str]:
    return os.environ | {"PATH": f"{os.environ['PATH']}:{SBIN}"}


def inspect(container: str, template: str) -> str:
    return podman("inspect", "--format", template, container).stdout.strip()


def limits() -> dict[str, int]:
    """What podman sets by itself exceeds what some machines allow a container; these never do."""
    most = {}
    for name, which in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC)):
        hard = resource.getrlimit(which)[1]
        most[name] = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
    return most


def ulimits() -> list[str]:
    return [f"--ulimit={name}={most}:{most}" for name, most in limits().items()]


def build(folder: Path, *, of: Path = ROOT, tag: str = IMAGE, flags: tuple[str, ...] = ()) -> None:
    """`make image` in *of*; layers that did not change come from podman's cache, and no old ones are left.

    Args:
        folder: for what pip in the build is told.
    """
    ours = ["--isolation=chroot", *pip_of_this_machine(folder), *flags]
    for name, stage in ((f"{tag}-build", ["--target=build"]), (tag, [])):  # a stage without a name is litter
        before = image_id(name)
        words = ["make", "image", f"IMAGE={name}", f"BASE={BASE}", "ENGINE=podman"]
        words += [f"ARGS={shlex.join([*ours, *stage])}"]
        made = subprocess.run(words, cwd=of, env=paths(), capture_output=True, text=True, timeout=600)
        assert made.returncode == 0, made.stdout + made.stderr
        if before and before != image_id(name):
            podman("rmi", before, check=False)  # not by force, which would end what somebody runs of it
        ours = [flag for flag in ours if flag != "--no-cache"]  # the stage was made anew just now


def build_neighbours() -> str:
    """The image of what stands beside the service when it is scaled out; returns why it cannot be made."""
    here = Path(__file__).parent
    words = ["build", "--format=docker", "--isolation=chroot", "--quiet", "--volume=/etc/apt:/machine/apt:ro"]
    words += [f"--build-arg=BASE={BASE}", f"--file={here / 'neighbours.containerfile'}", f"--tag={NEIGHBOURS}"]
    made = podman(*words, str(here), check=False)
    return made.stderr[-500:] if made.returncode else ""


def remove(tag: str) -> None:
    for name in (tag, f"{tag}-build"):
        podman("rmi", "--force", name, check=False)


def image_id(tag: str) -> str:
    return podman("image", "inspect", "--format", "{{.Id}}", tag, check=False).stdout.strip()


def pip_of_this_machine(folder: Path) -> list[str]:
    """Flags of `podman build` that let pip in the build reach the index as pip on this machine does.

    What `pip config list` says of index and certificates becomes a pip.conf that is mounted, with
    every file and folder that it names.
    """
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    said = re.findall(r"^(:env:|\w+)\.([\w-]+)='(.*)'$", listed.stdout, re.MULTILINE)
    wanted = {
        "index-url",
        "extra-index-url",
        "find-links",
        "trusted-host",
        "cert",
        "proxy",
        "default-timeout",
        "retries",
    }
    settings = {key: value for scope, key, value in sorted(said, key=lambda row: row[0] == ":env:") if key in wanted}
    conf = folder / "pip.conf"
    conf.write_text("[global]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()), "utf-8")
    named = [Path(word.removeprefix("file://")) for value in settings.values() for word in value.split()]
    # the pages of an index in a folder link to files beside that folder
    mounts = {path.parent if path.name == "simple" else path for path in named if path.is_absolute() and path.exists()}
    return [f"--volume={conf}:/etc/pip.conf:ro", *(f"--volume={path.resolve()}:{path}:ro" for path in sorted(mounts))]
