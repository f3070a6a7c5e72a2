"""A file of deploy/ for compose, in a folder with .env and conf/config.yaml, as one uses it."""

import shutil
import subprocess
from pathlib import Path

from tests.image.engine import ROOT, RUNC, limits, paths

DEPLOY = ROOT / "deploy"


class Project:
    """The file, called by podman-compose on this machine.

    Attributes:
        variables: what stands in .env.
    """

    def __init__(self, folder: Path, name: str, file: str, variables: dict[str, str]) -> None:
        self.folder = folder / name  # the project, for podman-compose; a real one would be called ticker, as its volume
        self.config = self.folder / "conf" / "config.yaml"
        self.config.parent.mkdir(parents=True)
        self.file = file
        shutil.copy(DEPLOY / file, self.folder)
        self.variables = variables
        self.engine = folder / "containers.conf"  # what this machine lets a container have
        least = ", ".join(f'"{limit}={most}:{most}"' for limit, most in limits().items())
        self.engine.write_text(
            f'[containers]\ndefault_ulimits = [{least}]\n[engine]\nruntime = "{RUNC or ""}"\n', "utf-8"
        )

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        lines = [f"{name}={value}\n" for name, value in self.variables.items()]
        (self.folder / ".env").write_text("".join(lines), "utf-8")
        known = {name: value for name, value in paths().items() if name not in self.variables | {"CONFIG": ""}}
        known["CONTAINERS_CONF"] = str(self.engine)
        command = ["podman-compose", "-f", self.file, *words]
        return subprocess.run(command, env=known, cwd=self.folder, capture_output=True, text=True, timeout=180)
