"""The screens of people: signing in and out, one's own password, and under System users, roles and groups."""

from __future__ import annotations

from django.urls import include, path

from limen.accounts import views

screens = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("set-up/<str:token>", views.set_up, name="set-up"),
    path("account/password", views.password, name="password"),
    path("system", views.system, name="system"),
    path("system/users", views.user_list, name="users"),
    path("system/users/create", views.user_new, name="user-new"),
    path("system/users/<int:user_id>/edit", views.user_edit, name="user"),
    path("system/users/<int:user_id>/password", views.user_password, name="user-password"),
    path("system/users/<int:user_id>/enable", views.user_enable, name="user-enable"),
    path("system/users/<int:user_id>/disable", views.user_disable, name="user-disable"),
    path("system/users/<int:user_id>/delete", views.user_delete, name="user-delete"),
    path("system/roles", views.role_list, name="roles"),
    path("system/roles/create", views.role_new, name="role-new"),
    path("system/roles/<str:code>/edit", views.role_edit, name="role"),
    path("system/roles/<str:code>/delete", views.role_delete, name="role-delete"),
    path("system/groups", views.group_list, name="groups"),
    path("system/groups/create", views.group_new, name="group-new"),
    path("system/groups/<int:group_id>/edit", views.group_edit, name="group"),
    path("system/groups/<int:group_id>/delete", views.group_delete, name="group-delete"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include((screens, "accounts"))),
]
