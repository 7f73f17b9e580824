"""The client's secret at a provider: sealed in the row, open only on its way there."""

from apps.tenants.models import IdentityProvider
from apps.tenants.secrets import get_secret, set_secret

FIELD = "client_secret_sealed"


def client_secret(provider: IdentityProvider) -> str:
    """Empty where it has none. Raises sealing.Unsealable."""
    return get_secret(provider, FIELD)


def set_client_secret(provider: IdentityProvider, secret: str) -> None:
    """Seals it into the row, which the caller saves."""
    set_secret(provider, FIELD, secret)
