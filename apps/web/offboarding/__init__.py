"""An organization leaves: exported whole, recreated from the export anywhere, then shredded.

It needs every app's tables, so it lies above all of them.
"""
