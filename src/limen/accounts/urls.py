"""The screens of people: signing in and out, the first administrator, one's own password."""

from __future__ import annotations

from django.urls import include, path

from limen.accounts import views

screens = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("set-up/<str:token>", views.set_up, name="set-up"),
    path("account/password", views.password, name="password"),
    path("system", views.system, name="system"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include((screens, "accounts"))),
]
