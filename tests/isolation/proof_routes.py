"""Pages of the administration for what programs prove themselves by, and for test ECGs."""

VIEWED = {
    "ingestion.pathcanary": "view_queue",
    "tenants.clientcertificate": "view_api_clients",
    "tenants.signingkey": "view_api_clients",
}
ADDED = {
    "tenants.clientcertificate": "change_api_clients",
    "tenants.signingkey": "change_api_clients",
}
