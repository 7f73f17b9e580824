"""Addresses that identity providers know: each provider has its own."""

from django.urls import path

from apps.web.views import sign_on

urlpatterns = [
    path("<uuid:provider_id>/callback", sign_on.callback, name="sso-callback"),
    path("<uuid:provider_id>/acs", sign_on.acs, name="sso-acs"),
    path("<uuid:provider_id>/finish", sign_on.finish, name="sso-finish"),
    path("<uuid:provider_id>/metadata", sign_on.metadata, name="sso-metadata"),
]
