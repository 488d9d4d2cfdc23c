"""The benchmarks run, at a size that proves nothing but that they do."""
