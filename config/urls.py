"""Addresses of the platform."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("apps.integrations.api.urls")),
    path("", include("apps.web.urls")),
]

handler400 = "apps.web.views.errors.bad_request"
handler403 = "apps.web.views.errors.permission_denied"
handler404 = "apps.web.views.errors.not_found"
handler429 = "apps.web.views.errors.too_many_requests"
handler500 = "apps.web.views.errors.server_error"
