"""Every address of the product: each module's own urls.py, and what belongs to the site itself."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from wharfinger.site.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    *(
        path("", include(f"wharfinger.{module}.urls"))
        for module in settings.MODULES
        if module != "site" and find_spec(f"wharfinger.{module}.urls")
    ),
]
