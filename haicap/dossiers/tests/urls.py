"""The API without the pages."""

from django.urls import path

from haicap.site.api import api

urlpatterns = [path("api/v1/", api.urls)]
