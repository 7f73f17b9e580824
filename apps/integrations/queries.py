"""Reading deliveries."""

from __future__ import annotations

from apps.integrations.models import Delivery
from apps.reports.models import Report
from apps.tenants.access import Active
from apps.tenants.queries import permit


def deliveries_of(active: Active, report: Report) -> list[Delivery]:
    """Every message that carries a version of the report, newest version first."""
    permit(active, "view_recordings")
    rows = Delivery.objects.select_related("destination", "report_version")
    ordered = rows.filter(report_version__report=report).order_by("-report_version__number", "id")
    return list(ordered.defer("report_version__content"))
