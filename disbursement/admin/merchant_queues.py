"""What waits for an officer about merchants, settlement, wallets passed on, offline claims and suspected fraud."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin import queues
from wallet import payouts
from wallet.admin.rows import list_url
from wallet.models import (
    AnswerReturns,
    ApplicationWriter,
    BankAnswer,
    DepositBooking,
    FraudCase,
    Merchant,
    MerchantApplication,
    MerchantChange,
    OfflineClaim,
    PartnerChange,
    PayoutFile,
    RecoveryProposal,
    Settlement,
    SettlementOutcome,
    SettlementReturn,
    SettlementRun,
    SuccessionProposal,
)
from wallet.models.proposal import Proposal

A, C, K, L = MerchantApplication.Status, Proposal.Status, SettlementOutcome.Kind, OfflineClaim.Status


def _proposed(title: Any, model: type[Proposal], *, urgent: bool = False) -> queues.Queue:
    """What one officer proposed and this one may agree to."""
    return queues.Queue(
        title,
        f"wallet.agree_{model._meta.model_name}",
        lambda request: model._default_manager.filter(status=C.PROPOSED).exclude(proposed_by=request.user.pk),
        lambda: list_url(model, status__exact=C.PROPOSED.value),
        urgent=urgent,
    )


queues.QUEUES.extend(
    (
        queues.Queue(
            _("Pengajuan pedagang menunggu persetujuan"),
            "wallet.decide_merchantapplication",
            # Nobody decides on their own.
            lambda request: MerchantApplication.objects.filter(status=A.SUBMITTED).exclude(
                Q(submitted_by=request.user.pk)
                | Q(made_by=request.user.pk)
                | Q(pk__in=ApplicationWriter.objects.filter(by=request.user.pk).values("application"))
            ),
            lambda: list_url(MerchantApplication, status__exact=A.SUBMITTED.value),
        ),
        queues.Queue(
            _("Pengajuan pedagang dikembalikan"),
            "wallet.submit_merchantapplication",
            lambda request: MerchantApplication.objects.filter(status=A.RETURNED),
            lambda: list_url(MerchantApplication, status__exact=A.RETURNED.value),
        ),
        queues.Queue(
            _("Pedagang disetujui, belum aktif"),
            "wallet.suspend_merchant",
            lambda request: Merchant.objects.filter(status=Merchant.Status.APPROVED),
            lambda: list_url(Merchant, status__exact=Merchant.Status.APPROVED.value),
        ),
        queues.Queue(
            _("Pedagang ditutup dengan talangan yang belum kembali"),
            "wallet.view_settlement",
            lambda request: Merchant.objects.filter(status=Merchant.Status.CLOSED, advance__balance__lt=0),
            lambda: list_url(Merchant, status__exact=Merchant.Status.CLOSED.value),
        ),
        _proposed(_("Perubahan pedagang menunggu petugas lain"), MerchantChange),
        _proposed(_("Pengembalian oleh bank menunggu petugas lain"), SettlementReturn),
        _proposed(_("Pengembalian menurut jawaban bank menunggu petugas lain"), AnswerReturns),
        _proposed(_("Pencatatan titipan menunggu petugas lain"), DepositBooking),
        _proposed(_("Pemulihan dompet menunggu petugas lain"), RecoveryProposal, urgent=True),
        _proposed(_("Pewarisan dompet menunggu petugas lain"), SuccessionProposal, urgent=True),
        _proposed(_("Perubahan mitra menunggu petugas lain"), PartnerChange),
        queues.Queue(
            _("Penyelesaian menunggu berkas pembayaran"),
            "wallet.add_payoutfile",
            lambda request: payouts.waiting(),
            lambda: list_url(Settlement, status__exact=Settlement.Status.PENDING.value),
        ),
        queues.Queue(
            _("Berkas pembayaran menunggu dikirim"),
            "wallet.send_payoutfile",
            lambda request: PayoutFile.objects.filter(status=PayoutFile.Status.MADE).exclude(made_by=request.user.pk),
            lambda: list_url(PayoutFile, status__exact=PayoutFile.Status.MADE.value),
        ),
        queues.Queue(
            _("Penyelesaian terkirim, belum dijawab bank 3 hari"),
            "wallet.add_bankanswerfile",
            lambda request: Settlement.objects.filter(
                status=Settlement.Status.PENDING,
                payout_file__status=PayoutFile.Status.SENT,
                payout_file__ended_at__lt=timezone.now() - timedelta(days=3),
            ),
            lambda: list_url(Settlement, status__exact=Settlement.Status.PENDING.value),
            urgent=True,
        ),
        queues.Queue(
            _("Penyelesaian harian yang belum selesai"),
            "wallet.view_settlementrun",
            lambda request: SettlementRun.objects.filter(
                finished_at=None, started_at__lt=timezone.now() - timedelta(hours=1)
            ),
            lambda: list_url(SettlementRun),
            urgent=True,
        ),
        queues.Queue(
            _("Pedagang yang tidak dapat diselesaikan: rekening atau penahanan"),
            "wallet.view_settlementrun",
            lambda request: SettlementOutcome.objects.filter(
                run=SettlementRun.objects.order_by("-business_day").values("pk")[:1],
                kind__in=[K.NO_ACCOUNT, K.WITHHELD],
            ),
            lambda: list_url(SettlementRun),
        ),
        queues.Queue(
            _("Jawaban bank yang tidak dapat diterapkan"),
            "wallet.view_bankanswerfile",
            lambda request: BankAnswer.objects.filter(state=BankAnswer.State.REFUSED, review=None),
            lambda: list_url(BankAnswer, state__exact=BankAnswer.State.REFUSED.value, review__isempty=1),
            urgent=True,
        ),
        queues.Queue(
            _("Tagihan luring menunggu petugas"),
            "wallet.work_offlineclaim",
            lambda request: OfflineClaim.objects.filter(status=L.QUEUED),
            lambda: list_url(OfflineClaim, status__exact=L.QUEUED.value),
        ),
        queues.Queue(
            _("Tagihan luring diusulkan dibayar"),
            "wallet.cover_offlineclaim",
            lambda request: OfflineClaim.objects.filter(status=L.PROPOSED).exclude(proposed_by=request.user.pk),
            lambda: list_url(OfflineClaim, status__exact=L.PROPOSED.value),
        ),
        queues.Queue(
            _("Dugaan kecurangan menunggu petugas"),
            "wallet.decide_fraudcase",
            lambda request: FraudCase.objects.filter(status=FraudCase.Status.OPEN),
            lambda: list_url(FraudCase, status__exact=FraudCase.Status.OPEN.value),
            urgent=True,
        ),
    )
)
