"""The printed report: a pure function of its content."""

from apps.reports.pdf.document import IdentityTooLongError, count_pages, render, render_all

__all__ = ["IdentityTooLongError", "count_pages", "render", "render_all"]
