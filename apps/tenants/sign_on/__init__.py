"""Signing in at an organization's identity provider."""
