"""The screens of people."""

from limen.accounts.views.entering import home, locked_out, password, set_up, sign_in, sign_out, system
from limen.accounts.views.groups import group_delete, group_edit, group_list, group_new
from limen.accounts.views.roles import role_delete, role_edit, role_list, role_new
from limen.accounts.views.users import (
    user_delete,
    user_disable,
    user_edit,
    user_enable,
    user_list,
    user_new,
    user_password,
)

__all__ = [
    "group_delete",
    "group_edit",
    "group_list",
    "group_new",
    "home",
    "locked_out",
    "password",
    "role_delete",
    "role_edit",
    "role_list",
    "role_new",
    "set_up",
    "sign_in",
    "sign_out",
    "system",
    "user_delete",
    "user_disable",
    "user_edit",
    "user_enable",
    "user_list",
    "user_new",
    "user_password",
]
