"""Pages of the administration for the escalation ladder and own statements: who sees, changes."""

VIEWED = {
    "reports.algorithmalert": "view_escalation",
    "reports.escalationnotice": "view_queue",
    "reports.escalationstep": "view_escalation",
    "reports.ownstatement": "view_own_statements",
}
ADDED = {
    "reports.algorithmalert": "change_escalation",
    "reports.escalationstep": "change_escalation",
    "reports.ownstatement": "change_own_statements",
}
CHANGED = {
    "reports.algorithmalert": ("change_escalation", 302),
    "reports.escalationstep": ("change_escalation", 200),
    "reports.ownstatement": ("change_own_statements", 200),
}
