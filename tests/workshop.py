"""The programs of tools/, as modules: tests ask them what they would write."""

import importlib.util
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).parent.parent / "tools"


def tool(name: str) -> Any:
    """The one of that name, without its ending."""
    spec = importlib.util.spec_from_file_location(f"{name}_tool", TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
