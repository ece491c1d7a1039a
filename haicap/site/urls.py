"""Every address of the installation, module by module."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from haicap.accounts import public as accounts
from haicap.site import views
from haicap.site.api import api
from haicap.units.views import staff as units_staff

site_urls = [
    path("", views.home, name="home"),
    path("ngon-ngu/", views.language, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    *([path("_components/", views.components, name="components")] if settings.DEMO else []),
]

urlpatterns = [
    path("", include((site_urls, "site"))),
    path(
        "don-vi/chi-nhanh/",
        accounts.staff_page(*units_staff.DUTIES)(units_staff.branches),  # units lie below accounts
        name="branches",
    ),
    path("", include("haicap.accounts.urls")),
    path("", include("haicap.units.urls")),
    path("", include("haicap.notify.urls")),
    path("", include("haicap.catalogue.urls")),
    path("", include("haicap.payments.urls")),
    path("", include("haicap.dossiers.urls")),
    path("api/v1/", api.urls),
    *([path("vneid-demo/", include("haicap.site.vneid_demo.urls"))] if settings.DEMO else []),
]

handler400 = "haicap.site.views.bad_request"
handler403 = "haicap.site.views.forbidden"
handler404 = "haicap.site.views.not_found"
handler500 = "haicap.site.views.server_error"
