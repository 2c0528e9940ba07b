"""The house's addresses, and the sandbox's pages."""

from django.urls import URLPattern, URLResolver, path

from config.urls import urlpatterns as house
from sandbox import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("sandbox/", views.overview, name="sandbox"),
    path("sandbox/login/", views.login, name="sandbox-login"),
    path("sandbox/logout/", views.logout, name="sandbox-logout"),
    path("sandbox/clock/", views.advance, name="sandbox-clock"),
    path("sandbox/notices/", views.listen, name="sandbox-notices"),
    path("sandbox/return-hosts/", views.return_to, name="sandbox-return-hosts"),
    path("sandbox/customer/", views.customer, name="sandbox-customer"),
    path("sandbox/deposit/", views.fill_deposit, name="sandbox-deposit"),
    path("sandbox/settlement/", views.settle, name="sandbox-settlement"),
    path("sandbox/runs/", views.start, name="sandbox-start"),
    path("sandbox/runs/<uuid:uid>/", views.run, name="sandbox-run"),
    path("sandbox/runs/<uuid:uid>/finish/", views.finish, name="sandbox-finish"),
    path("sandbox/runs/<uuid:uid>/report/", views.report, name="sandbox-report"),
    path("sandbox/runs/<uuid:uid>/report.json", views.report_file, name="sandbox-report-file"),
    path("sandbox/public-key", views.public_key, name="sandbox-public-key"),
    *house,
]
