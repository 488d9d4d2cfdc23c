"""What happened: one append-only table, and the tally of it by connection and hour."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import In

# What an event is about, by the word before the colon of its subject, when an administrator will ask who did it.
AUDITED = ("connection", "role", "user", "user_group")


def area() -> Func:
    """Give the expression for the first word of a subject: `connection` of `connection:erp`."""
    return Func(F("subject"), Value(":"), Value(1), function="split_part", output_field=models.TextField())


def is_audited() -> Q:
    """Give the condition under which an event belongs to the audit log. The partial index has the very same."""
    return Q(In(area(), list(AUDITED)))


class Event(models.Model):
    """One change, written in the transaction of the change.

    A trigger of the database refuses to update or delete a row, whoever asks (migration 0002), but for audit
    entries that have run out (0003). Another says which ids a transaction may still write (0010): the feed of changes
    is read by it.
    `author` is kept as text: history outlives users and connections. `data` is JSON text whose
    shape belongs to the kind (`product.updated`: a list of {path, before, after}).
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=50)
    # The longest is that of a product model: its code has up to 255 characters.
    subject = models.CharField(max_length=300)
    author = models.CharField(max_length=255)
    author_kind = models.CharField(max_length=10)
    author_name = models.CharField(max_length=255)
    connection_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    data = models.TextField()

    class Meta:
        db_table = "event"
        indexes = [
            models.Index(fields=["subject", "id"], name="event_subject_id"),
            models.Index(fields=["id"], condition=is_audited(), name="event_audited"),
            models.Index(area(), "id", name="event_area_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Tally(models.Model):
    """How many of one kind happened through one connection within one UTC hour.

    By the connection's identity, not its code: a new connection never inherits old counts.
    """

    id = models.BigAutoField(primary_key=True)
    connection_id = models.BigIntegerField()
    kind = models.CharField(max_length=50)
    hour = models.DateTimeField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "event_tally"
        constraints = [
            models.UniqueConstraint(fields=["connection_id", "kind", "hour"], name="event_tally_connection_kind_hour")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hour:%Y-%m-%d %H}h: {self.count}"


class KeptAnswer(models.Model):
    """The answer to a POST that came with an `Idempotency-Key`, written in the transaction of its change.

    `key` is a digest of caller, route and key; `body` one of what was sent. Of the answer there are the status and the
    `Location` without its host: none has a body.
    """

    key = models.BinaryField(primary_key=True)
    body = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    location = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "kept_answer"
        indexes = [models.Index(fields=["at"], name="kept_answer_at")]

    def __str__(self) -> str:
        return f"{self.status} {self.location}"
