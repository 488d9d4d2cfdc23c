"""The calls of connections: a ring for each, of those that came last."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ApiCall(models.Model):
    """One call. Written in batches by `operations.write_calls`, never changed, gone when the ring has turned.

    No foreign key to the connection: writing a batch must not wait for whoever deletes one, nor fail with it.
    Ids of connections do not come again.
    """

    id = models.BigAutoField(primary_key=True)
    connection_id = models.BigIntegerField()
    at = models.DateTimeField()
    method = models.TextField()
    path = models.TextField()
    query = models.TextField()
    status = models.SmallIntegerField()
    milliseconds = models.FloatField()
    username = models.TextField()
    user_agent = models.TextField()
    address = models.TextField()
    request_id = models.TextField()
    lines = models.IntegerField(null=True)
    refused = models.IntegerField(null=True)
    request_type = models.TextField()
    request_size = models.BigIntegerField()
    request_whole = models.BooleanField()
    request_lines = ArrayField(models.IntegerField(), null=True)
    request = models.BinaryField(null=True)
    answer_type = models.TextField()
    answer_size = models.BigIntegerField()
    answer_whole = models.BooleanField()
    answer = models.BinaryField(null=True)

    class Meta:
        db_table = "api_call"
        indexes = [
            models.Index(fields=["connection_id", "-id"], name="api_call_connection_newest"),
            models.Index(fields=["at"], name="api_call_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class MissedCalls(models.Model):
    """How many calls of a connection were not recorded, because more came in than could be written."""

    id = models.BigAutoField(primary_key=True)
    connection_id = models.BigIntegerField()
    at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "api_call_missed"
        indexes = [models.Index(fields=["connection_id", "at"], name="api_call_missed_connection")]

    def __str__(self) -> str:
        return f"{self.count} missed"
