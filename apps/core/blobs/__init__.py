"""Bytes that do not live in the database: sealed from the first write, named by their content.

Where they lie and the keys that open them are arguments; `apps.tenants.blobs` knows both.
"""
