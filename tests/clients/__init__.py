"""The published Python clients, unchanged, against a running server."""
