"""Benchmarks: every budget is a row beside a peer or a limit measured in the same run."""
