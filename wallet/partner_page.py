"""The partner's own page (/mitra/): its keys and secrets, looked at, added, drawn and revoked by its own staff.

There is no account: an invitation opens the page in one browser for a while (wallet.invitations, docs/adr/0035). The session
holds the invitation's number alone; every request asks the database whether it still counts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wallet import credentials, invitations
from wallet.credential_errors import InvitationInvalid, PrivateKeyGiven
from wallet.errors import WalletError
from wallet.models import Credential, PartnerInvitation
from wallet.snap.scopes import services

SESSION = "partner_invitation"
OVERLAPS = {"0": timedelta(), "1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30)}
OVERLAP_CHOICES = [
    ("7", _("Tujuh hari")),
    ("1", _("Satu hari")),
    ("30", _("Tiga puluh hari")),
    ("0", _("Berakhir saat ini juga")),
]
Page = Callable[..., HttpResponse]


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Kode"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
        help_text=_("Delapan angka yang diberikan kantor lewat jalur lain."),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


class OverlapForm(forms.Form):
    overlap = forms.ChoiceField(label=_("Yang lama masih berlaku"), choices=OVERLAP_CHOICES)

    def clean_overlap(self) -> timedelta:
        return OVERLAPS[self.cleaned_data["overlap"]]


class SecretForm(OverlapForm):
    """`turn` names the form that was shown: sent again, it draws no other secret, and ends none just copied."""

    turn = forms.CharField(max_length=64, widget=forms.HiddenInput)


class KeyForm(OverlapForm):
    public_key = forms.CharField(
        label=_("Kunci publik RSA (PEM)"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 9, "spellcheck": "false"}),
        help_text=_("Kunci privatnya tetap di sistem Anda dan tidak pernah dikirim."),
    )


class RevokeForm(forms.Form):
    credential = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Alasan"), max_length=200, error_messages={"required": _("Tulis alasan pencabutan.")}
    )


def invited(view: Page) -> Page:
    """The page is for whoever was invited; to everybody else it says how one gets there."""

    @wraps(view)
    def open_page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            invitation = invitations.opened(int(request.session.get(SESSION, 0)))
        except InvitationInvalid:
            request.session.pop(SESSION, None)
            return render(request, "wallet/mitra/closed.html", status=403)
        return view(request, invitation, **kwargs)

    return open_page


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """What the link leads to. Looking at it uses nothing up, for programmes look at links before people do."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invitations.enter(token, form.cleaned_data["code"])
        except InvitationInvalid as refusal:
            form.add_error("code", str(refusal))
        else:
            request.session.cycle_key()
            request.session[SESSION] = invitation.pk
            return redirect("partner-page")
    return render(request, "wallet/mitra/enter.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD"])
@invited
def overview(request: HttpRequest, invitation: PartnerInvitation) -> HttpResponse:
    """What counts now, what it was used for last, and the forms to change it."""
    return _overview(request, invitation)


@never_cache
@sensitive_post_parameters("public_key")
@require_POST
@invited
def add_key(request: HttpRequest, invitation: PartnerInvitation) -> HttpResponse:
    """Takes a public key into force."""
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            credentials.add_key(
                invitation.partner,
                form.cleaned_data["public_key"],
                overlap=form.cleaned_data["overlap"],
                by=invitations.by_name(invitation),
            )
        except WalletError as refusal:
            if isinstance(refusal, PrivateKeyGiven):  # it must not be in an answer, too
                form = KeyForm({"overlap": request.POST.get("overlap", ""), "public_key": ""})
                form.errors.pop("public_key", None)
            form.add_error("public_key", str(refusal))
        else:
            return redirect("partner-page")
    return _overview(request, invitation, key_form=form)


@never_cache
@require_POST
@invited
def new_secret(request: HttpRequest, invitation: PartnerInvitation) -> HttpResponse:
    """Draws a secret and shows it in this answer, and never again."""
    form = SecretForm(request.POST)
    if form.is_valid():
        try:
            issued = credentials.issue_secret(
                invitation.partner,
                overlap=form.cleaned_data["overlap"],
                by=invitations.by_name(invitation),
                form=form.cleaned_data["turn"],
            )
        except WalletError as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "wallet/mitra/secret.html", {"partner": invitation.partner, "secret": issued.text})
    return _overview(request, invitation, secret_form=form)


@never_cache
@require_POST
@invited
def revoke(request: HttpRequest, invitation: PartnerInvitation) -> HttpResponse:
    """Ends one of the partner's own at once."""
    form = RevokeForm(request.POST)
    if form.is_valid():
        own = Credential.objects.filter(partner=invitation.partner, pk=form.cleaned_data["credential"]).first()
        try:
            if own is not None:
                credentials.revoke(own, reason=form.cleaned_data["reason"], by=invitations.by_name(invitation))
        except WalletError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("partner-page")
    return _overview(request, invitation, revoke_form=form)


@never_cache
@require_POST
@invited
def leave(request: HttpRequest, invitation: PartnerInvitation) -> HttpResponse:
    """Closes the page; only another invitation opens it again."""
    invitations.end(invitation.partner)
    request.session.pop(SESSION, None)
    return render(request, "wallet/mitra/closed.html")


def _overview(request: HttpRequest, invitation: PartnerInvitation, **forms_filled: forms.Form) -> HttpResponse:
    partner, now = invitation.partner, timezone.now()
    in_force = credentials.in_force(partner, now)
    secret_form, revoke_form = (forms_filled.pop(name, None) for name in ("secret_form", "revoke_form"))
    refused = secret_form is not None or revoke_form is not None or bool(forms_filled)
    context = {
        "partner": partner,
        "services": [f"{number} {address}" for number, address in services().items() if number in partner.scopes],
        "held": in_force,
        "others": Credential.objects.filter(partner=partner).exclude(pk__in=in_force).order_by("-pk")[:20],
        "most": credentials.MOST_AT_ONCE,
        "key_form": KeyForm(),
        "secret_form": SecretForm(initial={"turn": secrets.token_urlsafe(16)}),
        "secret_errors": _texts(secret_form),
        "revoke_errors": _texts(revoke_form),
    } | forms_filled
    return render(request, "wallet/mitra/overview.html", context, status=400 if refused else 200)


def _texts(form: forms.Form | None) -> list[str]:
    """What is wrong with the form, without the list that Django draws: an alert is a paragraph."""
    return [str(text) for texts in form.errors.values() for text in texts] if form else []
