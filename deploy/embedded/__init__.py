"""The embedded PostgreSQL and the runner of the demo: standard library and psycopg only."""
