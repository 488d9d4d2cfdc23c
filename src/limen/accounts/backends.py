"""Who may sign in to the screens: enabled people, by name or e-mail."""

from __future__ import annotations

from django.http import HttpRequest

from limen.accounts import operations, queries
from limen.accounts.models import User


class PeopleBackend:
    """Django's authentication backend. Users of connections and jobs are answered like unknown ones.

    The name comes folded, under the name of the model's USERNAME_FIELD: the limiter of sign-ins counts by
    that word, and "Julia" and "julia" must share one count.
    """

    def authenticate(
        self, request: HttpRequest | None, username_folded: str | None = None, password: str | None = None
    ) -> User | None:
        if username_folded is None or password is None:
            return None
        row = queries.user_to_authenticate(username_folded)
        if row is not None and row.type != "user":
            row = None
        # First the work, then the answer: how long it takes tells nothing.
        right = operations.check_password(row, password)
        if row is None or not right or not row.enabled:
            return None
        return User.objects.get(id=row.id)

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(id=user_id, type="user", enabled=True).first()
