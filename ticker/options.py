"""What the command lines of several commands have in common."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ticker.config import Settings

ConfigFile = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="The configuration. Default: $TICKER_CONFIG, else ./config.yaml."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_of(context: typer.Context, config: Path | None) -> "Settings":
    """The configuration that -c names, before or after the command."""
    from ticker.config import load

    return load(config or context.obj, os.environ)
