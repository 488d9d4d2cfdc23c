"""Bulk PATCH of the structure, 100 lines a call: options of one select, and attributes.

Each line is a change of its own, as the contract has it, with its lock, its number and its event. The floor is
writing the same rows in one statement for each hundred, by plain psycopg.
"""

from __future__ import annotations
