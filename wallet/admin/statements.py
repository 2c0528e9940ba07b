"""Statements in the office: of a wallet, a purse, a merchant, any account; page by page, as of a day, or as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.core.validators import MinValueValidator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from wallet import statements
from wallet.admin import sheets
from wallet.admin.rows import change_url, money
from wallet.errors import StatementCursorInvalid
from wallet.models import Account, Purse, Transfer, Wallet
from wallet.statements import Line, Statement

LINES = 50
FILE_LINES = 1_000  # a page of the file
OLDEST = date(2000, 1, 1)


class DayForm(forms.Form):
    """As of the end of which day in Jakarta; empty: now."""

    as_of = forms.DateField(
        label=_("Sampai akhir hari"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(OLDEST)],
    )


def show(admin: ModelAdmin, request: HttpRequest, row: Model, account: int | None = None) -> HttpResponseBase:
    """The statement of a wallet, or of the row's account; permission was checked by whoever calls."""

    def read(as_of: date | None, cursor: str | None, limit: int) -> Statement:
        if isinstance(row, Wallet):
            return statements.of_wallet(row, as_of=as_of, cursor=cursor, limit=limit)
        return statements.of_account(int(account or row.pk), as_of=as_of, cursor=cursor, limit=limit)

    form = DayForm(request.GET)
    as_of = form.cleaned_data["as_of"] if form.is_valid() else None
    cursor = request.GET.get("cursor") or None
    try:
        if request.GET.get("file") and form.is_valid():
            return _file(row, as_of, read)
        page = read(as_of, cursor, LINES)
    except StatementCursorInvalid as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(request.path)
    return _page(admin, request, row, page, form, cursor)


def _page(
    admin: ModelAdmin, request: HttpRequest, row: Model, page: Statement, form: DayForm, cursor: str | None
) -> HttpResponse:
    titles, counters = _purses(page.lines), _counters(page.lines)
    day = request.GET.get("as_of", "") if form.is_valid() else ""
    context = admin.admin_site.each_context(request) | {
        "title": _("Rekening koran"),
        "subtitle": row,
        "opts": admin.opts,
        "original": row,
        "form": form,
        "day": day,
        "of_wallet": isinstance(row, Wallet),
        "first": cursor is None,
        "as_of": timezone.localtime(page.as_of),
        "closing": money(page.closing),
        "opening": money(page.opening),
        "next": page.next,
        "back": change_url(row),
        "lines": [
            {
                "at": timezone.localtime(line.at),
                "kind": Transfer.Kind(line.kind).label,
                "url": reverse("admin:wallet_transfer_change", args=[line.id])
                if request.user.has_perm("wallet.view_transfer")
                else "",
                "purse": titles.get(line.account, ""),
                "counter": counters[line.counter],
                "reference": line.payment_reference,
                "amount": money(line.amount),
                "incoming": line.amount > 0,
                "balance": money(line.balance),
            }
            for line in page.lines
        ],
    }
    return TemplateResponse(request, "wallet/admin/account_statement.html", context)


def _file(
    row: Model, as_of: date | None, read: Callable[[date | None, str | None, int], Statement]
) -> HttpResponseBase:
    first = read(as_of, None, FILE_LINES)
    header = [
        gettext("waktu"),
        gettext("nomor transfer"),
        gettext("jenis"),
        gettext("kantong"),
        gettext("lawan"),
        gettext("nomor belanja"),
        gettext("uang masuk"),
        gettext("uang keluar"),
        gettext("saldo"),
    ]
    kinds = {kind.value: str(kind.label) for kind in Transfer.Kind}  # now: the language is the request's

    def lines() -> Iterator[list[object]]:
        page = first
        while True:
            titles, counters = _purses(page.lines), _counters(page.lines)
            for line in page.lines:
                yield [
                    _clock(line.at),
                    line.id,
                    kinds[line.kind],
                    titles.get(line.account, ""),
                    counters[line.counter],
                    line.payment_reference,
                    max(line.amount, 0) or "",
                    max(-line.amount, 0) or "",
                    line.balance,
                ]
            if not page.next:
                return
            page = read(as_of, page.next, FILE_LINES)

    day = f"{timezone.localtime(first.as_of):%Y%m%d}"
    return sheets.download(f"{row._meta.model_name}-{row.pk}-{day}", header, lines())


def _purses(lines: list[Line]) -> dict[int, str]:
    return dict(Purse.objects.filter(pk__in={line.account for line in lines}).values_list("pk", "title"))


def _counters(lines: list[Line]) -> dict[int, str]:
    """The other side of each line by name; an account without one (the bank, the budget) by its kind."""
    unnamed = Account.objects.filter(pk__in={line.counter for line in lines if not line.counter_name})
    names = {account.pk: str(account.get_kind_display()) for account in unnamed}
    return {line.counter: line.counter_name or names[line.counter] for line in lines}


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
