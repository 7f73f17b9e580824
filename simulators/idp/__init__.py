"""A simulated OpenID Connect identity provider, for the demo and the tests."""
