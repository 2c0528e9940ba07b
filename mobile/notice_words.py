"""The words of a notice, made from the rows it points at when it is shown or sent, in the language that is spoken then.

A kind of notice is one entry of WORDERS: a function that reads the subjects of many notices at once. What is told of a payment
is what is true now: one that was taken back since is not said to have come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from beneficiaries.models import Collection, Exclusion, GrievanceMessage, Objection, Representation
from disbursement import appeals, clawback
from disbursement.enrolment_states import R, S
from disbursement.models import (
    Calculation,
    Clawback,
    ClawbackStep,
    EnrolmentAppeal,
    EnrolmentStep,
    Instruction,
    Route,
    TakeBack,
)
from mobile import exclusion_words, gsm, refusal_words, representatives, rules
from mobile.models import Notice
from vault.sealing import CannotOpen
from wallet import counter
from wallet.models import Payment, Purse, Succession
from wallet.money import rupiah

K = Notice.Kind
TITLE_MOST = 40
# Where the office's word for a step says nothing to whom it happened.
_REASONS = {R.UNDONE: gettext_lazy("Pendataan yang mendasarinya dibatalkan")}
# What a month's payment is beside the regular one.
_KINDS = {
    Instruction.Kind.ARREARS: pgettext_lazy("jenis pembayaran", "rapel"),
    Instruction.Kind.CORRECTION: pgettext_lazy("jenis pembayaran", "koreksi"),
}
_ROLES = {
    Representation.Kind.GUARDIAN: gettext_lazy("wali Anda"),
    Representation.Kind.COLLECTOR: gettext_lazy("kuasa pengambil uang Anda"),
}
_RIGHTS = {
    Representation.Kind.GUARDIAN: gettext_lazy("Wali memutuskan bagi Anda dan boleh mengambil uang Anda di loket."),
    Representation.Kind.COLLECTOR: gettext_lazy("Kuasa hanya boleh mengambil uang Anda di loket, dengan kode Anda."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What one notice says: a title, the whole text, and what of it a text message carries (letters of `gsm.GSM`)."""

    title: str
    text: str
    message: str


Worder = Callable[[Sequence[Notice]], dict[int, Words]]


def of(notices: Iterable[Notice]) -> dict[int, Words]:
    """The words of each notice by its number; a few queries for each kind, however many there are."""
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_kind[notice.kind].append(notice)
    found: dict[int, Words] = {}
    for kind, theirs in by_kind.items():
        found |= WORDERS[kind](theirs)
    return found


def message_of(notices: Sequence[Notice]) -> str:
    """One text message that tells all of these, the oldest first; letters of `gsm.GSM` alone."""
    words = of(notices)
    said = [words[notice.pk].message for notice in sorted(notices, key=lambda notice: notice.pk)]
    return gsm.plain(" ".join(dict.fromkeys(said)))


def _words(title: str, text: str, message: str) -> Words:
    return Words(title, text, gsm.plain(message))


def _fits(whole: str, title: str, **words: str) -> str:
    """The sentence with the title, which is cut where it would need a second part; only the title may be of any letters."""
    bare = whole % (words | {"title": ""})
    return whole % (words | {"title": gsm.plain(title, max(gsm.ONE_PART - len(bare), 10))})


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _instructions(notices: Sequence[Notice]) -> dict[int, Instruction]:
    rows = Instruction.objects.filter(pk__in=[notice.subject for notice in notices])
    return {
        row.pk: row for row in rows.select_related("chunk__terms", "cycle", "enrolment__programme", "route__provider")
    }


def _ends(instruction: Instruction) -> datetime | None:
    """Until when the purse that it opened can be used."""
    chunk = instruction.chunk
    return chunk.finished_at + timedelta(days=chunk.purse_days) if chunk.purse_days and chunk.finished_at else None


def _paid(notices: Sequence[Notice]) -> dict[int, Words]:
    rows = _instructions(notices)
    return {notice.pk: _paid_words(rows[notice.subject]) for notice in notices}


