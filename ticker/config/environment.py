"""The environment -> values in place of those of the file."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from ticker.config.access import Token
from ticker.config.keys import File, keys
from ticker.config.nodes import typed
from ticker.config.words import KeyPath
from ticker.config.written import Written

# What a cluster puts into every pod beside a service called ticker: nobody wrote it, so nobody could mend it.
_POD = re.compile(r"TICKER_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)")


def override(written: Written, environ: Mapping[str, str]) -> dict[KeyPath, str]:
    """Put the variables in place of what is written; which variable each value is from."""
    known = {_variable(path): kind for path, kind in keys(File) if kind is not dict}
    variables: dict[KeyPath, str] = {}
    for name, text in _ours(environ):
        kind = known.get(re.sub("__[0-9]{1,6}__", "__0__", name))
        if kind is None:
            if not ("KUBERNETES_SERVICE_HOST" in environ and _POD.fullmatch(name)):
                written.blame_variable(name, _unknown(name, known))
            continue
        path = _path(name)
        try:
            written.value = _with(written.value, path, _leaf(name, text, kind))
            variables[path] = name
        except LookupError:
            says = "there is no such entry in the file; the first is 0, and a new one is written there"
            written.blame_variable(name, says)
    return variables


def _leaf(name: str, text: str, kind: type) -> object:
    """What the variable *name* says; of a secret, where it is."""
    if kind is Token:
        return {"env": name}
    return typed(text) if kind in (int, bool) else text


def _ours(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """The variables that are meant for us, and what they say."""
    return [
        (name, text)
        for name, text in sorted(environ.items())
        if text and name.startswith("TICKER_") and name != "TICKER_CONFIG" and not name.startswith("TICKER_TEST_")
    ]


def _unknown(name: str, known: Mapping[str, type]) -> str:
    word = re.sub("[^A-Z0-9]+", "_", name.upper())
    plain = {variable.replace("__", "_"): variable for variable in ["TICKER_CONFIG", *known]}
    last = [variable for variable in known if variable.rpartition("__")[2] == word.removeprefix("TICKER_")]
    near = last or [plain[found] for found in difflib.get_close_matches(word, plain, n=1, cutoff=0.75)]
    cure = f"did you mean {near[0]}?" if near else "unset it; docs/config.md has those there are"
    return f"unknown variable; {cure}"


def _path(variable: str) -> KeyPath:
    parts = variable.removeprefix("TICKER_").lower().split("__")
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _variable(path: KeyPath) -> str:
    return "TICKER_" + "__".join(str(part) for part in path).upper()


def _with(value: Any, path: KeyPath, leaf: Any) -> Any:
    """*value* with *leaf* at *path*, copied where it differs; LookupError for a place in a list that is not there."""
    if not path:
        return leaf
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        if not isinstance(value, list) or first >= len(value):
            raise LookupError(first)
        return [*value[:first], _with(value[first], rest, leaf), *value[first + 1 :]]
    if value is None or isinstance(value, dict):
        return {**(value or {}), first: _with((value or {}).get(first), rest, leaf)}
    return value  # not keys and values: the file is to blame, and will be
