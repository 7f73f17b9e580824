"""Writers of the formats that are only read: exact, or an error."""
