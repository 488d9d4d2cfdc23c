"""The products' edges to the REST API."""
