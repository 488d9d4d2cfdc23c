"""People, the users of connections, and what they may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from limen.accounts.rules import display_name
from limen.kit.text import fold


class Role(models.Model):
    """A named set of permission ids; a caller may do what any of its roles allows."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=100)
    label = models.CharField(max_length=25)
    type = models.CharField(max_length=10, default="default")
    permissions = ArrayField(models.CharField(max_length=100), default=list)

    class Meta:
        db_table = "account_role"
        constraints = [models.UniqueConstraint(fields=["code"], name="role_code_unique")]

    def __str__(self) -> str:
        return self.code


class Group(models.Model):
    """A set of users; which part of the catalogue they see will hang on it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=30)
    type = models.CharField(max_length=10, default="default")

    class Meta:
        db_table = "account_group"
        constraints = [models.UniqueConstraint(fields=["name"], name="group_name_unique")]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person (`user`), the user of a connection (`api`) or of a job.

    `username_folded` and `email_folded` are the forms under which names are compared and unique; `save`
    fills them. Signing in goes by them, so that "Julia" and "julia" share one count of failures. (No "key"
    in these names: Django would take them for secrets and hide them from the limiter that counts.)
    """

    id = models.BigAutoField(primary_key=True)
    username = models.CharField(max_length=255)
    username_folded = models.CharField(max_length=255, unique=True)
    email = models.CharField(max_length=255, blank=True)
    email_folded = models.CharField(max_length=255, blank=True)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    type = models.CharField(max_length=4, default="user")
    enabled = models.BooleanField(default=True)
    ui_locale = models.CharField(max_length=20, default="en_US")
    catalog_locale = models.CharField(max_length=100, blank=True)
    catalog_channel = models.CharField(max_length=100, blank=True)
    category_tree = models.CharField(max_length=100, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    roles = models.ManyToManyField(Role, db_table="account_user_role", related_name="+")
    groups = models.ManyToManyField(Group, db_table="account_user_group", related_name="+")
    created_at = models.DateTimeField()

    objects: models.Manager[User] = models.Manager()

    USERNAME_FIELD = "username_folded"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "account_user"
        constraints = [
            models.UniqueConstraint(fields=["email_folded"], condition=~Q(email_folded=""), name="user_email_unique"),
            models.CheckConstraint(condition=Q(type__in=("user", "api", "job")), name="user_type_known"),
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.username_folded = fold(self.username)
        self.email_folded = fold(self.email)
        super().save(*args, **kwargs)

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's name for it, a plain attribute there
        return self.enabled

    @property
    def display_name(self) -> str:
        return display_name(self.username, self.first_name, self.last_name)
