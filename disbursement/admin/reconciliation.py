"""The reconciliation page: ledger, statements and beneficiaries side by side, for the latest days or for one batch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin.entry_forms import DayInput
from disbursement import reconciliation_days, statement_accounts
from disbursement.admin.programmes import counted
from disbursement.forms import batch_field
from disbursement.models import Batch, Break, Comparison
from disbursement.statement_lines import shown_sen
from wallet.admin.rows import change_url, list_url

BAR, GAP, HEIGHT = 8, 4, 120  # of the chart, in its own units


# Whole days since it was opened: from, and up to; the last has no end.
AGES = {"0": (0, 2), "2": (2, 8), "8": (8, 31), "31": (31, None)}
AGE_TITLES = {"0": _("sampai 1 hari"), "2": _("2–7 hari"), "8": _("8–30 hari"), "31": _("lebih dari 30 hari")}


def aged(rows: QuerySet[Break], bucket: str) -> QuerySet[Break]:
    """The undecided of them that have been open so long."""
    least, most = AGES[bucket]
    now = timezone.now()
    rows = rows.filter(state__in=Break.UNDECIDED, opened_at__lte=now - timedelta(days=least))
    return rows if most is None else rows.filter(opened_at__gt=now - timedelta(days=most))


class DayForm(forms.Form):
    day = forms.DateField(label=_("Sampai tanggal"), required=False, widget=DayInput())
    batch = batch_field()


def page(request: HttpRequest, site: Any, opts: Any) -> HttpResponse:
    """The page. Raises PermissionDenied."""
    if not request.user.has_perm("disbursement.view_break"):  # type: ignore[union-attr]
        raise PermissionDenied
    form = DayForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = reconciliation_days.by_day(asked.get("day") or timezone.localdate())
    batch = Batch.objects.filter(pk=asked["batch"]).first() if asked.get("batch") else None
    context = site.each_context(request) | {
        "title": _("Rekonsiliasi"),
        "opts": opts,
        "form": form,
        "rows": [_row(row) for row in rows],
        "chart": _chart(rows),
        "ages": [
            (title, counted(aged(Break.objects.all(), key).count()), _ages_url(key))
            for key, title in AGE_TITLES.items()
        ],
        "compared": Comparison.objects.order_by("-pk").first(),
        "breaks": list_url(Break),
        "not_expected": ", ".join(str(book.title) for book in statement_accounts.not_expected(timezone.localdate())),
        "batch": _of_batch(batch) if batch else None,
        "unknown_batch": bool(asked.get("batch")) and batch is None,
    }
    return TemplateResponse(request, "disbursement/admin/reconciliation.html", context)


def _ages_url(bucket: str) -> str:
    return list_url(Break, umur=bucket)


def _row(row: reconciliation_days.Row) -> dict[str, Any]:
    return {
        "day": date_format(row.on, "j M Y"),
        "ledger": (counted(row.ledger.count), shown_sen(row.ledger.sen)),
        "statement": (counted(row.statement.count), shown_sen(row.statement.sen)),
        "received": counted(row.answers.received),
        "not_received": counted(row.answers.not_received),
        "differs": row.ledger.sen != row.statement.sen,
    }


def _of_batch(batch: Batch) -> dict[str, Any]:
    found = reconciliation_days.of_batch(batch)
    most = max(found.paid.count, 1)
    return {
        "name": str(batch),
        "url": change_url(batch),
        "paid": (counted(found.paid.count), shown_sen(found.paid.sen)),
        "statement": (counted(found.statement.count), shown_sen(found.statement.sen)),
        "received": counted(found.answers.received),
        "not_received": counted(found.answers.not_received),
        "unanswered": counted(found.unanswered),
        "received_share": f"{100 * found.answers.received / most:.2f}",
        "not_received_share": f"{100 * found.answers.not_received / most:.2f}",
    }


def _chart(rows: list[reconciliation_days.Row]) -> dict[str, Any]:
    """Two bars a day, the earliest first; heights as shares of the highest."""
    most = max((max(row.ledger.sen, row.statement.sen) for row in rows), default=0)
    step = 2 * BAR + GAP
    bars = []
    for place, row in enumerate(reversed(rows)):
        for offset, tone, title, side in (
            (0, "#2563eb", _("Buku besar"), row.ledger),
            (BAR, "#16a34a", _("Rekening koran"), row.statement),
        ):
            tall = HEIGHT * side.sen / (most or 1)
            bars.append(
                {
                    "x": place * step + offset,
                    "y": f"{HEIGHT - tall:.2f}",
                    "height": f"{tall:.2f}",
                    "fill": tone,
                    "title": f"{row.on:%d/%m} · {title}: {shown_sen(side.sen)}",
                }
            )
    return {"bars": bars, "width": len(rows) * step, "height": HEIGHT, "bar": BAR - 1, "most": shown_sen(most)}
