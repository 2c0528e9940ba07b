"""Onboarding: an application with its sealed documents, submitted by one officer, approved or returned by another.

Whoever wrote in it, at any time, is no other: each writer is kept (`ApplicationWriter`), and a trigger asks for them.
Approval makes the merchant, with its account, outlets, terminals, prices and limits, in one transaction. Documents are kept as
long as the law asks for, and then only that they were there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext

from wallet import ledger, merchants
from wallet.errors import ReasonMissing
from wallet.merchant_errors import (
    ApplicationIncomplete,
    ApplicationMoved,
    DocumentErased,
    DocumentUnfit,
    MerchantIdTaken,
    OwnApplication,
)
from wallet.merchant_states import origins
from wallet.models import (
    Account,
    ApplicationDocument,
    ApplicationWriter,
    DocumentView,
    Merchant,
    MerchantApplication,
    MerchantStep,
    Outlet,
    RegulatedPrice,
)
from wallet.transactions import retried

S, D = MerchantApplication.Status, ApplicationDocument.Kind
NEEDED = (D.IDENTITY, D.LICENCE, D.ACCOUNT)  # of every merchant
MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
SEALED = ("owner_name_sealed", "owner_nik_sealed", "bank_account_sealed", "account_holder_sealed")
COPIED = (
    "partner",
    "merchant_id",
    "name",
    "mcc",
    "criteria",
    "nmid",
    "city",
    "region",
    "postcode",
    "bank_code",
    "limit_payment",
    "limit_daily",
    "limit_monthly",
    "limit_count",
)


@retried
def write(application: MerchantApplication, by: User, fields: Collection[str]) -> MerchantApplication:
    """Saves a new application whole, or these fields of one that is still being written; who wrote is kept.

    Raises ApplicationMoved.
    """
    if application.pk is None:
        application.made_by = by
        application.save(force_insert=True)
    else:
        _writable(application)
        application.save(update_fields=fields)
    _note_writer(application, by)
    return application


@retried
def write_part(application: MerchantApplication, by: User) -> None:
    """To be called, in the same transaction, before an outlet, terminal or price of it is written. Raises ApplicationMoved."""
    _writable(application)
    _note_writer(application, by)


@retried
def attach(
    application: MerchantApplication, kind: ApplicationDocument.Kind, content: bytes, by: User
) -> ApplicationDocument:
    """Seals a document of an application that is still being written. Raises ApplicationMoved, DocumentUnfit."""
    found = next((kind_of for magic, kind_of in MAGIC.items() if content.startswith(magic)), "")
    limit: int = settings.WALLET["document_bytes"]
    if not found or len(content) > limit:
        raise DocumentUnfit(limit=limit // 1_000_000)
    application = _writable(application)
    document = ApplicationDocument(
        application=application,
        kind=kind,
        content_type=found,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
    )
    document.content = base64.b64encode(content).decode()
    document.save(force_insert=True)
    _note_writer(application, by)
    return document


@retried
def open_document(document: ApplicationDocument, reason: str, by: User) -> bytes:
    """The document's bytes; who opened it and why is kept first. Raises ReasonMissing, DocumentErased, CannotOpen."""
    if not reason.strip():
        raise ReasonMissing
    document.refresh_from_db()
    if document.erased_at is not None:
        raise DocumentErased
    DocumentView.objects.create(document=document, by=by, reason=reason.strip())
    return base64.b64decode(document.content)


@retried
def submit(application: MerchantApplication, by: User) -> MerchantApplication:
    """Asks for a decision; from now on nobody changes it. Raises ApplicationIncomplete, ApplicationMoved."""
    application = _lock(application)
    if missing := lacking(application):
        raise ApplicationIncomplete(missing=", ".join(missing))
    return _move(
        application,
        S.SUBMITTED,
        submitted_by=by,
        submitted_at=timezone.now(),
        decided_by=None,
        decided_at=None,
        decision_reason="",
    )


def lacking(application: MerchantApplication) -> list[str]:
    """What is missing before it may be submitted, in words."""
    there = set(application.documents.filter(erased_at=None).values_list("kind", flat=True))
    missing = [str(kind.label) for kind in NEEDED if kind not in there]
    for box, name in (
        (application.owner_name_sealed, gettext("nama pemilik")),
        (application.owner_nik_sealed, gettext("NIK pemilik")),
        (application.bank_account_sealed, gettext("nomor rekening")),
        (application.account_holder_sealed, gettext("nama pemilik rekening")),
    ):
        if not box:
            missing.append(name)
    return missing


@retried
def send_back(application: MerchantApplication, reason: str, by: User) -> MerchantApplication:
    """Returns it to who submitted it, to be corrected. Raises ReasonMissing, OwnApplication, ApplicationMoved."""
    application = _decidable(application, reason, by)
    return _move(application, S.RETURNED, **_decision(reason, by))


@retried
def reject(application: MerchantApplication, reason: str, by: User) -> MerchantApplication:
    """The final no, also to one that was returned and never corrected. Raises ReasonMissing, OwnApplication, ApplicationMoved."""
    application = _decidable(application, reason, by, S.SUBMITTED, S.RETURNED)
    return _move(application, S.REJECTED, **_decision(reason, by))


