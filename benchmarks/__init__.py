"""How fast Limen is, on catalogues made from a seed. README.md says how to run it and what a figure means."""