def _paid_words(row: Instruction) -> Words:
    amount, chunk = rupiah(row.amount), row.chunk
    if row.status != Instruction.Status.PAID:
        whole = _("Bantuan %(amount)s %(title)s ditarik kembali. Tanyakan di kantor kelurahan.")
        said = _fits(whole, chunk.title, amount=amount)
        return _words(_("Bantuan ditarik kembali"), whole % {"amount": amount, "title": chunk.title}, said)
    if row.route is not None:
        return _paid_elsewhere(row, row.route.provider.name)
    ends = _ends(row)
    until = _("Pakai sampai %(day)s.") % {"day": _day(rules.last_day(ends))} if ends else _("Tidak ada batas waktu.")
    places = [
        rules.where(chunk.terms.mccs),
        *rules.in_regions(chunk.terms.regions),
        rules.cash(chunk.terms.cash_allowed),
    ]
    period, kind = date_format(row.cycle.period, "F Y"), Instruction.Kind(row.kind)
    if kind in _KINDS:
        whole = _("%(programme)s, %(kind)s %(period)s: %(amount)s sudah masuk ke dompet Anda.")
    else:
        whole = _("%(programme)s %(period)s: %(amount)s sudah masuk ke dompet Anda.")
    told = {"programme": row.enrolment.programme.name, "kind": str(_KINDS.get(kind, "")), "period": period}
    text = whole % (told | {"amount": amount})
    whole = _("Bantuan %(title)s %(amount)s sudah masuk dompet Anda. %(rules)s")
    for shorter in (
        [places[0], until],
        [until],
    ):  # where it can be spent, if that is not a list of shops too long for a phone
        said = whole % {"title": "", "amount": amount, "rules": gsm.plain(" ".join(shorter))}
        # The title of anything but the regular pay says what it is at its end.
        if len(said) + (len(chunk.title) if kind in _KINDS else TITLE_MOST // 2) <= gsm.ONE_PART:
            break
    message = _fits(whole, chunk.title, amount=amount, rules=gsm.plain(" ".join(shorter)))
    return _words(_("Bantuan masuk"), " ".join([text, *places, until]), message)


def _paid_elsewhere(row: Instruction, provider: str) -> Words:
    """Of what a partner paid: how it may be used is the partner's to say."""
    whole = _("Bantuan %(title)s %(amount)s sudah masuk akun Anda di %(provider)s.")
    told = {"amount": rupiah(row.amount), "provider": provider}
    said = _fits(whole, row.chunk.title, **told)
    return _words(_("Bantuan masuk"), whole % (told | {"title": row.chunk.title}), said)


def _refused(notices: Sequence[Notice]) -> dict[int, Words]:
    rows = _instructions(notices)
    return {
        notice.pk: _not_paid(
            rows[notice.subject].enrolment.programme.after_aid,
            rows[notice.subject].cycle.period,
            rows[notice.subject].failure,
        )
        for notice in notices
    }


def _unpaid(notices: Sequence[Notice]) -> dict[int, Words]:
    found = Calculation.objects.filter(pk__in=[notice.subject for notice in notices])
    rows = {row.pk: row for row in found.select_related("cycle", "enrolment__programme")}
    return {
        notice.pk: _not_paid(
            rows[notice.subject].enrolment.programme.after_aid,
            rows[notice.subject].cycle.period,
            rows[notice.subject].reason,
        )
        for notice in notices
    }


def _not_paid(programme: str, period: date, code: str) -> Words:
    reason, remedy = refusal_words.why(code)
    whole = _("Bantuan %(title)s %(period)s belum dibayar: %(reason)s. %(remedy)s")
    told = {"reason": reason, "remedy": remedy}
    text = whole % (told | {"title": programme, "period": date_format(period, "F Y")})
    message = _fits(whole, programme, period=f"{period:%m-%Y}", **told)
    return _words(_("Bantuan belum dibayar"), text, message)


def _lapse(notices: Sequence[Notice]) -> dict[int, Words]:
    titles = dict(Purse.objects.filter(pk__in=[one.subject for one in notices]).values_list("pk", "title"))
    return {one.pk: lapse_words(titles[one.subject], one.amount or 0, one.until) for one in notices}


def lapse_words(title: str, amount: int, until: datetime | None) -> Words:
    """What a holder is told of a purse whose rupiah return to their fund."""
    whole = _("%(amount)s bantuan %(title)s kembali ke dana program jika tidak dipakai sampai %(day)s.")
    told = {"amount": rupiah(amount), "day": _day(rules.last_day(until)) if until else ""}
    return _words(_("Bantuan segera hangus"), whole % (told | {"title": title}), _fits(whole, title, **told))


def _of_exclusions(notices: Sequence[Notice]) -> dict[int, Words]:
    found = Exclusion.objects.select_related("person", "household").in_bulk([one.subject for one in notices])
    said = {
        one.pk: (
            exclusion_words.of_lifting(found[one.subject], one.person)
            if one.kind == K.LIFTED
            else exclusion_words.of_exclusion(found[one.subject])
        )
        for one in notices
    }
    return {one.pk: _words(str(one.get_kind_display()), said[one.pk], said[one.pk]) for one in notices}


def _decided(notices: Sequence[Notice]) -> dict[int, Words]:
    found = Objection.objects.select_related("exclusion").in_bulk([one.subject for one in notices])
    said = {one.pk: exclusion_words.of_decision(found[one.subject], one.person) for one in notices}
    return {one.pk: _words(_("Sanggahan diputuskan"), said[one.pk], said[one.pk]) for one in notices}


def _answered(notices: Sequence[Notice]) -> dict[int, Words]:
    """A phone is read by whoever holds it: what the matter is stays in the application and at the counter."""
    found = GrievanceMessage.objects.select_related("grievance").in_bulk([one.subject for one in notices])
    whole = _("Aduan %(number)s sudah dijawab. Baca di aplikasi Salur, atau tanyakan di kantor kelurahan.")
    said = {one.pk: whole % {"number": found[one.subject].grievance.number} for one in notices}
    return {one.pk: _words(_("Aduan dijawab"), said[one.pk], said[one.pk]) for one in notices}


def _of_steps(notices: Sequence[Notice]) -> dict[int, Words]:
    """A step that was taken back since is told as what it was: the later step has a notice of its own."""
    found = EnrolmentStep.objects.select_related("enrolment__programme").in_bulk([one.subject for one in notices])
    return {one.pk: _step_words(found[one.subject]) for one in notices}


def _step_words(step: EnrolmentStep) -> Words:
    programme = step.enrolment.programme.name
    if step.to_status == S.ACTIVE:
        whole = _("Kepesertaan Anda di %(title)s aktif lagi. Bantuan dibayar mulai siklus berikutnya.")
        return _words(_("Kepesertaan aktif lagi"), whole % {"title": programme}, _fits(whole, programme))
    if step.from_status == S.ENDED:
        whole = (
            _("Kepesertaan Anda di %(title)s tidak jadi berakhir, tetapi ditangguhkan seperti sebelumnya.")
            if step.to_status == S.SUSPENDED
            else _("Kepesertaan Anda di %(title)s tidak jadi berakhir. Anda di daftar tunggu seperti sebelumnya.")
        )
        return _words(_("Kepesertaan tidak jadi berakhir"), whole % {"title": programme}, _fits(whole, programme))
    title = _("Kepesertaan ditangguhkan") if step.to_status == S.SUSPENDED else _("Kepesertaan berakhir")
    whole = _("%(what)s: %(title)s. Alasan: %(reason)s. Keberatan: lewat aplikasi atau kelurahan sampai %(day)s.")
    reason = str(_REASONS.get(R(step.reason)) or step.get_reason_display())
    told = {"what": title, "reason": reason, "day": _day(appeals.open_until(step))}
    return _words(title, whole % (told | {"title": programme}), _fits(whole, programme, **told))


def _of_clawbacks(notices: Sequence[Notice]) -> dict[int, Words]:
    found = Clawback.objects.select_related("programme").in_bulk([one.subject for one in notices])
    return {one.pk: _claim_words(found[one.subject]) for one in notices}


def _claim_words(case: Clawback) -> Words:
    """The reason stays in the application and the letter: a phone is read by whoever holds it."""
    whole = _("Bantuan %(title)s lebih bayar %(claim)s, dipotong dari bantuan berikutnya. Keberatan sampai %(day)s.")
    until = _day(case.objection_until) if case.objection_until else "-"
    message = _fits(whole, case.programme.after_aid, claim=rupiah(case.claim), day=until)
    return _words(_("Kelebihan bayar ditagih kembali"), clawback.notice(case), message)


def _of_appeals(notices: Sequence[Notice]) -> dict[int, Words]:
    rows = EnrolmentAppeal.objects.select_related("step__enrolment__programme")
    found = rows.in_bulk([one.subject for one in notices])
    return {one.pk: _appeal_words(found[one.subject]) for one in notices}


def _appeal_words(appeal: EnrolmentAppeal) -> Words:
    """The reason stays in the application and at the counter: a phone is read by whoever holds it."""
    programme, title = appeal.step.enrolment.programme.name, _("Keberatan diputuskan")
    if appeal.status == EnrolmentAppeal.Status.UPHELD:
        whole = _("Keberatan Anda tentang %(title)s dikabulkan. Bantuan yang terlewat, bila ada, dibayar kemudian.")
        return _words(title, whole % {"title": programme}, _fits(whole, programme))
    whole = _("Keberatan Anda tentang %(title)s ditolak. Alasannya ada di aplikasi Salur dan di kantor kelurahan.")
    text = _("Keberatan Anda tentang %(title)s ditolak. Alasan: %(reason)s")
    told = {"title": programme, "reason": appeal.decision_reason}
    return _words(title, text % told, _fits(whole, programme))


def _of_rulings(notices: Sequence[Notice]) -> dict[int, Words]:
    rows = ClawbackStep.objects.select_related("clawback__programme")
    found = rows.annotate(first=Sum("clawback__payments__amount")).in_bulk([one.subject for one in notices])
    return {one.pk: _ruling_words(found[one.subject], found[one.subject].first) for one in notices}


def _ruling_words(step: ClawbackStep, first: int) -> Words:
    """`first` is what was claimed before the objection (rupiah)."""
    status, title = Clawback.Status, _("Keberatan diputuskan")
    if step.to_status != status.DECIDED and (step.from_status, step.to_status) != (status.OBJECTED, status.DROPPED):
        title, whole = _("Tagihan kelebihan bayar berakhir"), _whole_of_end(step)
    elif step.to_status == status.DROPPED:
        whole = _("Keberatan Anda diterima: lebih bayar %(title)s tidak ditagih lagi.")
    elif step.claim < first:
        whole = _(
            "Keberatan diterima sebagian: lebih bayar %(title)s kini %(claim)s, dipotong dari bantuan berikutnya."
        )
    else:
        whole = _("Keberatan ditolak: lebih bayar %(title)s %(claim)s dipotong dari bantuan berikutnya.")
    programme, told = step.clawback.programme.name, {"claim": rupiah(step.claim)}
    reason = _("Alasan: %(reason)s") % {"reason": step.reason}
    text = " ".join((whole % (told | {"title": programme}), reason))
    return _words(title, text, _fits(whole, programme, **told))


def _whole_of_end(step: ClawbackStep) -> str:
    """Of a claim that ended though no objection was upheld: nothing is withheld before it is in force."""
    if step.to_status == Clawback.Status.DROPPED:
        return _("Tagihan lebih bayar %(title)s dibatalkan. Tidak ada bantuan yang dipotong karenanya.")
    if step.from_status != Clawback.Status.IN_FORCE:
        return _("Lebih bayar %(title)s tidak jadi ditagih. Tidak ada bantuan yang dipotong karenanya.")
    return _(
        "Sisa lebih bayar %(title)s tidak ditagih lagi. Potongan sebelumnya, juga dari bantuan yang sudah disiapkan, tetap."
    )


def _of_routes(notices: Sequence[Notice]) -> dict[int, Words]:
    """The last digits alone: enough to know one's own account by, and for nobody else to use."""
    rows = Route.objects.select_related("provider", "enrolment__programme")
    found = rows.in_bulk([one.subject for one in notices])
    return {one.pk: _route_words(found[one.subject], back=one.kind == K.UNROUTED) for one in notices}


def _route_words(route: Route, *, back: bool) -> Words:
    programme = route.enrolment.programme.after_aid
    if back:
        whole = _("Bantuan %(title)s selanjutnya masuk dompet Salur Anda lagi, tidak lewat %(provider)s.")
        told = {"provider": route.provider.name}
    else:
        whole = _(
            "Bantuan %(title)s kini dibayar ke akun %(provider)s berakhiran %(end)s. Bukan akun Anda? Lapor kelurahan."
        )
        told = {"provider": route.provider.name, "end": _end_of(route)}
    return _words(_("Jalur bayar diganti"), whole % (told | {"title": programme}), _fits(whole, programme, **told))


def _end_of(route: Route) -> str:
    try:
        return route.number[-3:] or "-"
    except CannotOpen:
        return "-"


def _of_take_backs(notices: Sequence[Notice]) -> dict[int, Words]:
    rows = TakeBack.objects.select_related("instruction__chunk")
    found = rows.in_bulk([one.subject for one in notices])
    return {one.pk: _take_back_words(found[one.subject]) for one in notices}


def _take_back_words(row: TakeBack) -> Words:
    """The reason stays in the application and at the counter: a phone is read by whoever holds it."""
    title = row.instruction.chunk.title
    told = {"amount": rupiah(row.instruction.amount)}
    whole = _("Bantuan %(title)s %(amount)s ditarik kembali. Alasan dan keberatan: aplikasi Salur atau kelurahan.")
    text = _(
        "Bantuan %(title)s %(amount)s dibayar karena kesalahan dan ditarik kembali oleh dua petugas. Alasan: %(reason)s. "
        "Bila keliru, ajukan aduan di aplikasi ini atau di kantor kelurahan."
    )
    said = text % (told | {"title": title, "reason": row.reason})
    return _words(_("Bantuan ditarik kembali"), said, _fits(whole, title, **told))


def _of_successions(notices: Sequence[Notice]) -> dict[int, Words]:
    amounts = dict(Succession.objects.filter(pk__in=[one.subject for one in notices]).values_list("pk", "amount"))
    return {one.pk: _succession_words(one.kind, amounts[one.subject]) for one in notices}


def _succession_words(kind: str, amount: int) -> Words:
    """Who inherited, or from whom, the office says: a phone is read by whoever holds it."""
    if kind == K.PASSED_ON:
        said = _(
            "Dompet Salur ini diwariskan karena pemiliknya tercatat meninggal. Bila keliru, segera lapor kelurahan."
        )
        return _words(_("Dompet diwariskan"), said, said)
    whole = _(
        "%(amount)s dari dompet yang diwariskan kepada Anda sudah ada di dompet Salur Anda. Keliru? Lapor kelurahan."
    )
    said = whole % {"amount": rupiah(amount)}
    return _words(_("Dompet diwarisi"), said, said)


def _of_representations(notices: Sequence[Notice]) -> dict[int, Words]:
    found = Representation.objects.select_related("representative").in_bulk([one.subject for one in notices])
    return {
        one.pk: _relieved(found[one.subject]) if one.kind == K.RELIEVED else _appointed(found[one.subject])
        for one in notices
    }


def _appointed(row: Representation) -> Words:
    """The name alone: the holder knows the person by it, and the document is the office's."""
    period = (
        _("mulai %(begin)s sampai %(end)s") % {"begin": _day(row.starts_on), "end": _day(row.ends_on)}
        if row.ends_on
        else _("mulai %(begin)s") % {"begin": _day(row.starts_on)}
    )
    whole = _("%(title)s menjadi %(role)s %(period)s. Bukan kehendak Anda? Lapor kelurahan.")
    told = {"role": str(_ROLES[Representation.Kind(row.kind)]), "period": period}
    name = representatives.name_of(row)
    text = " ".join((whole % (told | {"title": name}), str(_RIGHTS[Representation.Kind(row.kind)])))
    return _words(_("Wali atau kuasa disetujui"), text, _fits(whole, name, **told))


def _relieved(row: Representation) -> Words:
    """Why an officer ended it may say something of the other: that stays in the office."""
    days = [timezone.localdate(row.ended_at)] if row.ended_at else []
    days += [row.ends_on + timedelta(days=1)] if row.ends_on else []
    whole = _("%(title)s bukan lagi %(role)s sejak %(day)s. Bukan kehendak Anda? Lapor kelurahan.")
    told = {"role": str(_ROLES[Representation.Kind(row.kind)]), "day": _day(min(days))}
    name = representatives.name_of(row)
    return _words(_("Wali atau kuasa berakhir"), whole % (told | {"title": name}), _fits(whole, name, **told))


def _of_collections(notices: Sequence[Notice]) -> dict[int, Words]:
    rows = Collection.objects.select_related("representation__representative")
    found = rows.in_bulk([one.subject for one in notices])
    paid = Payment.objects.filter(
        partner__client_id=counter.CLIENT_ID, partner_reference_no__in=[row.reference for row in found.values()]
    )
    by_reference = {one.partner_reference_no: one for one in paid}
    return {
        one.pk: _collection_words(found[one.subject].representation, by_reference[found[one.subject].reference])
        for one in notices
    }


def _collection_words(row: Representation, payment: Payment) -> Words:
    whole = _("%(title)s mengambil %(amount)s uang Anda di loket %(day)s. Bukan kehendak Anda? Lapor kelurahan.")
    told = {"amount": rupiah(payment.amount), "day": _day(timezone.localdate(payment.created_at))}
    name = representatives.name_of(row)
    return _words(_("Uang diambil wali atau kuasa"), whole % (told | {"title": name}), _fits(whole, name, **told))


WORDERS: dict[str, Worder] = {
    K.PAID: _paid,
    K.REFUSED: _refused,
    K.UNPAID: _unpaid,
    K.LAPSE: _lapse,
    K.EXCLUDED: _of_exclusions,
    K.LIFTED: _of_exclusions,
    K.DECIDED: _decided,
    K.ANSWERED: _answered,
    K.SUSPENDED: _of_steps,
    K.RESUMED: _of_steps,
    K.CLAWBACK: _of_clawbacks,
    K.APPEALED: _of_appeals,
    K.RULED: _of_rulings,
    K.ROUTED: _of_routes,
    K.UNROUTED: _of_routes,
    K.RETURNED: _of_take_backs,
    K.PASSED_ON: _of_successions,
    K.INHERITED: _of_successions,
    K.APPOINTED: _of_representations,
    K.RELIEVED: _of_representations,
    K.FETCHED: _of_collections,
}
