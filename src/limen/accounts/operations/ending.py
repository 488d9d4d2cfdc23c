"""Ending what somebody has open: sessions on the screens, tokens of the API."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.module_loading import import_string


def end_tokens(user_id: int) -> None:
    """End all API tokens of a user. The settings name who keeps them, because accounts knows no room above it."""
    end: Callable[[int], None] = import_string(settings.LIMEN_API_TOKENS_END)
    end(user_id)


def end_sessions(user_id: int) -> None:
    """End all sessions of a person. Reads every stored session: they say who they belong to only inside."""
    theirs = [
        session.session_key
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user_id)
    ]
    Session.objects.filter(session_key__in=theirs).delete()
