"""What the log looks like: one event a line on standard error, for a person or for whatever collects them."""

import logging
import sys

import structlog


def configure_logs(*, json: bool) -> None:
    """One event a line on standard error: for a person, or JSON for whatever collects them."""
    shown: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True) if json else structlog.processors.TimeStamper("%H:%M:%S"),
    ]
    if json:
        frames = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)  # they hold what strangers sent
        shown += [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        plain = structlog.dev.plain_traceback
        shown += [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=12, exception_formatter=plain)]
    structlog.configure(
        processors=shown,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
