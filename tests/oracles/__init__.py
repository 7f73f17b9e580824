"""Independent readers, called by tests and never copied."""
