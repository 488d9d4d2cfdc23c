from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "limen.accounts"
    label = "accounts"
