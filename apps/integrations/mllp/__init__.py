"""The door of HL7 listeners: frames, senders, and each message's one answer."""
