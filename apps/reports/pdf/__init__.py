"""The printed report: a pure function of its content."""

from apps.reports.pdf.document import IdentityTooLongError, render, render_all

__all__ = ["IdentityTooLongError", "render", "render_all"]
