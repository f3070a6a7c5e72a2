"""Write docs/cli.md: every command with its words, from the command line itself.

Run `make manual` after a command, an option or a docstring of one has changed; a test asks that the page is what this
writes. Nothing of it depends on a terminal or a locale. A last paragraph of a docstring that begins with "Examples:"
becomes a list: a semicolon sets them apart, and each is one in backticks, maybe after some words and a colon.
"""

import re
from collections.abc import Iterator
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args

import typer

from ticker.commands import app

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
HEAD = """# The command line

Written by `make manual` from what the commands say of themselves; `ticker COMMAND --help` says the same in a terminal.

{about}

```
{usage}
```

{options}

`-c` may also stand after the command, and `-h` or `--help` anywhere. Commands that only read the database may be run
while the service does. What is printed goes to standard output, everything else to standard error; a mistake is
one line that names what helps.

| exit code | means |
| --- | --- |
| 0 | done |
| 1 | it failed; of some commands, that something is wrong: they say so below |
| 2 | the command line or the configuration is wrong |
| 130 | stopped by Ctrl-C |

{commands}
"""
PLACES = {"str": "TEXT", "int": "NUMBER", "float": "NUMBER", "Path": "PATH"}  # what stands for a value that has no name

_CODE = re.compile(r"(?<![\w`/])(\$[A-Z_]+|--[a-z][a-z-]*|(?:\./)?config\.yaml|TICKER_[A-Z_]+(?:=[^\s;,]+)?)(?![\w`-])")
_SPANS = re.compile(r"(`[^`]*`)")
_EXIT = re.compile(r"(?<![^ ])Exit [^.]*\.(?![^ ])")  # a whole sentence
_EXAMPLES = re.compile(r"Examples?: ")
_BETWEEN = re.compile(r";\s+(?=(?:[^`]*`[^`]*`)*[^`]*$)")  # outside backticks

Command = Any  # Typer has no public name for it
Parameter = Any


def commands(command: Command, path: str = "ticker") -> Iterator[tuple[str, Command]]:
    """Every command below *command* with its full name, groups before what is in them."""
    for name, each in command.commands.items():
        if not each.hidden:
            yield f"{path} {name}", each
            if hasattr(each, "commands"):
                yield from commands(each, f"{path} {name}")


def manual() -> str:
    """The text of the page."""
    root = typer.main.get_command(app)
    found = list(commands(root))
    listed = "\n".join(_listed(name, command) for name, command in found)
    head = HEAD.format(
        about=_marked(f"{root.help}\n\n{root.epilog}"),
        usage=_usage("ticker", root),
        options=_table(root),
        commands=listed,
    )
    return "\n".join([head, *(_section(name, command) for name, command in found)])


def examples(command: Command) -> list[str]:
    """What stands in backticks in the examples of *command*."""
    last = _paragraphs(command)[-1]
    return re.findall(r"`([^`]+)`", last) if _EXAMPLES.match(last) else []


def _listed(name: str, command: Command) -> str:
    first = re.split(r"(?<=[.:])\s", _paragraphs(command)[0])[0].rstrip(".:")
    indent = "  " * (name.count(" ") - 1)
    return f"{indent}- [`{name}`](#{name.replace(' ', '-')}) {_marked(first[0].lower() + first[1:])}"


def _section(name: str, command: Command) -> str:
    told = _paragraphs(command)
    shown = _each(told.pop()) if _EXAMPLES.match(told[-1]) else []
    ends = [sentence for paragraph in told for sentence in _EXIT.findall(paragraph)]
    rest = filter(None, (_EXIT.sub("", paragraph).strip() for paragraph in told))
    parts = [f"## {name}", *map(_marked, rest), f"```\n{_usage(name, command)}\n```", _table(command), " ".join(ends)]
    parts.append("\n".join(["For example:", "", *(f"- {each}" for each in shown)]) if shown else "")
    return "\n\n".join(filter(None, parts)) + "\n"


def _table(command: Command) -> str:
    rows = [_row(parameter) for parameter in command.params if not parameter.hidden]
    return "\n".join(["| word | what it says |", "| --- | --- |", *rows]) if rows else ""


def _paragraphs(command: Command) -> list[str]:
    told = cleandoc(command.help or "")
    return [" ".join(paragraph.split()) for paragraph in told.split("\n\n")]


def _each(shown: str) -> list[str]:
    return _BETWEEN.split(_EXAMPLES.sub("", shown, count=1).rstrip("."))


def _usage(name: str, command: Command) -> str:
    words = [name]
    words += ["[OPTION]…"] if any(map(_is_option, command.params)) else []
    words += ["COMMAND …"] if hasattr(command, "commands") else []
    return " ".join(words + [_argument(each) for each in command.params if not _is_option(each) and not each.hidden])


def _argument(parameter: Parameter) -> str:
    word = _place(parameter) + ("…" if parameter.nargs == -1 or parameter.multiple else "")
    return word if parameter.required else f"[{word}]"


def _row(parameter: Parameter) -> str:
    if _is_option(parameter):
        value = "" if parameter.is_flag else f" {_place(parameter)}"
        word = ", ".join(f"`{name}{value}`" for name in sorted(parameter.opts + parameter.secondary_opts, key=len))
    else:
        word = f"`{_place(parameter)}`"
    said = " ".join(filter(None, _said(parameter)))
    return f"| {_cell(word)} | {_cell(said)} |"


def _is_option(parameter: Parameter) -> bool:
    return bool(parameter.param_type_name == "option")


def _place(parameter: Parameter) -> str:
    """What stands for the value; of a choice, all that there are."""
    kind = parameter.type_descriptor.annotation
    kind = next(iter(get_args(kind)), kind)  # of a list, what is in it
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(each.value) for each in kind)
    return str(parameter.metavar or PLACES[getattr(kind, "__name__", "str")])


def _said(parameter: Parameter) -> list[str]:
    """What it is for, its bounds, its default: of the help, or its own where the help says none and there is one."""
    told, default, value = (parameter.help or "").partition("Default: ")
    if default:
        return [_marked(told.strip()), _bounds(parameter), _marked(default + value)]
    silent = parameter.default in (None, "", False) or parameter.required
    return [_marked(told), _bounds(parameter), "" if silent else f"Default: `{parameter.default}`."]


def _bounds(parameter: Parameter) -> str:
    low, high = parameter.min, parameter.max
    if low is None and high is None:
        return ""
    return f"{low:,} or more." if high is None else f"At most {high:,}." if low is None else f"{low:,} to {high:,}."


def _marked(told: str) -> str:
    """With options, variables and file names set as code, where they are not yet."""
    pieces = _SPANS.split(told)
    return "".join(piece if piece.startswith("`") else _CODE.sub(r"`\1`", piece) for piece in pieces)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(manual(), "utf-8")
