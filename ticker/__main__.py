"""The program: one command, run to its exit code, with every error as one line that names the cure.

What the commands do is in `commands`; it is imported here only once Ctrl-C is caught.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress

from ticker import memory, streams
from ticker.errors import ConfigError, TickerError


def main() -> None:
    """Run what the command line asks for; 0 done, 1 failed, 2 usage or configuration, 130 Ctrl-C."""
    memory.start()
    try:
        streams.prepare()
        code = answer(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    with suppress(TickerError):  # what a command that failed had printed before
        sys.stdout.flush()
    sys.exit(code)


def answer(arguments: Sequence[str]) -> int:
    """Run one command, its output written out; the exit code. Raises what is a bug."""
    import typer

    from ticker.commands import app

    try:
        code = app(list(arguments), prog_name="ticker", standalone_mode=False)
        sys.stdout.flush()
    except streams.ReaderGoneError:
        return 1
    except ConfigError as error:
        for problem in error.problems:
            streams.complain(problem)
        return 2
    except TickerError as error:
        streams.complain(str(error))
        return 1
    except typer.TyperException as error:
        if message := error.format_message():  # empty where help was asked for by saying nothing
            streams.complain(f"{' '.join(message.split()).rstrip('.')}; `{_command(error)} --help` tells more")
        return error.exit_code
    except typer.Abort as error:  # Typer's word for an EOFError that nobody expected
        raise error.__cause__ or error from None
    return int(code or 0)


def _command(error: Exception) -> str:
    """The one that Typer was reading."""
    context = getattr(error, "ctx", None)
    return context.command_path if context else "ticker"


if __name__ == "__main__":
    main()
