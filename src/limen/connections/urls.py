from django.urls import path

from limen.connections import views

app_name = "connections"

urlpatterns = [
    path("connect/data-flows", views.data_flows, name="data-flows"),
    path("connect/connection-settings", views.connection_list, name="list"),
    path("connect/connection-settings/create", views.connection_new, name="new"),
    path("connect/connection-settings/<str:code>/edit", views.connection_settings, name="settings"),
    path("connect/connection-settings/<str:code>/first-call", views.first_call, name="first-call"),
    path("connect/connection-settings/<str:code>/secret", views.secret, name="secret"),
    path("connect/connection-settings/<str:code>/env", views.env_file, name="env"),
    path("connect/connection-settings/<str:code>/regenerate-secret", views.regenerate_secret, name="regenerate-secret"),
    path(
        "connect/connection-settings/<str:code>/regenerate-password",
        views.regenerate_password,
        name="regenerate-password",
    ),
    path("connect/connection-settings/<str:code>/delete", views.delete, name="delete"),
    path("connect/connection-settings/<str:code>/calls", views.calls, name="calls"),
    path("connect/connection-settings/<str:code>/calls/<int:id>", views.call, name="call"),
    path("connect/connection-settings/<str:code>/calls/<int:id>/replay", views.replay, name="replay"),
    # Addresses of former versions, kept for bookmarks and tutorials.
    path("connections", views.legacy_list),
    path("system/connections", views.legacy_list),
    path("connection/dashboard", views.legacy_dashboard),
]
