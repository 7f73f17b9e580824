"""Colours of printed paper, for images that no style sheet reaches."""

PAPER = "#FFFBF9"
GRID_MINOR = "#FAE9E5"
GRID_MAJOR = "#F0C6BE"
TRACE = "#0E151B"
TEXT = "#13202C"
MUTED = "#4C5A67"
CALIPER = "#006A5E"
MOVED = "#B3211B"

# Printers drop the pale lines that a screen shows.
GRID_MINOR_PRINT = "#F6D5CE"
GRID_MAJOR_PRINT = "#E29E92"
