"""`limen users`: people, from the command line."""

from __future__ import annotations

import json
import sys

import click

from limen.cli.start import with_database


@click.group()
def users() -> None:
    """People who sign in."""


password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")


@users.command()
@click.argument("name")
@click.option("--role", default="user", show_default=True, help="Code of a role: administrator, user, or one of yours.")
@click.option("--email", default="", help="E-mail address.")
@password_option
@json_option
@with_database
def create(name: str, role: str, email: str, password_stdin: bool, as_json: bool) -> None:
    """Create the person NAME."""
    from limen.accounts import operations
    from limen.accounts.rules import SYSTEM
    from limen.kit import clock

    password = _password(password_stdin)
    operations.create_user(username=name, password=password, role=role, email=email, by=SYSTEM, now=clock.now())
    _say(as_json, name, f"{name} can sign in now.")


@users.command("set-password")
@click.argument("name")
@password_option
@json_option
@with_database
def set_password(name: str, password_stdin: bool, as_json: bool) -> None:
    """Give NAME a new password; the old one and all sessions end."""
    from limen.accounts import operations
    from limen.accounts.rules import SYSTEM
    from limen.kit import clock

    operations.set_password(username=name, password=_password(password_stdin), by=SYSTEM, now=clock.now())
    _say(as_json, name, f"The password of {name} is changed.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _say(as_json: bool, name: str, sentence: str) -> None:
    click.echo(json.dumps({"username": name}) if as_json else sentence)
