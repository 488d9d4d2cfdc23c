"""Limen: the door of your product data."""

__version__ = "0.1.0"
