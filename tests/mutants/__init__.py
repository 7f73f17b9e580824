"""The borders between organizations removed one at a time, to see that the tests would notice."""
