"""Every address of the product: each module's own urls.py, and what belongs to the site itself."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from wharfinger.site import api
from wharfinger.site.health import healthz
from wharfinger.site.pages import errors, finding, journal, reports, signin, today, updates
from wharfinger.site.pages import settings as deciding

own = [
    path("", today.today, name="today"),
    path("search/", finding.find, name="search"),
    path("journal/", journal.journal, name="journal"),
    path("journal/<int:pk>/", journal.entry, name="entry"),
    path("journal/<int:pk>/undo/", journal.undo, name="undo"),
    path("stock/updates/", updates.updates, name="updates"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("account/", signin.account, name="account"),
    path("settings/", deciding.settings, name="settings"),
    path("settings/modules/", deciding.modules, name="modules"),
    path("settings/modules/<slug:name>/", deciding.switch, name="switch_module"),
]

urlpatterns = [
    path("", include((own, "site"))),
    path("healthz", healthz, name="healthz"),
    path("api/", include(api.urls(), namespace="api")),
    path("i18n/", include("django.conf.urls.i18n")),
    *(
        path("", include(f"wharfinger.{module}.urls"))
        for module in settings.MODULES
        if module != "site" and find_spec(f"wharfinger.{module}.urls")
    ),
]

handler400 = errors.refused
handler403 = errors.not_allowed
handler404 = errors.not_found
handler500 = errors.broken
