"""What is dropped once it has been kept long enough. How long is configured (``settings.PRIVACY["retention"]``).

The database decides what is due, and one call drops at most so many rows: what is left waits for the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject, Now
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import evidence, objection_files
from beneficiaries.models import (
    Change,
    DataRequest,
    Evidence,
    Exclusion,
    Grievance,
    GrievanceMessage,
    ObjectionFile,
    Proposal,
    Representation,
    RepresentationScan,
    Reveal,
    SenderPace,
    TrialHit,
)

BATCH = 1_000


def _delete(rows: QuerySet[Any]) -> None:
    rows.delete()


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of rows: which are older than a moment, and what becomes of them (deleted, unless said otherwise).

    `most`: how many go at once, where each is work.
    """

    name: str
    title: Any
    older: Callable[[datetime], QuerySet[Any]]
    drop: Callable[[QuerySet[Any]], None] = _delete
    most: int = BATCH


def _changes_with_contents(moment: datetime) -> QuerySet[Change]:
    return Change.objects.filter(at__lt=moment).exclude(after={})


def _emptied(rows: QuerySet[Any]) -> None:
    """But for the number of the household that somebody left: it tells whose what is known of a household is."""
    left = JSONObject(household_id=F("before__household_id"))
    moved = When(before__has_key="household_id", then=left)
    rows.update(before=Case(moved, default=Value({}, models.JSONField()), output_field=models.JSONField()), after={})


def _numbers_that_count_no_more(moment: datetime) -> QuerySet[Evidence]:
    """Of what was superseded, contested or no longer valid before the moment.

    But for what an exclusion in force rests on, or a proposal that waits: whoever objects to it, or decides on it, must be
    told of which car it speaks.
    """
    ended = Q(superseded_at__lt=moment) | Q(contested_at__lt=moment) | Q(valid_until__lt=timezone.localdate(moment))
    in_force = Exclusion.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=timezone.localdate()), proposal__evidence=OuterRef("pk")
    )
    waiting = Proposal.objects.filter(status=Proposal.Status.UNDECIDED, evidence=OuterRef("pk"))
    told = Evidence.objects.filter(ended).exclude(number_sealed=b"")
    return told.filter(~Exists(in_force), ~Exists(waiting))


def _without_numbers(rows: QuerySet[Any]) -> None:
    """Superseded, too, where it was not: of several things without their numbers only one could stand."""
    rows.filter(superseded_at__isnull=True).update(superseded_at=timezone.now())
    evidence.forget_numbers(rows)


def _grievances_with_words(moment: datetime) -> QuerySet[Grievance]:
    said = GrievanceMessage.objects.filter(grievance=OuterRef("pk")).exclude(text_sealed=b"")
    words = ~Q(text_sealed=b"") | ~Q(reporter_name_sealed=b"") | ~Q(phone_sealed=b"") | Exists(said)
    # Who reads the answer and is content seldom says so: an answer that nobody came back to is the end as well.
    over = Q(closed_at__lt=moment) | Q(status=Grievance.Status.ANSWERED, answered_at__lt=moment)
    return Grievance.objects.filter(words, over)


def _without_words(rows: QuerySet[Any]) -> None:
    """What it was about, its steps and its times stay, for the figures."""
    GrievanceMessage.objects.filter(grievance__in=rows).update(text_sealed=b"")
    rows.update(text_sealed=b"", reporter_name_sealed=b"", phone_sealed=b"")


_R = Representation.Status


def _over(moment: datetime, of: str = "") -> Q:
    """Of representations that were refused, ended, or over by their period before the moment."""
    day = timezone.localdate(moment)
    return (
        Q(**{f"{of}status": _R.REFUSED, f"{of}decided_at__lt": moment})
        | Q(**{f"{of}status": _R.ENDED, f"{of}ended_at__lt": moment})
        | Q(**{f"{of}status": _R.APPROVED, f"{of}ends_on__lt": day})
    )


def _outsiders(moment: datetime) -> QuerySet[Representation]:
    """People outside the registry who act for nobody any more."""
    return Representation.objects.filter(_over(moment), representative__isnull=True, nik_index__isnull=False)


