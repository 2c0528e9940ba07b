"""Every address of the house."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from beneficiaries.grievance_page import GrievancePage, LookPage
from config.metrics import metrics
from wallet.debit_page import DebitPage
from wallet.snap import webhook_schema
from wallet.snap.views import UnknownView
from wallet.webhooks.views import notification_keys

MOBILE = [path("api/v1/", include("mobile.urls"))]
EVIDENCE = [path("evidence/v1/", include("beneficiaries.api.urls"))]
SNAP: list[URLPattern | URLResolver] = [
    path("v1.0", UnknownView.as_view()),
    path("v1.0/", include("disbursement.partner_api")),
    path("v1.0/", include("wallet.snap.urls")),  # last: it answers whatever nobody else does
]

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "",
        TemplateView.as_view(
            template_name="home.html", extra_context={"inbox_url": "/demo/sms/" if settings.DEMO else ""}
        ),
        name="home",
    ),
    path("admin/", admin.site.urls),
    path("mitra/", include("wallet.partner_urls")),
    path("metrics", metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),  # the office's language switch
    path("aduan/", GrievancePage.as_view(), name="open-grievance"),
    path("aduan/lihat/", LookPage.as_view(), name="open-grievance-look"),
    path("bayar/<uuid:uid>/", DebitPage.as_view(), name="debit-page"),
    *MOBILE,
    *SNAP,
    *EVIDENCE,
    path(
        "docs/mobile/schema",
        SpectacularAPIView.as_view(patterns=MOBILE, custom_settings={"TITLE": "Salur: aplikasi penerima"}),
        name="mobile-schema",
    ),
    path("docs/mobile/", SpectacularSwaggerSplitView.as_view(url_name="mobile-schema"), name="mobile-docs"),
    path(
        "docs/snap/schema",
        SpectacularAPIView.as_view(
            patterns=SNAP, custom_settings={"TITLE": "Salur: SNAP BI untuk pedagang", **webhook_schema.SETTINGS}
        ),
        name="snap-schema",
    ),
    path("docs/snap/notification-keys", notification_keys, name="notification-keys"),
    path("docs/snap/", SpectacularSwaggerSplitView.as_view(url_name="snap-schema"), name="snap-docs"),
    path(
        "docs/evidence/schema",
        SpectacularAPIView.as_view(patterns=EVIDENCE, custom_settings={"TITLE": "Salur: bukti dari instansi"}),
        name="evidence-schema",
    ),
    path("docs/evidence/", SpectacularSwaggerSplitView.as_view(url_name="evidence-schema"), name="evidence-docs"),
]
if settings.DEMO:
    from demo import views

    urlpatterns.append(path("demo/sms/", views.inbox, name="demo-inbox"))
    urlpatterns.append(path("demo/codes/", views.codes, name="demo-codes"))
