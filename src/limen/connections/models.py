"""Connections, their clients and secrets, and the tokens issued to them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from limen.connections import rules

# An IPv6 network in its longest form.
ADDRESS_MAX = 49


class OAuthClient(models.Model):
    """Who calls: the program behind the client id. Its public id is `{id}_{random_id}`."""

    id = models.BigAutoField(primary_key=True)
    random_id = models.CharField(max_length=255)
    label = models.CharField(max_length=100)
    grant_types = ArrayField(models.TextField())
    created_at = models.DateTimeField()

    class Meta:
        db_table = "connection_client"

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return rules.public_client_id(self.id, self.random_id)


class ClientSecret(models.Model):
    """A secret of a client, encrypted with the instance's key `key_id`, or as a digest alone (`rules.DIGESTED`).

    The one without `valid_until` is the present one. One more at most is on its way out: it has an end,
    and its uses are noted, so that people see who still has to change.
    """

    id = models.BigAutoField(primary_key=True)
    key_id = models.CharField(max_length=16)
    ciphertext = models.BinaryField()
    client = models.ForeignKey(OAuthClient, models.CASCADE, related_name="secrets")
    created_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=ADDRESS_MAX, default="")

    class Meta:
        db_table = "connection_client_secret"

    def __str__(self) -> str:
        return f"secret {self.id} of client {self.client_id}"


class Connection(models.Model):
    """A door: one data flow between the PIM and one third party.

    `client` says which program calls, `user` what it may do and who is the author of its changes.
    `version` grows with every edit, so that a page can tell that it shows an older one. Not `enabled`: paused.
    From `expires_at` on nobody gets in; `reminded_of` is the last of `rules.REMINDERS` that this end has come to.
    `owner` is the person to ask, for people to read only. Of the last call and of the last token there are the time,
    the address and the software that came with them; of the token the grant too.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=100)
    label = models.CharField(max_length=100)
    flow_type = models.CharField(max_length=50, default=rules.OTHER)
    type = models.CharField(max_length=30, default=rules.DEFAULT)
    auditable = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    # What names the picture in addresses, "" without one.
    image = models.CharField(max_length=16, default="")
    client = models.OneToOneField(OAuthClient, models.PROTECT, related_name="connection")
    user = models.OneToOneField("accounts.User", models.PROTECT, related_name="connection")
    first_call_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.GenericIPAddressField(null=True)
    last_used_agent = models.CharField(max_length=rules.AGENT_MAX, default="")
    last_token_at = models.DateTimeField(null=True)
    last_token_address = models.GenericIPAddressField(null=True)
    last_token_agent = models.CharField(max_length=rules.AGENT_MAX, default="")
    last_token_grant = models.CharField(max_length=20, default="")
    enabled = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True)
    reminded_of = models.PositiveSmallIntegerField(null=True)
    owner = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    notes = models.TextField(default="")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # Limits; empty, None and False are none.
    allowed_networks = ArrayField(models.CharField(max_length=ADDRESS_MAX), default=list)
    calls_per_minute = models.PositiveIntegerField(null=True)
    concurrent_calls = models.PositiveIntegerField(null=True)
    access_token_lifetime = models.PositiveIntegerField(null=True)
    refresh_token_lifetime = models.PositiveIntegerField(null=True)
    strict = models.BooleanField(default=False)
    # Permissions of the web API, of which the role's count here; None for all of them.
    scopes = ArrayField(models.CharField(max_length=100), null=True)

    class Meta:
        db_table = "connection"
        constraints = [
            models.UniqueConstraint(Lower("code"), name="connection_code_unique"),
            models.CheckConstraint(
                condition=Q(flow_type__in=list(rules.FLOW_TYPES)), name="connection_flow_type_known"
            ),
            models.CheckConstraint(
                condition=~Q(flow_type=rules.OTHER) | Q(auditable=False), name="connection_other_not_tracked"
            ),
            models.CheckConstraint(condition=~Q(type=""), name="connection_type_not_empty"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def initials(self) -> str:
        return rules.initials(self.label)


class ConnectionImage(models.Model):
    """The picture of a connection, as it is shown: a WebP of some kilobytes."""

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="picture")
    content = models.BinaryField()

    class Meta:
        db_table = "connection_image"

    def __str__(self) -> str:
        return f"image of connection {self.connection_id}"


class AccessToken(models.Model):
    """Opens the API until it expires. Only the SHA-256 digest of the token is kept.

    Tokens that come from one password, by refreshing again and again, are a `family`.
    """

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField()
    expires_at = models.DateTimeField()
    client = models.ForeignKey(OAuthClient, models.CASCADE, related_name="access_tokens")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="access_tokens")
    created_at = models.DateTimeField()
    issued_to = models.CharField(max_length=ADDRESS_MAX, default="")
    family = models.UUIDField(null=True)

    class Meta:
        db_table = "connection_access_token"
        constraints = [models.UniqueConstraint(fields=["digest"], name="connection_access_token_digest_unique")]
        indexes = [models.Index(fields=["expires_at"], name="connection_access_expiry")]

    def __str__(self) -> str:
        return f"access token {self.id}"


