"""The kinds of work that changes of the structure make among products."""

from __future__ import annotations

# Completeness is computed anew; values of what is removed are taken out; values are written in another form; values
# are brought to the levels of their family variant.
COMPLETENESS, CLEANING, REWRITING, SETTLING = "completeness", "cleaning", "rewriting", "settling"
