"""Search in clinical language: a line of words becomes terms, and terms become one query.

`grammar.parse` is pure: the same line, names and moment give the same parse. What it does not
understand it says; it guesses and drops nothing. `terms`, `index` and `listing` are the database's
side: what each recording is found by, kept in one table.
"""