class RefreshToken(models.Model):
    """Buys one new pair of tokens, once. Only the SHA-256 digest of the token is kept."""

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField()
    expires_at = models.DateTimeField()
    client = models.ForeignKey(OAuthClient, models.CASCADE, related_name="refresh_tokens")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="refresh_tokens")
    created_at = models.DateTimeField()
    issued_to = models.CharField(max_length=ADDRESS_MAX, default="")
    family = models.UUIDField(null=True)

    class Meta:
        db_table = "connection_refresh_token"
        constraints = [models.UniqueConstraint(fields=["digest"], name="connection_refresh_token_digest_unique")]
        indexes = [models.Index(fields=["expires_at"], name="connection_refresh_expiry")]

    def __str__(self) -> str:
        return f"refresh token {self.id}"


class UsedRefreshToken(models.Model):
    """A refresh token that has bought its pair, kept until it would have expired: who sends it again is not alone.

    Only while LIMEN_REFRESH_REPLAY_GRACE is set.
    """

    digest = models.BinaryField(primary_key=True)
    family = models.UUIDField()
    client = models.ForeignKey(OAuthClient, models.CASCADE, related_name="+")
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "connection_used_refresh_token"
        indexes = [models.Index(fields=["expires_at"], name="connection_used_expiry")]

    def __str__(self) -> str:
        return f"refresh token used at {self.used_at}"


class AccessChange(models.Model):
    """Counts, by triggers of the database, what may change what any token stands for; the sum is the access version.

    More than one row only where several have changed something at the same time.
    """

    id = models.BigAutoField(primary_key=True)
    changes = models.BigIntegerField()

    class Meta:
        db_table = "connection_access_change"

    def __str__(self) -> str:
        return f"{self.changes} changes"


class WrongCombination(models.Model):
    """A connection's client was used with a user that is not the connection's own: when last, by name."""

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=255)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="wrong_combinations")
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "connection_wrong_combination"
        constraints = [
            models.UniqueConstraint(fields=["connection", "username"], name="connection_wrong_combination_unique")
        ]

    def __str__(self) -> str:
        return self.username


class OldPassword(models.Model):
    """The former password of a connection's user, hashed, that still opens the token endpoint until `valid_until`."""

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="old_password")
    password = models.CharField(max_length=128)
    valid_until = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=ADDRESS_MAX, default="")

    class Meta:
        db_table = "connection_old_password"

    def __str__(self) -> str:
        return f"old password until {self.valid_until}"


class TokenFailure(models.Model):
    """Refused credentials at the token endpoint since `since`, of one client or one username from one address.

    `key` is a digest of both: what people type into the wrong field is kept nowhere.
    """

    key = models.BinaryField(primary_key=True)
    failures = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "connection_token_failure"
        indexes = [models.Index(fields=["since"], name="connection_failure_since")]

    def __str__(self) -> str:
        return f"{self.failures} failures since {self.since}"


class CallCount(models.Model):
    """How often a connection with a limit has called in the minute `minute`. Unlogged: a crash may forget it."""

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="call_count")
    minute = models.DateTimeField()
    calls = models.PositiveIntegerField()

    class Meta:
        db_table = "connection_call_count"

    def __str__(self) -> str:
        return f"{self.calls} calls in the minute {self.minute}"


class Check(models.Model):
    """The last test of a connection: who asked for it, and what came of it, step by step.

    `nonce` is asked for at the public address while the test runs, and only this installation knows the
    `proof` that answers it. `steps` are `rules.Step`s, `permissions` those the role had then.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.OneToOneField(Connection, models.CASCADE, related_name="last_check")
    asked_by = models.CharField(max_length=255)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    nonce = models.CharField(max_length=64, null=True, unique=True)
    proof = models.CharField(max_length=64)
    address = models.TextField(default="")
    role = models.CharField(max_length=255, default="")
    steps = models.JSONField(default=list)
    permissions = models.JSONField(default=list)

    class Meta:
        db_table = "connection_check"

    def __str__(self) -> str:
        return f"test of connection {self.connection_id}"


class ApiError(models.Model):
    """One error of the data that a connection sent about a product. `content` is JSON text, as the contract stores it.

    A purge keeps the newest `rules.ERRORS_KEPT`.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, models.CASCADE, db_index=False, related_name="api_errors")
    at = models.DateTimeField()
    content = models.TextField()

    class Meta:
        db_table = "connection_api_error"
        indexes = [models.Index(fields=["connection", "-id"], name="connection_api_error_newest")]

    def __str__(self) -> str:
        return f"error of connection {self.connection_id} at {self.at}"
