"""`limen connections`: the doors, from the command line. The same operations as the screens."""

from __future__ import annotations

import json
from typing import Any

import click

from limen.cli.keys import say_unreadable
from limen.cli.start import with_database


@click.group()
def connections() -> None:
    """Connections and their credentials."""


json_option = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


class _Create(click.Command):
    """`--auditable` alone, and `--auditable=true|false` as scripts write it: a flag takes no value of itself."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        said = {"--auditable=true": ["--auditable"], "--auditable=false": []}
        return super().parse_args(ctx, [word for one in args for word in said.get(one, [one])])


@connections.command(cls=_Create)
@click.argument("name", metavar="LABEL")
@click.option("--code", help="Code; made from the label when absent.")
@click.option("--label", help="Label; what is given as LABEL is the code then.")
@click.option(
    "--flow-type",
    default="other",
    show_default=True,
    type=click.Choice(["data_source", "data_destination", "other"]),
    help="Where the data flows.",
)
@click.option("--auditable", is_flag=True, help="Track it in Data flows.")
@click.option("--role", help="Code of its role (default: user).")
@click.option("--user-group", help="Name of its group (default: All alone).")
@click.option("--format", "shape", default="text", type=click.Choice(["text", "env", "json"]), help="How to print.")
@json_option
@with_database
def create(
    name: str,
    code: str | None,
    label: str | None,
    flow_type: str,
    auditable: bool,
    role: str | None,
    user_group: str | None,
    shape: str,
    as_json: bool,
) -> None:
    """Create the connection LABEL and print its credentials. The password is shown this once."""
    from limen.accounts import queries as accounts
    from limen.accounts.rules import SYSTEM
    from limen.connections import operations, rules
    from limen.kit import clock

    given = rules.code_from_label(name) if label is None else name
    new = operations.create_connection(
        code=code if code is not None else given,
        label=name if label is None else label,
        flow_type=flow_type,
        auditable=auditable,
        role_id=accounts.role_id(role) if role else None,
        group_id=accounts.group_id(user_group) if user_group else None,
        by=SYSTEM,
        now=clock.now(),
    )
    facts = {
        "code": new.code,
        "client_id": new.client_id,
        "secret": new.secret,
        "username": new.username,
        "password": new.password,
        "auditable": auditable and flow_type != "other",
    }
    if shape == "env":
        click.echo(_as_env(facts))
    else:
        _print(facts, as_json or shape == "json")


@connections.command("list")
@json_option
@with_database
def list_(as_json: bool) -> None:
    """List the connections."""
    from limen.connections import queries
    from limen.kit import clock

    rows = [
        {"code": row.code, "label": row.label, "flow_type": row.flow_type, "auditable": row.auditable}
        for row in queries.connections_for_list(now=clock.now())
    ]
    if as_json:
        click.echo(json.dumps(rows))
    elif not rows:
        click.echo('No connection yet. Make one with `limen connections create "My ERP" --flow-type data_source`.')
    for row in [] if as_json else rows:
        click.echo(f"{row['code']}\t{row['flow_type']}\t{row['label']}{'' if row['auditable'] else ' (not tracked)'}")


@connections.command()
@click.argument("code")
@json_option
@with_database
def show(code: str, as_json: bool) -> None:
    """Show the connection CODE: everything but secret and password."""
    from limen.connections import queries
    from limen.kit import clock

    found = queries.connection_settings(code, now=clock.now())
    _print(
        {
            "code": found.code,
            "label": found.label,
            "flow_type": found.flow_type,
            "auditable": found.auditable,
            "client_id": found.client_id,
            "username": found.username,
            "enabled": found.enabled,
            "expires_at": found.expires_at.isoformat() if found.expires_at else None,
            "owner": found.owner.name if found.owner else None,
            "last_used_at": found.last_used_at.isoformat() if found.last_used_at else None,
        },
        as_json,
    )


@connections.command("regenerate-secret")
@click.argument("code")
@click.option("--keep-old", default=0, metavar="HOURS", help="Keep the old secret, and tokens, for so long (0 to 168).")
@json_option
@with_database
def regenerate_secret(code: str, keep_old: int, as_json: bool) -> None:
    """Make a new secret for CODE; the old one and every token end at once, or after a while."""
    from limen.accounts.rules import SYSTEM
    from limen.connections import operations
    from limen.kit import clock

    secret = operations.regenerate_secret(code=code, keep_old=keep_old, by=SYSTEM, now=clock.now())
    _print({"secret": secret}, as_json)


@connections.command("regenerate-password")
@click.argument("code")
@click.option("--keep-old", default=0, metavar="HOURS", help="Keep the old one, and tokens, for so long (0 to 168).")
@json_option
@with_database
def regenerate_password(code: str, keep_old: int, as_json: bool) -> None:
    """Make a new password for CODE; the old one and every token of its user end at once, or after a while."""
    from limen.accounts.rules import SYSTEM
    from limen.connections import operations
    from limen.kit import clock

    password = operations.regenerate_password(code=code, keep_old=keep_old, by=SYSTEM, now=clock.now())
    _print({"password": password}, as_json)


@connections.command()
@click.argument("code")
@json_option
@with_database
def pause(code: str, as_json: bool) -> None:
    """Let nobody in through CODE until it is resumed. Nothing is deleted."""
    from limen.accounts.rules import SYSTEM
    from limen.connections import operations
    from limen.kit import clock

    operations.pause_connection(code=code, by=SYSTEM, now=clock.now())
    _print({"paused": code}, as_json)


@connections.command()
@click.argument("code")
@json_option
@with_database
def resume(code: str, as_json: bool) -> None:
    """Open CODE again, with the credentials it has."""
    from limen.accounts.rules import SYSTEM
    from limen.connections import operations
    from limen.kit import clock

    operations.resume_connection(code=code, by=SYSTEM, now=clock.now())
    _print({"resumed": code}, as_json)


@connections.command()
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_database
def delete(code: str, yes: bool, as_json: bool) -> None:
    """Delete CODE with its credentials and tokens. What it wrote stays."""
    from limen.accounts.rules import SYSTEM
    from limen.connections import operations
    from limen.kit import clock

    if not yes:
        click.confirm(f"Delete the connection {code}? Its connector stops at once.", abort=True)
    operations.delete_connection(code=code, by=SYSTEM, now=clock.now())
    _print({"deleted": code}, as_json)


@connections.command("digest-secrets")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@with_database
def digest_secrets(yes: bool, as_json: bool) -> None:
    """Keep of every secret its digest alone: it works on, and nobody can show it again. For LIMEN_SECRET_REVEAL=once.

    Exit code 1 when secrets are left that no key opens: regenerate those of the connections it names.
    """
    from limen.accounts.rules import SYSTEM
    from limen.connections import operations
    from limen.kit import clock

    if not yes:
        click.confirm("Nobody can show the secrets of today's connections any more. Go on?", abort=True)
    kept = operations.digest_secrets(by=SYSTEM, now=clock.now())
    if as_json:
        click.echo(json.dumps({"digested": kept.changed, "unreadable": kept.unreadable}))
    else:
        click.echo(f"{kept.changed} secrets are kept as digests alone now.")
    say_unreadable(kept.unreadable)


def _as_env(facts: dict[str, Any]) -> str:
    from django.conf import settings

    from limen.connections import rules

    url = settings.LIMEN_PUBLIC_URL or f"http://{settings.LIMEN_HOST}:{settings.LIMEN_PORT}"
    names = ("client_id", "secret", "username", "password")
    return rules.env_text(url=url, **{name: facts[name] for name in names}).rstrip()


def _print(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts))
        return
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        shown = {True: "yes", False: "no", None: "–"}.get(value, value) if not isinstance(value, str) else value
        click.echo(f"{name.replace('_', ' '):<{width}}  {shown}")
