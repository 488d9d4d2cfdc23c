from django.urls import path

from limen.help import views

app_name = "help"

urlpatterns = [
    path("help", views.index, name="index"),
    path("help/", views.index),
    path("help/<slug:name>.html", views.page, name="page"),
]
