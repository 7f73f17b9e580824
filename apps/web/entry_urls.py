"""Ways in and out for platform staff."""

from django.contrib import admin
from django.urls import path

from apps.web.views import entry

urlpatterns = [
    path(
        "organizations/<uuid:organization_id>/enter",
        admin.site.admin_view(entry.enter),
        name="enter-organization",
    ),
    path("organizations/leave", admin.site.admin_view(entry.leave), name="leave-organization"),
]
