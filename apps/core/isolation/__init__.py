"""Proofs that no organization reaches another's rows, run by `verify_isolation` and the suite."""

from apps.core.isolation.proofs import PROOFS, Outcome, Proof, outcomes

__all__ = ["PROOFS", "Outcome", "Proof", "outcomes"]
