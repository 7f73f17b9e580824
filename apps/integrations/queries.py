"""Reading deliveries."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.integrations.models import Delivery
from apps.tenants.access import Active
from apps.tenants.queries import permit


def deliveries_on(active: Active, recording_id: int) -> QuerySet[Delivery]:
    """Every message that carries a version of its report, newest version first."""
    permit(active, "view_recordings")
    rows = Delivery.objects.filter(report_version__report__recording=recording_id)
    related = rows.select_related("destination", "report_version")
    return related.order_by("-report_version__number", "id").defer("report_version__content")
