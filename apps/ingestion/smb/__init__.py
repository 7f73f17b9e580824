"""The door of file shares: files are found, waited for until whole, taken and archived (SMB 3)."""