@retried
def approve(application: MerchantApplication, reason: str, by: User) -> Merchant:
    """Makes the merchant, which takes payments once it is activated; approved before, the same merchant again.

    Raises ReasonMissing, OwnApplication, ApplicationMoved, MerchantIdTaken.
    """
    if application.status == S.APPROVED and application.became is not None:
        return application.became
    application = _decidable(application, reason, by)
    merchant = Merchant(status=Merchant.Status.APPROVED, **{name: getattr(application, name) for name in COPIED})
    merchant.account = ledger.open_account(Account.Kind.MERCHANT, merchant.name)
    merchant.bank_account, merchant.account_holder = application.bank_account, application.account_holder
    merchants.give_credit(merchant, settings.WALLET["refund_credit"])
    try:
        with transaction.atomic():
            merchant.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise MerchantIdTaken from error
        raise
    Outlet.objects.filter(application=application).update(merchant=merchant)
    RegulatedPrice.objects.filter(application=application).update(merchant=merchant)
    MerchantStep.objects.create(
        merchant=merchant, kind=MerchantStep.Kind.APPROVED, reason=reason.strip(), by=by.get_username()
    )
    _move(application, S.APPROVED, became=merchant, **_decision(reason, by))
    return merchant


def forget_due(moment: datetime | None = None) -> Iterator[MerchantApplication]:
    """Empties applications that were kept long enough: years after the merchant's end, or of no merchant after their last change.

    Documents and the owner's name, NIK, bank account and its holder go together, one transaction an application; safe to repeat
    and to cut short. That they were there, and who opened them, stays. The last change is a decision, a submission, a document or
    another officer's first writing.
    """
    moment = moment or timezone.now()
    for number in _kept_until(moment).order_by("pk").values_list("pk", flat=True):
        if (emptied := _forget(number, moment)) is not None:
            yield emptied


@retried
def _forget(number: int, moment: datetime) -> MerchantApplication | None:
    application = MerchantApplication.objects.select_for_update(of=("self",)).get(pk=number)
    if not _kept_until(moment).filter(pk=number).exists():  # emptied, or taken up again, at this moment
        return None
    application.documents.filter(erased_at=None).update(content_sealed=b"", erased_at=moment)  # first: a trigger asks
    MerchantApplication.objects.filter(pk=number).update(**dict.fromkeys(SEALED, b""))
    application.refresh_from_db()
    return application


def _kept_until(moment: datetime) -> QuerySet[MerchantApplication]:
    """Those that still keep anything of anybody, with documents or without, and whose time is over."""
    documents = ApplicationDocument.objects.filter(application=OuterRef("pk"), erased_at=None)
    ended = Max("became__steps__created_at", filter=Q(became__status="closed"))
    touched = Greatest(
        "decided_at", "submitted_at", "created_at", Max("documents__created_at"), Max("writers__created_at")
    )
    return (
        MerchantApplication.objects.filter(Exists(documents) | ~Q(**dict.fromkeys(SEALED, b"")))
        .annotate(ended=ended, touched=touched)
        .filter(
            Q(became__isnull=False, ended__lte=moment - settings.WALLET["document_retention"])
            | Q(became__isnull=True, touched__lte=moment - settings.WALLET["document_retention_unapproved"])
        )
    )


def _lock(application: MerchantApplication) -> MerchantApplication:
    return MerchantApplication.objects.select_for_update(of=("self",)).select_related("became").get(pk=application.pk)


def _writable(application: MerchantApplication) -> MerchantApplication:
    application = _lock(application)
    if application.status not in origins(S.SUBMITTED):
        raise ApplicationMoved
    return application


def _note_writer(application: MerchantApplication, by: User) -> None:
    ApplicationWriter.objects.get_or_create(application=application, by=by)


def authors(application: MerchantApplication) -> set[int | None]:
    """The officers who wrote or submitted it: ids of users."""
    writers = set(ApplicationWriter.objects.filter(application=application).values_list("by_id", flat=True))
    return writers | {application.made_by_id, application.submitted_by_id}


def _decidable(
    application: MerchantApplication, reason: str, by: User, *origins: MerchantApplication.Status
) -> MerchantApplication:
    if not reason.strip():
        raise ReasonMissing
    application = _lock(application)
    if application.status not in (origins or (S.SUBMITTED,)):
        raise ApplicationMoved
    if by.pk in authors(application):
        raise OwnApplication
    return application


def _decision(reason: str, by: User) -> dict[str, object]:
    return {"decided_by": by, "decided_at": timezone.now(), "decision_reason": reason.strip()}


def _move(
    application: MerchantApplication, target: MerchantApplication.Status, **changes: object
) -> MerchantApplication:
    rows = MerchantApplication.objects.filter(pk=application.pk, status__in=origins(target))
    if rows.update(status=target, **changes) != 1:
        raise ApplicationMoved
    application.refresh_from_db()
    return application
