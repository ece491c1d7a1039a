"""The API, and the addresses of the dossier pages that messages point to."""

from django.urls import include, path

from haicap.site.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("haicap.dossiers.urls")),
]
