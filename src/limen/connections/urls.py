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
    path("connect/connection-settings/<str:code>/pause", views.pause, name="pause"),
    path("connect/connection-settings/<str:code>/resume", views.resume, name="resume"),
    path("connect/connection-settings/<str:code>/delete", views.delete, name="delete"),
    path("connect/connection-settings/<str:code>/access", views.access, name="access"),
    path("connect/connection-settings/<str:code>/access/old-secret", views.revoke_old_secret, name="revoke-old-secret"),
    path(
        "connect/connection-settings/<str:code>/access/old-password",
        views.revoke_old_password,
        name="revoke-old-password",
    ),
    path("connect/connection-settings/<str:code>/access/tokens", views.revoke_tokens, name="revoke-tokens"),
    path(
        "connect/connection-settings/<str:code>/access/tokens/<str:kind>/<int:token>",
        views.revoke_token,
        name="revoke-token",
    ),
    path("connect/connection-settings/<str:code>/own-role", views.own_role, name="own-role"),
    path("connect/connection-settings/<str:code>/own-group", views.own_group, name="own-group"),
    path("connect/connection-settings/<str:code>/scopes", views.scopes, name="scopes"),
    path("connect/connection-settings/<str:code>/test", views.test_page, name="test"),
    path("connect/connection-settings/<str:code>/test/run", views.test_run, name="test-run"),
    path("connect/connection-settings/<str:code>/test/report", views.test_report, name="test-report"),
    path("connect/connection-settings/<str:code>/monitoring", views.api_errors, name="errors"),
    path("connect/connection-settings/<str:code>/calls", views.calls, name="calls"),
    path("connect/connection-settings/<str:code>/calls/<int:id>", views.call, name="call"),
    path("connect/connection-settings/<str:code>/calls/<int:id>/replay", views.replay, name="replay"),
    path("connect/connection-settings/<str:code>/image/<str:digest>", views.image, name="image"),
    # Addresses of former versions, kept for bookmarks and tutorials.
    path("connections", views.legacy_list),
    path("system/connections", views.legacy_list),
    path("connection/dashboard", views.legacy_dashboard),
]
