"""The partner's pages in the sandbox: documented values, the clock, conformance runs. Nothing here needs JavaScript."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sandbox import clock, fixtures, outcomes, reports, runs, telephones
from sandbox.models import Run
from sandbox.steps import Result
from wallet import account_numbers, deposits
from wallet.admin.addresses import checked_hosts
from wallet.errors import WalletError
from wallet.models import Partner
from wallet.money import rupiah
from wallet.webhooks.endpoints import AddressRefused

SESSION, CHALLENGE = "partner", "challenge"
REFRESH_SECONDS = 5
View = Callable[..., HttpResponse]


class LoginForm(forms.Form):
    """One of the two proofs is enough."""

    client_id = forms.CharField(label=_("Client id"), max_length=36)
    secret = forms.CharField(
        label=_("Rahasia (client secret)"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    signature = forms.CharField(
        label=_("Atau tanda tangan atas teks di bawah"),
        required=False,
        max_length=2048,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_signature(self) -> str:
        return "".join(str(self.cleaned_data["signature"]).split())


class ClockForm(forms.Form):
    """How far to go forward."""

    days = forms.IntegerField(label=_("Hari"), min_value=0, max_value=366, initial=0)
    hours = forms.IntegerField(label=_("Jam"), min_value=0, max_value=23, initial=0)
    minutes = forms.IntegerField(label=_("Menit"), min_value=0, max_value=59, initial=5)

    @property
    def span(self) -> timedelta:
        return timedelta(**{name: self.cleaned_data[name] for name in ("days", "hours", "minutes")})


def signed_in(view: View) -> View:
    """The page is for a partner that has proved who it is, and gets it as its second argument."""

    @wraps(view)
    def open_page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        partner = fixtures.partner_of(str(request.session.get(SESSION, "")))
        if partner is None:
            return redirect("sandbox-login")
        return view(request, partner, **kwargs)

    return open_page


@never_cache
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What there is, for everybody; the clock and the runs for a partner that has signed in."""
    partner = fixtures.partner_of(str(request.session.get(SESSION, "")))
    return render(request, "sandbox/overview.html", _overview(partner, ClockForm()))


def _overview(partner: Partner | None, form: ClockForm) -> dict[str, Any]:
    ahead = clock.ahead()
    return {
        "partner": partner,
        "outcomes": outcomes.OUTCOMES.values(),
        "shops": fixtures.shops_of(partner),
        "telephones": telephones.TELEPHONES,
        "now": clock.now(),
        "ahead": ahead,
        "ahead_hours": ahead.seconds // 3600,
        "ahead_minutes": ahead.seconds // 60 % 60,
        "deposit": account_numbers.of_deposit(partner.deposit_id) if partner and partner.deposit_id else "",
        "deposit_balance": rupiah(deposits.balance(partner)) if partner else "",
        "form": form,
        "runs": Run.objects.filter(partner=partner).order_by("-pk")[:20] if partner else [],
    }


@sensitive_post_parameters("secret", "signature")
@never_cache
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Opens the pages to who knows the secret or signs the text; an unknown partner and a wrong proof hear the same."""
    form = LoginForm(request.POST or None)
    challenge = str(request.session.get(CHALLENGE, ""))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        partner = fixtures.partner_of(given["client_id"])
        proved = partner is not None and (
            fixtures.proves_secret(partner, given["secret"])
            or bool(challenge and given["signature"] and fixtures.proves_key(partner, challenge, given["signature"]))
        )
        if proved:
            request.session.cycle_key()
            request.session.pop(CHALLENGE, None)
            request.session[SESSION] = given["client_id"]
            return redirect("sandbox")
        form.add_error(None, _("Client id, rahasia atau tanda tangan tidak cocok. Periksa ketiganya, lalu coba lagi."))
    challenge = request.session[CHALLENGE] = f"salur-sandbox-{secrets.token_urlsafe(24)}"
    return render(request, "sandbox/login.html", {"form": form, "challenge": challenge})


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends this browser's session."""
    request.session.flush()
    return redirect("sandbox")


