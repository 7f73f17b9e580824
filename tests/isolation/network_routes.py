"""Pages of the administration for DICOM peers and submissions: who sees, adds, changes."""

VIEWED = {
    "ingestion.storagecommitment": "view_queue",
    "integrations.fetchhost": "view_fetch_hosts",
    "integrations.submission": "view_queue",
    "tenants.dicompeer": "view_inbound",
}
ADDED = {"integrations.fetchhost": "change_fetch_hosts", "tenants.dicompeer": "change_inbound"}
CHANGED = {label: (action, 200) for label, action in ADDED.items()}
