"""What the wallet's counter asks the registry: who may fetch money for a holder, and who did. The wallet knows no people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from beneficiaries import representation
from beneficiaries.admin.case_panels import representative_name
from beneficiaries.errors import NotActing
from beneficiaries.models import Collection, Person, Representation
from wallet.admin import above
from wallet.admin.rows import change_url, link
from wallet.admin.steps import Refused
from wallet.models import Payment, Wallet

K = Representation.Kind


def _holder_of(wallet: Wallet) -> Person | None:
    return Person.objects.filter(wallet=wallet).first()


def _acting(wallet: Wallet, on: date) -> list[Representation]:
    person = _holder_of(wallet)
    if person is None:
        return []
    rows = Representation.objects.acting(on).for_holder(person).select_related("representative")
    return list(rows.order_by("kind", "pk"))


def collectors(request: HttpRequest, wallet: Wallet) -> list[tuple[str, str]]:
    """Who may fetch the holder's money today, for officers who may see that: the representation's uid, and words."""
    if not request.user.has_perm("beneficiaries.view_representation"):
        return []
    return [
        (str(row.uid), f"{representative_name(row)} ({row.get_kind_display()})")
        for row in _acting(wallet, timezone.localdate())
    ]


def cautions(request: HttpRequest, wallet: Wallet) -> list[Any]:
    """That the holder cannot act alone, where that is so."""
    person = _holder_of(wallet)
    if person is None or not representation.needs_guardian(person):
        return []
    if any(row.kind == K.GUARDIAN for row in _acting(wallet, timezone.localdate())):
        return [_("Pemegang perlu wali: walinyalah yang mengambil uangnya.")]
    return [_("Pemegang perlu wali, dan belum ada yang disetujui. Usulkan walinya dahulu.")]


def collected(request: HttpRequest, wallet: Wallet, uid: str, reference: str) -> None:
    """Keeps who fetches with this form. Raises Refused if they may not (any more)."""
    person = _holder_of(wallet)
    try:
        if person is None:
            raise NotActing
        representation.note_collection(uid, person, reference, by=request.user)  # type: ignore[arg-type]
    except NotActing as error:
        raise Refused(said=str(error)) from None


def fetched_by(request: HttpRequest, payment: Payment) -> SafeString | None:
    """Who fetched the money of a payment at the counter, if it was not the holder."""
    if not request.user.has_perm("beneficiaries.view_representation"):
        return None
    noted = Collection.objects.filter(reference=payment.partner_reference_no).select_related(
        "representation__representative"
    )
    row = noted.first()
    if row is None:
        return None
    return format_html(
        "{} ({})",
        link(change_url(row.representation), representative_name(row.representation)),
        row.representation.get_kind_display(),
    )


above.COLLECTORS.append(collectors)
above.CAUTIONS.append(cautions)
above.COLLECTED.append(collected)
above.FETCHED_BY.append(fetched_by)
