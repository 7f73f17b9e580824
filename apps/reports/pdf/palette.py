"""Inks of the printed report; none of them says anything alone."""

from __future__ import annotations

TEXT = "#13202C"
MUTED = "#4C5A67"
RULE = "#C3CCD5"
SHADE = "#F3F5F7"
PRIOR = "#1F57C8"
FLAG = "#B3211B"
WHITE = "#FFFFFF"
