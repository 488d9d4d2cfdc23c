"""Decisions about products. Pure: no Django, no database, no clock."""
