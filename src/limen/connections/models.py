"""Connections, their clients and secrets, and the tokens issued to them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from limen.connections import rules


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
    """A secret of a client, encrypted with the instance's key `key_id`; rows, so that two may overlap one day."""

    id = models.BigAutoField(primary_key=True)
    key_id = models.CharField(max_length=16)
    ciphertext = models.BinaryField()
    client = models.ForeignKey(OAuthClient, models.CASCADE, related_name="secrets")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "connection_client_secret"

    def __str__(self) -> str:
        return f"secret {self.id} of client {self.client_id}"


class Connection(models.Model):
    """A door: one data flow between the PIM and one third party.

    `client` says which program calls, `user` what it may do and who is the author of its changes.
    `version` grows with every edit, so that a page can tell that it shows an older one.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=100)
    label = models.CharField(max_length=100)
    flow_type = models.CharField(max_length=50, default=rules.OTHER)
    type = models.CharField(max_length=30, default=rules.DEFAULT)
    auditable = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    client = models.OneToOneField(OAuthClient, models.PROTECT, related_name="connection")
    user = models.OneToOneField("accounts.User", models.PROTECT, related_name="connection")
    first_call_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

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


class ConnectionImage(models.Model):
    """The picture of a connection, as it is shown: a WebP of some kilobytes. `digest` names it in addresses."""

    connection = models.OneToOneField(Connection, models.CASCADE, primary_key=True, related_name="image")
    content = models.BinaryField()
    digest = models.CharField(max_length=16)

    class Meta:
        db_table = "connection_image"

    def __str__(self) -> str:
        return f"image of connection {self.connection_id}"


class AccessToken(models.Model):
    """Opens the API until it expires. Only the SHA-256 digest of the token is kept."""

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField()
    expires_at = models.DateTimeField()
    client = models.ForeignKey(OAuthClient, models.CASCADE, related_name="access_tokens")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="access_tokens")
    created_at = models.DateTimeField()

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

    class Meta:
        db_table = "connection_refresh_token"
        constraints = [models.UniqueConstraint(fields=["digest"], name="connection_refresh_token_digest_unique")]
        indexes = [models.Index(fields=["expires_at"], name="connection_refresh_expiry")]

    def __str__(self) -> str:
        return f"refresh token {self.id}"


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
