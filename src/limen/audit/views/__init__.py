"""The pages of the audit log and of the jobs."""

from limen.audit.views.jobs import job_again, jobs
from limen.audit.views.log import export_csv, export_ndjson, log

__all__ = ["export_csv", "export_ndjson", "job_again", "jobs", "log"]
