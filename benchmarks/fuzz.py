"""Sends made-up requests about products and looks at every answer, and at every product that was written.

With `--anything` it opens every screen and calls the rest of the API instead.

Not a measurement of speed: `requests` were made up and sent through the whole WSGI application of this process, on a
database of their own; `reads` is how many more were needed to look at what was written (both flavours, lists with
every `with_…`, the screen, and sending back what was read). Each finding is printed; none is the aim.
"""

from __future__ import annotations

import argparse
import atexit
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import orjson

from benchmarks import figures

# Findings are told in full until there are so many.
MOST_TOLD = 20


class Failures(logging.Handler):
    """Keeps the last failure that an endpoint logged, to tell it with the request that met it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""
        self.reason = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            told = traceback.format_exception(*record.exc_info)
            self.last, self.reason = "".join(told[-4:]), told[-1].strip()[:100]


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    # Not below the checkout: as root the embedded server runs under its own user and must reach its files.
    folder = Path(tempfile.mkdtemp(prefix="limen-fuzz-", dir="/var/tmp"))
    folder.chmod(0o755)
    os.environ["LIMEN_DATA_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.pop("LIMEN_DATABASE_URL", None)
    # Registered before the server's own end, and so done after it.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _run(options.requests, options.seed, options.minutes, options.anything)


def _run(most: int, seed: int, minutes: float, anything: bool) -> int:
    fuzzer = _prepare(anything)
    # Of what runs here, whatever becomes of the files meanwhile.
    about = {"commit": figures.commit(), "machine": figures.machine()}
    failures = Failures()
    logging.getLogger("limen").addHandler(failures)
    logging.getLogger("limen").propagate = False
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    began, findings = time.monotonic(), dict[str, int]()
    requests = 0
    stopped = Event()
    # Whoever has seen enough still gets the line.
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    while requests < most and time.monotonic() - began < minutes * 60 and not stopped.is_set():
        number, requests = requests, requests + 1
        failures.last = failures.reason = ""
        try:
            fuzzer.step(Random(f"{seed} {number}"))
        except Exception as error:
            what = failures.last or "".join(traceback.format_tb(error.__traceback__)[-2:])
            place = traceback.extract_tb(error.__traceback__)[-1]
            told = failures.reason or _answer_in(str(error)) or str(error)[:60]
            kind = f"{type(error).__name__} in {place.name}, line {place.lineno}: {told}"
            findings[kind] = findings.get(kind, 0) + 1
            if findings[kind] == 1 and len(findings) <= MOST_TOLD:
                print(f"request {number}: {_both_ends(str(error))}\n{what}", file=sys.stderr, flush=True)
    line: dict[str, Any] = {
        "name": "fuzz-anything" if anything else "fuzz",
        "requests": requests,
        "reads": fuzzer.requests - requests,
        "seconds": round(time.monotonic() - began, 1),
        "seed": seed,
        "findings": findings,
        **about,
        "answers": {f"{method} {status}": count for (method, status), count in sorted(fuzzer.counts.items())},
    }
    print(orjson.dumps(line).decode())
    return 1 if findings else 0


def _answer_in(text: str) -> str:
    """What the last answer in a finding says, without the names in it: findings of one kind are told once."""
    said = re.findall(r'"message":"(.*?[^\\])"', text)
    return re.sub(r'\\+"[^"]*"', "…", said[-1])[:100] if said else ""


def _both_ends(text: str) -> str:
    """The request comes first, and what was found last."""
    return text if len(text) < 3000 else f"{text[:1500]} … {text[-1500:]}"


def _prepare(anything: bool) -> Any:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.test import Client
    from tests.conftest import _install
    from tests.factories.accounts import make_user
    from tests.factories.connections import make_connection
    from tests.factories.media import make_media_file
    from tests.products import grammar
    from tests.products.anything import AnythingFuzzer
    from tests.products.fuzzing import Fuzzer, work, wsgi_call
    from tests.products.wide_catalogue import make_wide

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.LIMEN_API_AUTHENTICATOR = "tests.products.callers.authenticate"
    call_command("migrate", verbosity=0)
    _install()
    make_wide()
    grammar.MEDIA.extend([make_media_file("orbit.png").code, make_media_file("a.pdf", b"%PDF-1.7").code])
    person = make_user("ada", role="administrator")
    if anything:
        make_connection("ERP", code="erp", role="administrator")
        return AnythingFuzzer(person, "everything")
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return Fuzzer(wsgi_call(get_wsgi_application(), "everything"), lambda path: int(client.get(path).status_code), work)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=120, help="end after this time, whatever has been sent")
    parser.add_argument("--anything", action="store_true", help="screens and the rest of the API, not products")
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    sys.exit(main())
