"""Figures of days: what each is, counting them, reading them."""
