"""An ECG that the platform sends to itself: is all that an organization's ECGs need in place?

It goes the whole way from the door to the measurement with the organization's storage and keys,
and is kept out of everything that is for care, counting, delivery or money.
"""
