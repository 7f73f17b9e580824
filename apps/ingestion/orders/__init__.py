"""Orders for ECGs: taken in from every door, matched with the ECGs that answer them."""
