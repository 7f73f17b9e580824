"""Bulk import: many files of a folder, offered once each however often it is broken off."""
