"""`limen serve` and what an operator runs beside it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import click

from limen.cli.start import pending_migrations, set_up, with_database


@click.command()
@click.option("--host", help="Address to listen on (LIMEN_HOST).")
@click.option("--port", help="Port to listen on (LIMEN_PORT).")
@click.option("--demo", is_flag=True, help="Load the demo catalogue first.")
def serve(host: str | None, port: str | None, demo: bool) -> None:
    """Start Limen: database, web and worker. Ctrl-C stops everything."""
    if host is not None:
        os.environ["LIMEN_HOST"] = host
    if port is not None:
        os.environ["LIMEN_PORT"] = port
    from limen.cli.running import run

    sys.exit(run(demo=demo))


@click.command()
def web() -> None:
    """Run the web processes alone, on a database that is there: for more hosts than one."""
    values = set_up()
    from limen.cli.running import serve_web

    serve_web(values)


@click.command()
def work() -> None:
    """Run a worker alone: it does the jobs of the queue and of the schedule."""
    set_up()
    from procrastinate.contrib.django import app

    app.with_connector(app.connector.get_worker_connector()).run_worker()


@click.command()
def migrate() -> None:
    """Bring the database to this version of Limen, and install what every catalogue starts with."""
    set_up()
    applied = prepare_database()
    click.echo(f"{applied} migrations applied." if applied else "The database is up to date.")


def prepare_database() -> int:
    """Migrate and install, both idempotent; give the number of migrations applied."""
    from django.core.management import call_command

    from limen.accounts import operations as accounts
    from limen.structure import operations as structure

    applied = len(pending_migrations())
    if applied:
        call_command("migrate", verbosity=0, interactive=False)
    accounts.install()
    structure.install()
    return applied


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@with_database
def demo(as_json: bool) -> None:
    """Load the demo catalogue into this installation. Loading it again changes nothing."""
    from limen import demo as demo_catalogue
    from limen.kit import clock

    result = demo_catalogue.load(clock.now())
    if as_json:
        click.echo(json.dumps({"products": result.products, "username": result.username, "password": result.password}))
        return
    click.echo(f"{result.products} products are there.")
    if result.password:
        click.echo(f"Sign in as {result.username} with the password {result.password} (shown this once).")


@click.command()
@with_database
def shell() -> None:
    """Open a Python shell with Limen loaded."""
    from django.core.management import call_command

    call_command("shell")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(as_json: bool) -> None:
    """Look whether everything Limen needs is there and well; exit code 1 when something is not."""
    values = set_up()
    findings = _findings(values)
    if as_json:
        click.echo(json.dumps([{"name": name, "ok": ok, "detail": detail} for name, ok, detail in findings]))
    else:
        for name, ok, detail in findings:
            click.echo(f"{'ok  ' if ok else 'BAD '} {name}: {detail}")
    sys.exit(0 if all(ok for _, ok, _ in findings) else 1)


def _findings(values: dict[str, Any]) -> list[tuple[str, bool, str]]:
    from django.db import connection

    from limen.jobs import queries as jobs
    from limen.kit import clock

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = str(cursor.fetchone()[0])
    number = int(version.split(".")[0])
    pending = pending_migrations()
    kind = "given by LIMEN_DATABASE_URL" if values["LIMEN_DATABASE_URL"] else "embedded"
    findings = [
        ("settings", True, "every LIMEN_… variable has a usable value"),
        (
            "database",
            number >= 15,
            f"PostgreSQL {version}, {kind}" + ("" if number >= 15 else "; 15 or later is needed"),
        ),
        ("migrations", not pending, f"{len(pending)} to apply: run `limen migrate`" if pending else "all applied"),
    ]
    folder = values["LIMEN_DATA_DIR"]
    writable = os.access(folder, os.W_OK)
    findings.append(("data folder", writable, f"{folder}" + ("" if writable else " cannot be written")))
    if not pending:
        health = jobs.health(now=clock.now())
        detail = f"{health.workers} running, {health.waiting} jobs waiting, {health.failed} failed in the last day"
        findings.append(
            ("worker", health.workers > 0, detail + ("" if health.workers else "; start `limen serve` or `limen work`"))
        )
    return findings
