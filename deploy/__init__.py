"""What runs the product on one machine; imports nothing of it."""
