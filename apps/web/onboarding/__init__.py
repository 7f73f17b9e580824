"""Onboarding: an organization as a small file says it, compared with what is there, then made so.

A section is one kind of row. Each reads its part of the file, finds the rows there are and writes
one row; comparing and ordering is the same for all.
"""