@require_POST
@signed_in
def advance(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Moves the clock forward, for everybody in this sandbox."""
    form = ClockForm(request.POST)
    if form.is_valid():
        try:
            clock.advance(form.span)
        except clock.CannotAdvance:
            form.add_error(
                None,
                _("Jam hanya dapat maju: paling sedikit satu menit, paling jauh 366 hari, dan seluruhnya 50 tahun."),
            )
        else:
            return redirect("sandbox")
    return render(request, "sandbox/overview.html", _overview(partner, form), status=400)


@require_POST
@signed_in
def listen(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Takes the address that notices go to; the standard's paths are put behind it."""
    try:
        fixtures.listen(partner, request.POST.get("url", "").strip())
    except AddressRefused:
        messages.error(
            request, _("Alamat ini tidak dapat dipakai. Isi alamat http atau https, misalnya http://127.0.0.1:9000.")
        )
    else:
        messages.info(request, _("Alamat notifikasi disimpan."))
    return redirect("sandbox")


@require_POST
@signed_in
def return_to(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Takes the hosts that payers may be sent back to after paying an order of direct debit (54, `urlParams`)."""
    try:
        fixtures.return_to(partner, checked_hosts([host for host in request.POST.get("hosts", "").split(",") if host]))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.info(request, _("Host alamat kembali disimpan."))
    return redirect("sandbox")


@require_POST
@signed_in
def customer(request: HttpRequest, partner: Partner) -> HttpResponse:
    """A new customer with money shows a code, says six digits or hands over a voucher: as an application or a card would."""
    try:
        shows = fixtures.Shows(request.POST.get("shows", ""))
    except ValueError:
        return redirect("sandbox")
    try:
        shown = fixtures.new_customer_shows(shows, partner)
    except WalletError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("Pelanggan baru menunjukkan: %(shown)s") % {"shown": shown})
    return redirect("sandbox")


@require_POST
@signed_in
def fill_deposit(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The partner's deposit for top-ups is full again."""
    fixtures.fill_deposit(partner)
    messages.info(request, _("Titipan sudah penuh."))
    return redirect("sandbox")


@require_POST
@signed_in
def settle(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Settles what merchants are owed, as the night of a settlement day does."""
    made = fixtures.settle_due()
    messages.info(request, _("%(count)d penyelesaian dibuat dan dibayar bank.") % {"count": len(made)})
    return redirect("sandbox")


@require_POST
@signed_in
def start(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Opens a run, or goes to the one that is open."""
    return redirect("sandbox-run", uid=runs.start(partner).uid)


@never_cache
@require_GET
@signed_in
def run(request: HttpRequest, partner: Partner, uid: UUID) -> HttpResponse:
    """How each step of the run stands; reloads itself while it is open."""
    shown = _own(partner, uid)
    if shown.finished_at is not None:
        return redirect("sandbox-report", uid=uid)
    seen = runs.seen_in(shown)
    steps = runs.standings(seen)
    results = Counter(it.verdict.result for it in steps)
    told = {
        "run": shown,
        "steps": steps,
        **{name: results[Result(name)] for name in ("passed", "untested")},
        "tested": len(steps) - results[Result.UNTESTED],
        "exchanges": [(place, one) for place, one in enumerate(seen, 1)][::-1][:50],
        "refresh": REFRESH_SECONDS,
        "over": runs.is_over(shown),
    }
    return render(request, "sandbox/run.html", told)


@require_POST
@signed_in
def finish(request: HttpRequest, partner: Partner, uid: UUID) -> HttpResponse:
    """Ends the run; its report is signed as things stand."""
    runs.finish(_own(partner, uid))
    return redirect("sandbox-report", uid=uid)


@require_GET
@signed_in
def report(request: HttpRequest, partner: Partner, uid: UUID) -> HttpResponse:
    """The report to read and to print."""
    shown = _finished(partner, uid)
    told = {"run": shown, "report": json.loads(shown.report), "file": reports.file(shown)}
    return render(request, "sandbox/report.html", told)


@require_GET
@signed_in
def report_file(request: HttpRequest, partner: Partner, uid: UUID) -> HttpResponse:
    """The report to keep and to hand on."""
    shown = _finished(partner, uid)
    response = HttpResponse(json.dumps(reports.file(shown), indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="conformance-{shown.uid}.json"'
    return response


@require_GET
def public_key(request: HttpRequest) -> HttpResponse:
    """The key that reports are checked with, in hex."""
    return HttpResponse(reports.public_key() + "\n", content_type="text/plain")


def _own(partner: Partner, uid: UUID) -> Run:
    return get_object_or_404(Run.objects.select_related("partner"), partner=partner, uid=uid)


def _finished(partner: Partner, uid: UUID) -> Run:
    ended = Run.objects.select_related("partner").filter(finished_at__isnull=False)
    return get_object_or_404(ended, partner=partner, uid=uid)
