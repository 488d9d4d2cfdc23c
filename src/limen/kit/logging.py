"""Log lines: time, level, logger, request id, constant message, then the fields."""

from __future__ import annotations

import logging

from limen.kit.http.middleware import request_id_of_this_thread

# Django's `request` is an object whose text has the whole address, and credentials may be typed into one.
_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}


class LineFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = {name: value for name, value in vars(record).items() if name not in _KNOWN}
        identity = request_id_of_this_thread.get()
        if identity:
            fields["request"] = identity
        return " ".join([super().formatMessage(record), *(f"{name}={value}" for name, value in fields.items())])
