"""The file as written -> its value, where each key of it stands, and all that is wrong so far."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ticker.config.nodes import compose, scalar, strange_tag
from ticker.config.words import ON_KEY, KeyPath, dotted


class _Problem(NamedTuple):
    row: int  # 1-based; past every row of the file when the environment is to blame
    column: int
    says: str


class Written:
    """What was asked for: `value` begins as that of the file, and is overridden by the environment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[_Problem] = []
        self._made: dict[int, Any] = {}  # by node, so that an alias is the very value it names, and a ring ends
        self._root = compose(path)
        self.value = {} if self._root is None else self._make(self._root, ())

    def problems(self) -> list[str]:
        """One line each, whatever the values held: in the order of the file, then those of the environment."""
        lines = [
            each.says if each.row == sys.maxsize else f"{self._path}:{each.row}:{each.column} {each.says}"
            for each in sorted(self._problems)
        ]
        return ["".join(c if c.isprintable() else " " for c in line) for line in lines]

    def blame(self, at: KeyPath, says: str, variables: Mapping[KeyPath, str]) -> None:
        """Add a problem of the value at *at*, wherever that came from; `ON_KEY` at its end means the key itself."""
        for path, name in variables.items():
            if at[: len(path)] == path:
                self.blame_variable(name, says)
                return
        at, on_key = (at[:-1], True) if at[-1:] == ON_KEY else (at, False)
        node = self._root
        for depth, part in enumerate(at):
            found = _below(node, part)
            if found is None:  # a key that is not there; or the [0] of a `url` that is written without a list
                at = at[:depth] if isinstance(node, yaml.ScalarNode) else at
                break
            node = found[0 if on_key and depth == len(at) - 1 else 1]
        self._blame_node(node, f"{dotted(at)}: {says}" if at else says)

    def rename(self, key: str, meant: str) -> None:
        """Go on as if *meant* stood at the top of the file where *key* does."""
        if found := _below(self._root, key):
            found[0].value = meant
        self.value = {meant if name == key else name: value for name, value in self.value.items()}

    def blame_variable(self, name: str, says: str) -> None:
        self._problems.append(_Problem(sys.maxsize, 0, f"{name}: {says}"))

    def _blame_node(self, node: yaml.Node | None, says: str) -> None:
        row, column = (node.start_mark.line, node.start_mark.column) if node else (0, 0)
        self._problems.append(_Problem(row + 1, column + 1, says))

    def _make(self, node: yaml.Node, at: KeyPath) -> Any:
        if id(node) in self._made:
            return self._made[id(node)]
        if tag := strange_tag(node):
            self.blame(at, f"the tag {tag} is not read here; remove it", {})
        if isinstance(node, yaml.MappingNode):
            keys = self._made[id(node)] = {}
            for name, value in self._pairs(node, at):
                keys[name] = self._make(value, (*at, name))
        elif isinstance(node, yaml.SequenceNode):
            rows = self._made[id(node)] = []
            for index, value in enumerate(node.value):
                rows.append(self._make(value, (*at, index)))
        else:
            self._made[id(node)] = scalar(node)
        return self._made[id(node)]

    def _pairs(self, node: yaml.MappingNode, at: KeyPath) -> Iterator[tuple[str, yaml.Node]]:
        first: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                says = 'a key must be a word; put a text that begins with [ or { in quotes, title: "[Live] news"'
                self._blame_node(key, says)
            elif key.value in first:
                mark = first[key.value].start_mark
                says = f"is written twice, first at {mark.line + 1}:{mark.column + 1}; keep one"
                self._blame_node(key, f"{dotted((*at, key.value))}: {says}")
            else:
                first[key.value] = key
                yield key.value, value


def _below(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """Key and value at *part* of *node*; of a list, twice the value."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
