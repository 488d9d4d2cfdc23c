"""The screens of Settings: the catalogue's structure and its target market."""
