"""``/metrics`` for Prometheus: whether the books were verified, how far they are sealed, and whose privacy waits."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from beneficiaries import reveals
from beneficiaries.models import Breach, DataRequest
from wallet import seals
from wallet.models import Verification


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The gauges, to who sends ``Authorization: Bearer METRICS_TOKEN``; 404 where no token is set."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(_gauges()), content_type=CONTENT_TYPE_LATEST)


def _gauges() -> CollectorRegistry:
    """All from rows in the database, so that every process tells the same. What was never verified or sealed is left out."""
    registry = CollectorRegistry()

    def gauge(name: str, meaning: str, value: float) -> None:
        Gauge(f"salur_ledger_{name}", meaning, registry=registry).set(value)

    last = Verification.objects.order_by("-started_at").first()
    if last is not None:
        gauge("verification_timestamp_seconds", "When the last verification began.", last.started_at.timestamp())
        gauge("verification_holds", "1 if the last verification found no difference, else 0.", last.holds)
        gauge("verification_findings", "Rows that differ, 100 a check at most.", len(last.findings))
        gauge("verified_transfers", "Transfers that the last verification read.", last.transfers)
    today, sealed_to = seals.today(), seals.sealed_to()
    if sealed_to is not None:
        gauge("sealed_day_age_days", "Days since the last sealed day; 1 is as it should be.", (today - sealed_to).days)
    for name, meaning, count in (
        ("requests_open", "Requests of data subjects that wait for an answer.", DataRequest.objects.open().count()),
        ("requests_late", "Requests of data subjects past their 72 hours.", DataRequest.objects.late().count()),
        (
            "breaches_late",
            "Breaches past their 72 hours that not everybody was told of.",
            Breach.objects.late().count(),
        ),
        ("unusual_reveals", "Officers who opened unusually much today.", len(reveals.unusual(timezone.localdate()))),
    ):
        Gauge(f"salur_privacy_{name}", meaning, registry=registry).set(count)
    gauge("unsealed_days", "Days that are over and wait for their seal.", seals.unsealed_days(today))
    return registry
