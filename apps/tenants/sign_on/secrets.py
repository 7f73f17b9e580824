"""The client's secret at a provider: sealed in the row, open only on its way there."""

from apps.tenants import blobs
from apps.tenants.models import IdentityProvider


def client_secret(provider: IdentityProvider) -> str:
    """Empty where it has none. Raises sealing.Unsealable."""
    sealed = bytes(provider.client_secret_sealed)
    return blobs.unseal_bytes(sealed, provider.organization_id).decode() if sealed else ""


def set_client_secret(provider: IdentityProvider, secret: str) -> None:
    """Seals it into the row, which the caller saves."""
    data = secret.encode()
    provider.client_secret_sealed = blobs.seal_bytes(data, provider.organization_id)
