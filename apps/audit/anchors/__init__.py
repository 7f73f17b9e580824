"""Where the ends of chains are written down once a day, outside the database."""
