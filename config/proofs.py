"""What `manage.py verify_audit` proves of each organization beside its chain: name → function.

Each takes the organization's id, opens its scope itself and answers with an apps.audit.proof.Proof.
"""

SECTIONS: dict[str, str] = {
    "reports": "apps.reports.rebuild.verify_reports",
    "imported": "apps.web.offboarding.former.verify_former_trail",
}
