"""What of the registry waits for an officer, as the front page counts it."""

from __future__ import annotations

from functools import partial

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin.queues import QUEUES, Queue
from beneficiaries.models import (
    Breach,
    DataRequest,
    DuplicatePair,
    Grievance,
    Objection,
    Proposal,
    RegistryImport,
    Representation,
)
from wallet.admin.rows import list_url

QUEUES.extend(
    (
        Queue(
            _("Aduan lewat tenggat"),
            "beneficiaries.view_grievance",
            lambda request: Grievance.objects.late(timezone.now()),
            partial(list_url, Grievance, antrean="late"),
            urgent=True,
        ),
        Queue(
            _("Permintaan data pribadi lewat tenggat"),
            "beneficiaries.view_datarequest",
            lambda request: DataRequest.objects.late(),
            partial(list_url, DataRequest, state__exact=DataRequest.State.OPEN.value),
            urgent=True,
        ),
        Queue(
            _("Kegagalan pelindungan data lewat 72 jam"),
            "beneficiaries.view_breach",
            lambda request: Breach.objects.late(),
            partial(list_url, Breach),
            urgent=True,
        ),
        Queue(
            _("Aduan terbuka"),
            "beneficiaries.view_grievance",
            lambda request: Grievance.objects.open(),
            partial(list_url, Grievance, antrean="open"),
        ),
        Queue(
            _("Permintaan data pribadi"),
            "beneficiaries.view_datarequest",
            lambda request: DataRequest.objects.filter(state=DataRequest.State.OPEN),
            partial(list_url, DataRequest, state__exact=DataRequest.State.OPEN.value),
        ),
        Queue(
            _("Kegagalan pelindungan data yang belum diberitahukan"),
            "beneficiaries.view_breach",
            lambda request: Breach.objects.unnotified(),
            partial(list_url, Breach),
        ),
        Queue(
            _("Permintaan data pribadi menunggu orang kedua"),
            "beneficiaries.view_datarequest",
            lambda request: DataRequest.objects.filter(state=DataRequest.State.PROPOSED),
            partial(list_url, DataRequest, state__exact=DataRequest.State.PROPOSED.value),
        ),
        Queue(
            _("Impor menunggu disimpan"),
            "beneficiaries.view_registryimport",
            lambda request: RegistryImport.objects.filter(state=RegistryImport.State.PREVIEWED),
            partial(list_url, RegistryImport, state__exact=RegistryImport.State.PREVIEWED.value),
        ),
        Queue(
            _("Sanggahan menunggu putusan"),
            "beneficiaries.view_objection",
            lambda request: Objection.objects.filter(status=Objection.Status.FILED),
            partial(list_url, Objection, status__exact=Objection.Status.FILED.value),
        ),
        Queue(
            _("Usulan pengecualian menunggu keputusan"),
            "beneficiaries.view_proposal",
            lambda request: Proposal.objects.filter(status=Proposal.Status.UNDECIDED),
            partial(list_url, Proposal, status__exact=Proposal.Status.UNDECIDED.value),
        ),
        Queue(
            _("Pasangan yang mungkin orang yang sama"),
            "beneficiaries.view_duplicatepair",
            lambda request: DuplicatePair.objects.waiting(),
            partial(list_url, DuplicatePair),
        ),
        Queue(
            _("Wakil menunggu persetujuan"),
            "beneficiaries.view_representation",
            lambda request: Representation.objects.waiting(),
            partial(list_url, Representation, antrean="waiting"),
        ),
    )
)