def _unknown(rows: QuerySet[Any]) -> None:
    """Of whom only the period was over, the representation ends with it."""
    run_out = rows.filter(status=_R.APPROVED)
    run_out.update(status=_R.ENDED, ended_at=Now(), end_reason=gettext("Masa berlakunya habis."))
    rows.update(name_sealed=b"", nik_sealed=b"", nik_index=None, phone_sealed=b"", phone_index=None, document_number="")


def _without_contents(rows: QuerySet[Any]) -> None:
    rows.update(content_sealed=b"")


RULES = (
    Rule("access_log", _("Catatan akses"), lambda moment: Reveal.objects.filter(at__lt=moment)),
    Rule(
        "answered_requests",
        _("Permintaan data yang sudah dijawab"),
        lambda moment: DataRequest.objects.filter(decided_at__lt=moment),
    ),
    Rule(
        "history",
        _("Isi riwayat perubahan"),
        _changes_with_contents,
        _emptied,
    ),
    Rule(
        "evidence_numbers",
        _("Nomor kendaraan dan NOP pada bukti yang tidak berlaku lagi"),
        _numbers_that_count_no_more,
        _without_numbers,
    ),
    Rule(
        "objection_files",
        _("Berkas bukti sanggahan yang sudah diputuskan"),
        lambda moment: ObjectionFile.objects.filter(objection__decided_at__lt=moment),
        objection_files.drop,
    ),
    Rule("grievances", _("Isi aduan yang sudah dijawab atau ditutup"), _grievances_with_words, _without_words),
    Rule(
        "sender_paces",
        _("Jejak pengirim di halaman aduan"),
        lambda moment: SenderPace.objects.filter(paced_until__lt=moment),
    ),
    Rule(
        "representation_scans",
        _("Pindaian dokumen wali dan kuasa yang sudah berakhir"),
        lambda moment: RepresentationScan.objects.filter(_over(moment, "representation__")).exclude(content_sealed=b""),
        _without_contents,
    ),
    Rule("outsiders", _("Data wakil di luar registri yang sudah berakhir"), _outsiders, _unknown),
    Rule(
        "trials",
        _("Nama dalam percobaan aturan pengecualian"),
        lambda moment: TrialHit.objects.filter(screening__finished_at__lt=moment),
    ),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A rule, how many days it keeps, and how many rows are older (counted only where asked)."""

    rule: Rule
    days: int
    rows: QuerySet[Any]

    def count(self) -> int:
        """How many would go now."""
        return int(self.rows.count())


def due() -> list[Due]:
    """Every rule that has days in the settings, with the rows that are over their time."""
    now = timezone.now()
    found = []
    for path in settings.PRIVACY["retention_rules"]:
        rules: tuple[Rule, ...] = import_string(path)
        for rule in rules:
            days = int(settings.PRIVACY["retention"].get(rule.name, 0))
            if days > 0:
                found.append(Due(rule, days, rule.older(now - timedelta(days=days))))
    return found


class RulesFailed(Exception):
    """Some rules failed and dropped nothing; `dropped` says how many rows went by the others. The cause is a group."""

    def __init__(self, names: list[str], dropped: dict[str, int]) -> None:
        self.dropped = dropped
        super().__init__(f"Nothing was dropped by {', '.join(names)}: what their rows met is in the cause.")


def drop(batch: int = BATCH) -> dict[str, int]:
    """Drops at most `batch` rows of each rule, each in a transaction of its own; returns how many, by rule.

    A rule that fails stops none of the others: after the last, raises RulesFailed.
    """
    dropped: dict[str, int] = {}
    failed: dict[str, Exception] = {}
    for one in due():
        try:
            dropped[one.rule.name] = _drop(one, batch)
        except Exception as error:
            failed[one.rule.name] = error
    if failed:
        raise RulesFailed(list(failed), dropped) from ExceptionGroup("retention", list(failed.values()))
    return dropped


def may_have_more(dropped: Mapping[str, int]) -> bool:
    """True if a rule dropped as many rows as go at once: there may be more of its."""
    return any(dropped.get(one.rule.name) == min(BATCH, one.rule.most) for one in due())


@transaction.atomic
def _drop(one: Due, batch: int) -> int:
    model: type[models.Model] = one.rows.model
    ids = list(one.rows.order_by("pk").values_list("pk", flat=True)[: min(batch, one.rule.most)])
    if ids:
        one.rule.drop(model._default_manager.filter(pk__in=ids))
    return len(ids)
