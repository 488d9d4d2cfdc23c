"""Who did what to connections, roles, users and user groups. The rows are those of the room events."""

from django.urls import path

from limen.audit import views

app_name = "audit"

urlpatterns = [
    path("system/audit", views.log, name="log"),
    path("system/audit/export.csv", views.export_csv, name="export-csv"),
    path("system/audit/export.ndjson", views.export_ndjson, name="export-ndjson"),
]
