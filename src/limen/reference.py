"""Writes the reference pages that code knows better than prose: settings, permissions, endpoints, commands.

`make docs` runs it; a test holds the committed pages equal to what it gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

MADE = "<!-- Made from the code by `make docs`. Change the code, not this page. -->\n"


def settings_page() -> str:
    from limen.config.env import SETTINGS

    rows = [
        f"| `{one.name}` | {one.read.__name__.replace('_', ' ')} | {f'`{one.default}`' if one.default else '–'}"
        f" | {one.sentence}"
        f"{' May be given as a file: `' + one.name + '_FILE`.' if one.secret else ''} |"
        for one in SETTINGS
    ]
    intro = (
        "Limen is configured by environment variables alone. A value it cannot use stops the start, and the message"
        " names the variable; so does a `LIMEN_…` variable that it does not know.\n"
    )
    return _page("Settings", intro, "| Variable | Type | Default | Meaning |\n|---|---|---|---|\n" + "\n".join(rows))


def permissions_page() -> str:
    from limen.accounts.rules import OVERALL, PERMISSIONS
    from limen.kit.http.root import api_endpoints

    used: dict[str, list[str]] = {}
    anybody: list[str] = []
    signed_in: list[str] = []
    for path, method, endpoint in api_endpoints():
        if endpoint.public:
            anybody.append(f"{method} `{path}`")
        else:
            used.setdefault(endpoint.permission or OVERALL, []).append(f"{method} `{path}`")
    for path, view, asked in _screens():
        for permission in asked:
            used.setdefault(permission, []).append(f"`{path}`")
        if not asked:
            (signed_in if getattr(view, "login_required", True) else anybody).append(f"`{path}`")
    rows = [
        f"| {one.area} | {one.label} | `{one.id}` | {'<br>'.join(used.get(one.id, [])) or '–'} |"
        for one in PERMISSIONS.values()
    ]
    intro = (
        "A role is a set of these. A connection may do what the role of its user allows, within the limit of its own"
        " if it has one; a change counts from the very next call or click. *Overall Web API access* is needed for every"
        " call of the API, and is enough for those beside it. Addresses without a method are screens; a screen that"
        " stands beside several permissions says itself whether it needs one of them or all.\n"
    )
    table = "| Area | Permission | Id | Guards |\n|---|---|---|---|\n" + "\n".join(rows)
    rest = (
        "\n\n## Without a permission\n\n"
        f"Whoever is signed in: {', '.join(signed_in)}.\n\n"
        f"Anybody: {', '.join(anybody)}."
    )
    return _page("Permissions", intro, table + rest)


def _screens() -> list[tuple[str, Any, list[str]]]:
    """Give the address and view of every screen with each permission that it asks for, or that lets in as well."""
    from django.urls import URLPattern, get_resolver

    from limen.accounts.access import asked_for

    found: list[tuple[str, Any, list[str]]] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for pattern in patterns:
            route = f"{prefix}{pattern.pattern}"
            if not isinstance(pattern, URLPattern):
                walk(pattern.url_patterns, route)
            # Under /api/ what is no endpoint is the answer that there is none.
            elif not hasattr(pattern.callback, "endpoints") and not route.startswith("api/"):
                path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}")
                asked = {permission for needed in asked_for(pattern.callback) for permission in needed}
                found.append((path, pattern.callback, sorted(asked)))

    walk(get_resolver().url_patterns, "")
    return found


def api_page() -> str:
    from limen.help import openapi, schemas
    from limen.kit.http.root import api_endpoints

    parts = []
    for path, method, endpoint in api_endpoints():
        anchor = endpoint.anchor if endpoint.anchor and not path_is_collection(method, path) else None
        heading = f"## {method} {path}" + (f" – `{anchor}`" if anchor else "")
        described = openapi.operation_of(path, method, endpoint)
        facts = [
            f"Route name `{endpoint.name}`.",
            "No token needed."
            if endpoint.public
            else f"Permission: {f'`{endpoint.permission}`' if endpoint.permission else 'overall access'}.",
        ]
        if method in ("POST", "PATCH") and endpoint.accepts:
            facts.append("Content-Type: " + " or ".join(f"`{one}`" for one in endpoint.accepts) + ".")
        asked = [
            f"- `{one['name']}`: {one['description']}"
            for one in described.get("parameters", ())
            if one["in"] == "query"
        ]
        answers = [
            f"- {status}: {one['description']}"
            for status, one in described["responses"].items()
            if status not in openapi.BEFORE_THE_VIEW
        ]
        lists = "\n".join([*(["", "Parameters:", "", *asked] if asked else []), "", "Answers:", "", *answers])
        parts.append(f"{heading}\n\n{described['summary']}\n\n{' '.join(facts)}\n{lists}\n")
    parts.append("## Resources\n\nWhat is printed, property by property.\n")
    parts += [_schema(name, schema) for name, schema in schemas.PRINTED.items()]
    intro = (
        "Every route of the API. Conventions (errors, pages, bulk lines) are in"
        " [API conventions](api-conventions.md). A running instance gives the same to programs, in the OpenAPI format:"
        " `GET /api/rest/v1/openapi.json`.\n"
    )
    return _page("API", intro, "\n".join(parts))


def _schema(name: str, schema: dict[str, Any]) -> str:
    always = set(schema["required"])
    rows = [
        f"| `{prop}` | {_type_of(one)} | {'always' if prop in always else 'where it applies, or when asked for'} |"
        for prop, one in schema["properties"].items()
    ]
    title = name.replace("_", " ").capitalize()
    return f"### {title}\n\n| Property | Type | Printed |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _type_of(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array" and "items" in schema:
        return f"list of {_type_of(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {_type_of(schema['additionalProperties'])}"
    return str(schema.get("format", kind))


def path_is_collection(method: str, path: str) -> bool:
    """A bulk PATCH carries the anchor of the single one; its own section must not take it."""
    return method == "PATCH" and not path.endswith("}")


def cli_page() -> str:
    from limen.cli import limen

    return _page(
        "Command line",
        "Exit code 0: done; 1: refused or failed; 2: bad usage.\n",
        "\n".join(_command(limen, ["limen"])),
    )


def _command(command: click.Command, path: list[str]) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path))
    context.max_content_width = 100
    yield f"## {' '.join(path)}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from _command(child, [*path, name])


def _page(title: str, intro: str, body: str) -> str:
    return f"# {title}\n\n{MADE}\n{intro}\n{body}".rstrip() + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "settings": settings_page,
    "permissions": permissions_page,
    "api": api_page,
    "cli": cli_page,
}


def main() -> None:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings")
    import django

    django.setup()
    folder = Path(__file__).parents[2] / "docs" / "reference"
    for name, make in PAGES.items():
        (folder / f"{name}.md").write_text(make())


if __name__ == "__main__":
    main()
