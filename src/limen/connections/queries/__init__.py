"""What the room's screens, its token endpoint and every call of the API read."""

from limen.connections.queries.connections import (
    ConnectionSettings,
    ListedConnection,
    WrongUser,
    code_is_taken,
    connection_settings,
    connections_count,
    connections_for_list,
    find,
    first_call_at,
    hold_creation_lock,
    limit_is_reached,
)
from limen.connections.queries.data_flows import Choice, DataFlows, Flow, data_flows
from limen.connections.queries.secrets import instance_keys, open_secret, secret_of
from limen.connections.queries.tokens import (
    ClientToAuthenticate,
    Refreshable,
    client_to_authenticate,
    connection_of_client,
    connections_behind,
    holder,
    refreshable,
    wrong_combination_noted_at,
)

__all__ = [
    "Choice",
    "ClientToAuthenticate",
    "ConnectionSettings",
    "DataFlows",
    "Flow",
    "ListedConnection",
    "Refreshable",
    "WrongUser",
    "client_to_authenticate",
    "code_is_taken",
    "connection_of_client",
    "connection_settings",
    "connections_behind",
    "connections_count",
    "connections_for_list",
    "data_flows",
    "find",
    "first_call_at",
    "hold_creation_lock",
    "holder",
    "instance_keys",
    "limit_is_reached",
    "open_secret",
    "refreshable",
    "secret_of",
    "wrong_combination_noted_at",
]
