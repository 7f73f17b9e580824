"""Orders as programs send them."""
