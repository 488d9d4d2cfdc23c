"""The one way in for writes about users, roles and groups."""

from limen.accounts.operations.entering import note_lock_out, note_sign_in, note_sign_out
from limen.accounts.operations.groups import create_group, delete_group, rename_group
from limen.accounts.operations.people import (
    NewPerson,
    create_person,
    delete_person,
    set_person_enabled,
    set_person_password,
    update_person,
)
from limen.accounts.operations.roles import create_role, delete_role, update_role
from limen.accounts.operations.start import create_first_administrator, install, make_setup_token
from limen.accounts.operations.users import (
    ApiUser,
    assign,
    change_own_password,
    check_password,
    create_api_user,
    create_user,
    delete_api_user,
    regenerate_password,
    rename_api_user,
    set_password,
)

__all__ = [
    "ApiUser",
    "NewPerson",
    "assign",
    "change_own_password",
    "check_password",
    "create_api_user",
    "create_first_administrator",
    "create_group",
    "create_person",
    "create_role",
    "create_user",
    "delete_api_user",
    "delete_group",
    "delete_person",
    "delete_role",
    "install",
    "make_setup_token",
    "note_lock_out",
    "note_sign_in",
    "note_sign_out",
    "regenerate_password",
    "rename_api_user",
    "rename_group",
    "set_password",
    "set_person_enabled",
    "set_person_password",
    "update_person",
    "update_role",
]
