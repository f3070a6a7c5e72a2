"""The file -> the nodes of its YAML, each with its place; and what a scalar is."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ticker.errors import ConfigError

try:
    from yaml import CSafeLoader as _YamlLoader
except ImportError:  # PyYAML built without libyaml: the same answers, ten times slower
    from yaml import SafeLoader as _YamlLoader  # type: ignore[assignment]  # one interface, two classes


class _Strict(_YamlLoader):
    """Scalars are what they look like: 12:30, no, 010 and 2025-01-01 stay text (YAML 1.1: 750, False, 8, a date)."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - of the class, as PyYAML has it


_MAX_BYTES = 32_000_000  # more than 100,000 sources
_MAX_DEPTH = 50  # 4 are needed: the file, sources, a source, its headers

_YAML = "tag:yaml.org,2002:"
_SCALARS: dict[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    f"{_YAML}null": (re.compile(r"(?:~|null|Null|NULL|)\Z"), lambda _: None),
    f"{_YAML}bool": (re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), lambda text: text.lower() == "true"),
    f"{_YAML}int": (re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z"), int),
    f"{_YAML}float": (re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z"), float),
}
_TAGS = {
    yaml.ScalarNode: {f"{_YAML}str", *_SCALARS},
    yaml.SequenceNode: {f"{_YAML}seq"},
    yaml.MappingNode: {f"{_YAML}map"},
}
for _tag, (_pattern, _) in _SCALARS.items():
    _Strict.add_implicit_resolver(_tag, _pattern, None)


def compose(path: Path) -> yaml.Node | None:
    """The nodes of the file; None when it holds none.

    Raises:
        ConfigError: it cannot be read, or not as _YAML; with the first place where that is so.
    """
    text = _text(path)
    try:
        if place := _too_deep(text):
            says = f"is nested more than {_MAX_DEPTH} deep; four levels are enough"
            raise ConfigError([f"{path}:{place[0]}:{place[1]} {says}"])
        return yaml.compose(text, _Strict)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        row, column = (mark.line, mark.column) if mark else (0, 0)
        line = [*text.splitlines(), ""][min(row, len(text.splitlines()))]
        says = _yaml_cure(error.problem or str(error.context), line, column)
        raise ConfigError([f"{path}:{row + 1}:{column + 1} {says}"]) from None


def _too_deep(text: str) -> tuple[int, int] | None:
    """Where a level too many begins. Asked before nodes are made, which libyaml does on the stack, one call a level."""
    depth = 0
    for event in yaml.parse(text, _Strict):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                mark = event.start_mark
                return (mark.line + 1, mark.column + 1) if mark else (1, 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def scalar(node: yaml.Node) -> Any:
    return node.value if node.tag == f"{_YAML}str" else typed(node.value)


def typed(text: str) -> Any:
    """The number, truth or nothing that *text* looks like; else itself."""
    return next((convert(text) for pattern, convert in _SCALARS.values() if pattern.match(text)), text)


def strange_tag(node: yaml.Node) -> str:
    """The tag of *node* when it says more than the node shows, as !!set or !mine; else nothing."""
    return "" if node.tag in _TAGS[type(node)] else node.tag.replace(_YAML, "!!")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        cure = "copy the config.yaml that comes with Ticker there, or name another with -c or TICKER_CONFIG"
        raise ConfigError([f"{path}: there is no such file; {cure}"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    if len(raw) > _MAX_BYTES:
        cure = "name another with -c or TICKER_CONFIG"
        raise ConfigError(
            [f"{path}: is larger than {_MAX_BYTES // 10**6} MB, and is no configuration of Ticker; {cure}"]
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        raise _not_text(path, before, "is not UTF-8; save the file as UTF-8 in your editor") from None
    if control := yaml.reader.Reader.NON_PRINTABLE.search(text):
        says = f"a character U+{ord(control.group()):04X} that no text file should hold; delete it"
        raise _not_text(path, text[: control.start()], says)
    return text


def _not_text(path: Path, before: str, says: str) -> ConfigError:
    return ConfigError([f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))} {says}"])


def _yaml_cure(problem: str, line: str, column: int) -> str:
    here = line[column : column + 1]
    if "\t" in (here, *line[: len(line) - len(line.lstrip())]):
        return "a tab stands where YAML wants spaces; indent with spaces"
    if "mapping values" in problem:
        return (
            'a second ": " in the line, or too deep an indent; put a text that holds ": " in quotes: title: "Now: news"'
        )
    if "cannot start" in problem or "alias" in problem:
        return f'a text that begins with {here} must be in quotes: title: "{here}news"'
    if "another document" in problem:
        return "a second document begins here; keep one, and no line that is --- between keys"
    return f"YAML cannot be read: {problem}; see to quotes, brackets and indent here and on the line before"
