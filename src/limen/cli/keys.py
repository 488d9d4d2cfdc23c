"""`limen keys`: the key of the installation."""

from __future__ import annotations

import json
import sys

import click

from limen.cli.start import with_database


@click.group()
def keys() -> None:
    """The key that encrypts the secrets of connections."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@with_database
def rotate(as_json: bool) -> None:
    """Encrypt with LIMEN_SECRET_KEY what lies under LIMEN_SECRET_KEY_OLD. Connectors notice nothing.

    Exit code 1 when secrets are left that neither key opens: regenerate those of the connections it names.
    """
    from limen.connections import operations

    kept = operations.encrypt_anew()
    if as_json:
        click.echo(json.dumps({"encrypted": kept.changed, "unreadable": kept.unreadable}))
    else:
        click.echo(f"{kept.changed} secrets are under the present key now; the former one can go.")
    say_unreadable(kept.unreadable)


def say_unreadable(codes: tuple[str, ...]) -> None:
    if codes:
        named = ", ".join(codes)
        click.echo(f"limen: No key that is set opens the secret of: {named}. Regenerate it.", err=True)
        sys.exit(1)
