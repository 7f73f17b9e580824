"""Key-encryption keys: kept outside the database, one set for each organization where possible.

Which engine keeps them is chosen by the setting that is given: `EINTHOVEN_KEK_FILE`,
`EINTHOVEN_KEK` or `EINTHOVEN_KEK_URL`.
"""
