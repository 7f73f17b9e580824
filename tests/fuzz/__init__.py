"""Damaged files of every format: refused, or the same signal, or a difference that is told."""
