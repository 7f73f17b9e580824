"""All that the downloads' own host serves."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.web.views import documents

urlpatterns = [path("files", documents.download, name="download")]


def nothing_here(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse("Nothing here.", status=404, content_type="text/plain")


def link_ended(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Used, late or not genuine: they look alike."""
    words = "This link has ended. Go back to the page and follow it again."
    return HttpResponse(words, status=400, content_type="text/plain")


def failed(_request: HttpRequest) -> HttpResponse:
    words = "Something failed on our side. Go back to the page and try again."
    return HttpResponse(words, status=500, content_type="text/plain")


handler400 = "apps.web.download_urls.link_ended"
handler403 = "apps.web.download_urls.nothing_here"
handler404 = "apps.web.download_urls.nothing_here"
handler500 = "apps.web.download_urls.failed"
