"""`limen`, the one command line: a command parses, makes one call, prints.

Exit code 0 when it is done, 1 when it is refused or fails, 2 for bad usage.
"""

from __future__ import annotations

import sys

import click

from limen import __version__
from limen.cli.connections import connections
from limen.cli.keys import keys
from limen.cli.server import check, demo, migrate, serve, shell, web, work
from limen.cli.structure import structure
from limen.cli.users import users
from limen.config.embedded import EmbeddedFailed
from limen.config.env import BadSetting
from limen.kit.errors import Invalid, Refused


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="limen")
def limen() -> None:
    """Limen, a PIM that speaks Akeneo's REST API.

    Settings are LIMEN_… variables; see docs/reference/settings.md.
    """


for command in (serve, web, work, migrate, demo, check, shell, connections, structure, users, keys):
    limen.add_command(command)


def main() -> None:
    """Run a command and turn each expected refusal into a plain sentence and exit code 1."""
    try:
        limen(standalone_mode=True)
    except Invalid as refusal:
        for violation in refusal.violations:
            _say(violation.message)
    except Refused as refusal:
        _say(refusal.message)
    except (BadSetting, EmbeddedFailed) as problem:
        _say(str(problem))
    except PermissionError as problem:
        _say(
            f"{problem.filename} cannot be opened by this user. The data folder must belong to the user that runs"
            " Limen: change its owner, or name another folder with LIMEN_DATA_DIR."
        )
    sys.exit(1)


def _say(message: str) -> None:
    click.echo(f"limen: {message}", err=True)
