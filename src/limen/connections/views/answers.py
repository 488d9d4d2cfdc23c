"""What several screens of the room answer with."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from limen.accounts.rules import (
    CONNECTION_CREDENTIALS,
    CONNECTION_MONITORING,
    CONNECTION_RIGHTS,
    CREATE_GROUPS,
    CREATE_ROLES,
    MANAGE_CONNECTIONS,
    Caller,
)
from limen.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class May:
    """What whoever looks at a connection may do with it; seeing it they may, or they would not be here."""

    manage: bool
    credentials: bool
    rights: bool
    monitoring: bool

    @classmethod
    def of(cls, caller: Caller) -> May:
        manage = caller.may(MANAGE_CONNECTIONS)
        # Role and group are saved with all the rest, so choosing them without managing leads nowhere.
        return cls(
            manage=manage,
            credentials=caller.may(CONNECTION_CREDENTIALS),
            rights=manage and caller.may(CONNECTION_RIGHTS),
            monitoring=caller.may(CONNECTION_MONITORING),
        )


@dataclass(frozen=True, slots=True)
class OwnRights:
    """What whoever looks at a connection may make for it alone."""

    role: bool
    group: bool

    @classmethod
    def of(cls, caller: Caller) -> OwnRights:
        chooses = May.of(caller).rights
        return cls(chooses and caller.may(CREATE_ROLES), chooses and caller.may(CREATE_GROUPS))


def no_such_connection(request: HttpRequest, refusal: NotFound) -> HttpResponse:
    """Lead whoever opened the page of a connection that is not there to those that are."""
    messages.error(request, refusal.message)
    return redirect("connections:list")
