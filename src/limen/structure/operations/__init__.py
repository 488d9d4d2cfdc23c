"""The one way in for changes of the catalogue's structure."""

from limen.structure.operations.install import install as install
