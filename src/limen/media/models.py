"""Files of products and categories: what is known about them. The bytes lie in Django's default storage."""

from __future__ import annotations

from django.db import models


class MediaFile(models.Model):
    """One stored file. Written once and never changed: another content is another file.

    `hash` is the SHA-256 of the content: values that point to equal content count as unchanged. `owner` says whose
    values may point to it, and so who may read it.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=255)
    original_filename = models.CharField(max_length=255)
    mime_type = models.CharField(max_length=255)
    size = models.BigIntegerField()
    extension = models.CharField(max_length=20)
    hash = models.CharField(max_length=64)
    owner = models.CharField(max_length=20, default="product", db_default="product")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "media_file"
        constraints = [models.UniqueConstraint(fields=["code"], name="media_file_code_unique")]
        indexes = [models.Index(fields=["hash"], name="media_file_hash")]

    def __str__(self) -> str:
        return self.code
