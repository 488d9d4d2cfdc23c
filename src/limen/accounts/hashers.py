"""How passwords are stored."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes and one lane: OWASP's first choice, and 25 ms of one core.

    Django's own defaults (100 MiB, eight lanes) would let a handful of token requests fill a small machine.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
