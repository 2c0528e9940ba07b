"""The office's front page and its sidebar: where the money stands, what waits for someone, and only what one may see."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin import queues
from disbursement.admin.batch_approvals import may_sign
from disbursement.batch_states import RESERVED
from disbursement.models import Batch, Chunk
from wallet import position
from wallet.admin.ledger import finding_rows
from wallet.admin.rows import change_url, list_url, money
from wallet.models import Account, TopUp, Verification

K = Account.Kind
# Where budget may be: the order it travels in.
PLACES = (
    (K.FUND, "fund", _("Di dana program")),
    (K.CLEARING, "clearing", _("Dicadangkan untuk batch")),
    (K.PURSE, "purse", _("Di kantong penerima")),
    (K.PROVIDER, "provider", _("Dibayar lewat mitra")),
    (K.MERCHANT, "merchant", _("Terutang ke pedagang")),
    (K.ADVANCE, "merchant", _("Ditalangi untuk pedagang")),
    (K.SETTLEMENT, "settlement", _("Menunggu bank membayar")),
    (K.BANK, "bank", _("Sudah dibayar ke pedagang")),
)
LISTED = 10
SEARCHES = "beneficiaries.view_person"

# Group, icon and models, in the order of an officer's day. Models that are not registered, or not theirs, are left out.
GROUPS: tuple[tuple[Any, tuple[tuple[str, str], ...]], ...] = (
    (
        _("Registri"),
        (
            ("beneficiaries.person", "person"),
            ("beneficiaries.household", "home"),
            ("beneficiaries.registryimport", "upload_file"),
            ("beneficiaries.registrysource", "hub"),
            ("beneficiaries.region", "map"),
            ("beneficiaries.duplicatepair", "group_remove"),
            ("beneficiaries.merge", "merge"),
            ("beneficiaries.representation", "supervisor_account"),
            ("beneficiaries.ward", "child_care"),
            ("beneficiaries.evidence", "fact_check"),
            ("beneficiaries.evidenceimport", "drive_folder_upload"),
            ("beneficiaries.evidencesource", "domain"),
            ("beneficiaries.evidenceaccess", "api"),
            ("mobile.device", "smartphone"),
            ("mobile.sms", "sms"),
            ("mobile.otpchallenge", "password"),
        ),
    ),
    (
        _("Pemberitahuan"),
        (
            ("mobile.notice", "notifications"),
            ("mobile.delivery", "outgoing_mail"),
        ),
    ),
    (
        _("Pengecualian"),
        (
            ("beneficiaries.proposal", "rule"),
            ("beneficiaries.objection", "record_voice_over"),
            ("beneficiaries.exclusion", "block"),
            ("beneficiaries.exclusionrule", "policy"),
            ("beneficiaries.screening", "filter_alt"),
            ("beneficiaries.trialhit", "science"),
        ),
    ),
    (
        _("Aduan"),
        (
            ("beneficiaries.grievance", "campaign"),
            ("beneficiaries.grievancecategory", "category"),
        ),
    ),
    (
        _("Pelindungan data pribadi"),
        (
            ("beneficiaries.datarequest", "contact_page"),
            ("beneficiaries.breach", "gpp_maybe"),
            ("beneficiaries.consent", "handshake"),
            ("beneficiaries.consenttext", "article"),
            ("beneficiaries.reveal", "visibility"),
            ("beneficiaries.revealallowance", "add_moderator"),
        ),
    ),
    (
        _("Penyaluran"),
        (
            ("disbursement.programme", "volunteer_activism"),
            ("disbursement.programmeversion", "edit_calendar"),
            ("disbursement.versiontrial", "science"),
            ("disbursement.trialchange", "compare"),
            ("disbursement.enrolment", "how_to_reg"),
            ("disbursement.enrolmentappeal", "record_voice_over"),
            ("disbursement.programmeconflict", "call_split"),
            ("disbursement.conflictnote", "person_off"),
            ("disbursement.scheduledrun", "event_upcoming"),
            ("disbursement.schedule", "event_repeat"),
            ("disbursement.cycle", "calendar_month"),
            ("disbursement.batch", "payments"),
            ("disbursement.batchstep", "footprint"),
            ("disbursement.preflightfinding", "flight_takeoff"),
            ("disbursement.instruction", "receipt_long"),
            ("disbursement.payoutline", "hourglass_top"),
            ("disbursement.bulkrequest", "outbox"),
            ("disbursement.bulknotice", "mark_chat_read"),
            ("disbursement.provideraccount", "hub"),
            ("disbursement.calculation", "calculate"),
            ("disbursement.clawback", "assignment_return"),
            ("disbursement.budget", "bar_chart"),
            ("disbursement.owedcycle", "history"),
            ("disbursement.recalculation", "published_with_changes"),
            ("disbursement.correction", "difference"),
            ("disbursement.approval", "verified"),
            ("disbursement.delegation", "supervised_user_circle"),
            ("disbursement.approvalscheme", "stairs"),
            ("disbursement.report", "bar_chart"),
        ),
    ),
    (
        _("Rekonsiliasi"),
        (
            ("disbursement.break", "balance"),
            ("disbursement.statement", "upload_file"),
            ("disbursement.statemententry", "list_alt"),
            ("disbursement.statementaccount", "account_balance"),
            ("disbursement.confirmation", "how_to_vote"),
            ("disbursement.comparison", "compare_arrows"),
        ),
    ),
    (
        _("Dompet & buku besar"),
        (
            ("wallet.wallet", "account_balance_wallet"),
            ("wallet.purse", "wallet"),
            ("wallet.purseterms", "gavel"),
            ("wallet.topup", "add_card"),
            ("wallet.recoveryproposal", "phonelink_erase"),
            ("wallet.successionproposal", "family_restroom"),
            ("wallet.account", "account_tree"),
            ("wallet.transfer", "swap_horiz"),
            ("wallet.seal", "approval"),
            ("wallet.verification", "fact_check"),
        ),
    ),
    (
        _("Pedagang"),
        (
            ("wallet.merchantapplication", "add_business"),
            ("wallet.merchant", "storefront"),
            ("wallet.merchantchange", "edit_note"),
            ("wallet.outlet", "store"),
            ("wallet.partner", "handshake"),
            ("wallet.partnerchange", "how_to_reg"),
            ("wallet.depositbooking", "savings"),
            ("wallet.credential", "vpn_key"),
            ("wallet.bulkcashin", "playlist_add_check"),
            ("wallet.settlementrun", "event_repeat"),
            ("wallet.settlement", "account_balance"),
            ("wallet.payoutfile", "file_upload"),
            ("wallet.bankanswerfile", "mark_email_read"),
            ("wallet.bankanswer", "list_alt"),
            ("wallet.answerreturns", "keyboard_return"),
            ("wallet.settlementreturn", "assignment_return"),
            ("wallet.applicationdocument", "folder_shared"),
            ("wallet.documentview", "visibility"),
            ("wallet.payment", "shopping_cart"),
            ("wallet.refund", "undo"),
            ("wallet.hold", "lock_clock"),
            ("wallet.debitorder", "web"),
            ("wallet.pagepintries", "password"),
            ("wallet.webhook", "outbox"),
            ("wallet.webhookendpoint", "dns"),
            ("wallet.notificationkey", "vpn_key"),
            ("wallet.paymentcode", "qr_code_2"),
            ("wallet.mpmcode", "qr_code_scanner"),
            ("wallet.digitguesses", "pin"),
            ("wallet.accesstoken", "key"),
            ("wallet.externalid", "tag"),
        ),
    ),
    (
        _("Luring dan kecurangan"),
        (
            ("wallet.offlineallowance", "signal_disconnected"),
            ("wallet.offlineclaim", "inventory"),
            ("wallet.lossfund", "savings"),
            ("wallet.fraudcase", "gpp_maybe"),
            ("wallet.fraudhold", "front_hand"),
            ("wallet.fraudrule", "tune"),
            ("wallet.fraudscan", "radar"),
        ),
    ),
    (
        _("Akun pengguna"),
        (("auth.user", "badge"), ("auth.group", "groups"), ("officers.authenticator", "phonelink_lock")),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: the front page, then each group with the tables that this officer may open."""
    registered = {model._meta.label_lower: model for model in admin.site._registry}
    own = [{"title": _("Beranda"), "icon": "home_app_logo", "link": reverse("admin:index")}]
    if may_sign(request):
        mine = reverse("admin:officers_authenticator_mine")
        own.append({"title": _("Autentikator saya"), "icon": "phonelink_lock", "link": mine})
    groups: list[dict[str, Any]] = [{"title": None, "items": own}]
    placed = {label for _title, models in GROUPS for label, _icon in models}
    others = tuple((label, "table") for label in sorted(registered.keys() - placed))
    for title, models in (*GROUPS, (_("Lainnya"), others)):
        items: list[dict[str, Any]] = [
            {"title": _name(registered[label]), "icon": icon, "link": list_url(registered[label])}
            for label, icon in models
            if label in registered and admin.site._registry[registered[label]].has_view_permission(request)
        ]
        if items and models[0][0] == "beneficiaries.person" and request.user.has_perm(SEARCHES):
            search = {"title": _("Cari"), "icon": "search", "link": reverse("admin:beneficiaries_person_find")}
            items.insert(0, search)
        if items:
            groups.append({"title": title, "separator": True, "collapsible": False, "items": items})
    return groups


