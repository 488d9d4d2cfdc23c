"""Who did what to connections, roles, users and user groups, and what Limen does by itself.

The rows are those of the rooms events and jobs.
"""

from django.urls import path

from limen.audit import views

app_name = "audit"

urlpatterns = [
    path("system/audit", views.log, name="log"),
    path("system/audit/export.csv", views.export_csv, name="export-csv"),
    path("system/audit/export.ndjson", views.export_ndjson, name="export-ndjson"),
    path("system/jobs", views.jobs, name="jobs"),
    path("system/jobs/<int:id>/again", views.job_again, name="job-again"),
]
