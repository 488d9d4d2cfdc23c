"""The structure's edges to the REST API."""