def _name(model: type[Model]) -> str:
    name = str(model._meta.verbose_name_plural)
    return name[:1].upper() + name[1:]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds what the front page shows, as far as the officer may see it."""
    may = request.user.has_perm
    context["title"] = _("Beranda")
    if may(SEARCHES):
        context["picture_url"] = reverse("admin:beneficiaries_person_picture")
    if queues.may_see_any(request):
        context["queues"] = queues.waiting(request)
    if may("wallet.view_account"):
        context["money"] = _money()
    if may("disbursement.view_batch"):
        context["waiting"] = _waiting(request)
        context["failed_chunks"] = _failed_chunks()
        context["paying"] = _paying()
    if may("wallet.view_transfer"):
        context["verify_url"] = reverse("admin:wallet_transfer_verify")
        context["verification"] = _verification(request)
    return context


def _money() -> dict[str, Any]:
    """Every rupiah that left the budget, by where it is now. The places add up to the budget, or the page says so."""
    now = position.by_kind()
    # Cash over the counter goes to the same bank that pays merchants: told apart, or the one would hide the other.
    cash_in = TopUp.objects.filter(agent=None).aggregate(total=Sum("amount", default=0))["total"]
    now[K.BANK] += cash_in
    spent = cash_in - now[K.BUDGET]
    places = [
        {
            "name": name,
            "tone": tone,
            "amount": money(now[kind]),
            "share": f"{100 * now[kind] / spent:.2f}" if spent > 0 else "0",
            "percent": f"{100 * now[kind] / spent:.1f} %".replace(".", ",") if spent > 0 else "-",
            "url": list_url(Account, kind__exact=kind.value),
        }
        for kind, tone, name in PLACES
    ]
    return {
        "spent": money(-now[K.BUDGET]),
        "cash_in": money(cash_in) if cash_in else "",
        "places": places,
        "difference": money(difference) if (difference := sum(now.values()) - cash_in) else "",
    }


def _verification(request: HttpRequest) -> dict[str, Any] | None:
    """The last verification: when it was, how far the books were sealed, and what differed, if anything did."""
    last = Verification.objects.order_by("-started_at").first()
    if last is None:
        return None
    return {
        "url": change_url(last) if request.user.has_perm("wallet.view_verification") else "",
        "when": date_format(timezone.localtime(last.started_at), "j F Y H:i"),
        "sealed_to": date_format(last.sealed_to, "j F Y") if last.sealed_to else "-",
        "holds": last.holds,
        "findings": finding_rows(last.findings[:LISTED]),
    }


def _waiting(request: HttpRequest) -> list[dict[str, Any]]:
    rows = Batch.objects.filter(status=Batch.Status.SUBMITTED).select_related("cycle__programme", "maker")
    return [
        {
            "url": change_url(batch),
            "name": _batch_name(batch),
            "total": money(batch.total),
            "maker": gettext("Anda") if batch.maker_id == request.user.pk else str(batch.maker),
            "since": date_format(timezone.localtime(batch.submitted_at), "j M H:i") if batch.submitted_at else "",
        }
        for batch in rows.order_by("submitted_at")[:LISTED]
    ]


def _paying() -> list[dict[str, Any]]:
    rows = Batch.objects.filter(status__in=RESERVED).select_related("cycle__programme").order_by("approved_at")
    return [
        {"url": change_url(batch), "name": _batch_name(batch), "total": money(batch.total)} for batch in rows[:LISTED]
    ]


def _failed_chunks() -> list[dict[str, Any]]:
    rows = Chunk.objects.filter(
        batch__status__in=RESERVED, status__in=[Chunk.Status.FAILED, Chunk.Status.BLOCKED]
    ).select_related("batch__cycle__programme")
    return [
        {
            "url": change_url(chunk.batch),
            "name": f"{_batch_name(chunk.batch)} / {chunk.number}",
            "status": chunk.get_status_display(),
            "error": chunk.error,
        }
        for chunk in rows.order_by("batch_id", "number")[:LISTED]
    ]


def _batch_name(batch: Batch) -> str:
    return f"{batch.cycle.programme.name}, {date_format(batch.cycle.period, 'F Y')} (#{batch.pk})"
