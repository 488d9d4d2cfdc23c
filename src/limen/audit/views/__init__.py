"""The pages of the audit log."""

from limen.audit.views.log import export_csv, export_ndjson, log

__all__ = ["export_csv", "export_ndjson", "log"]
