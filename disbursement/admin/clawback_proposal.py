"""The page on which a case of clawback is proposed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import clawback
from disbursement.admin.clawback_forms import amounts_of, default_share, payments_like, propose_form
from disbursement.admin.people import masked_nik
from disbursement.admin.programmes import ERRORS
from disbursement.models import Instruction
from wallet.admin.rows import change_url
from wallet.admin.steps import Done, Step, take

PROPOSE = "disbursement.propose_clawback"


def propose(admin_of: Any, request: HttpRequest, row: Instruction) -> HttpResponse:
    """The page on which a case is proposed, from the page of one of its payments."""
    payments = payments_like(row)

    def run(data: dict[str, Any]) -> Done:
        words = {name: data[name] for name in ("reason", "evidence", "share")}
        case = clawback.propose(amounts_of(data), by=request.user, **words)  # type: ignore[arg-type]
        return Done(gettext("Perkara #%(number)s diusulkan.") % {"number": case.pk}, change_url(case))

    step = Step(
        title=_("Usulkan pengembalian kelebihan bayar"),
        button=_("Usulkan atas nama saya"),
        text=_(
            "Isi kelebihan pada pembayaran yang keliru. Penerima diberi tahu dan dapat berkeberatan; petugas lain "
            "memberlakukannya. Kelebihan dipotong sedikit demi sedikit dari bantuan program ini yang berikutnya."
        ),
        facts=[
            (_("Penerima"), row.enrolment.person),
            ("NIK", masked_nik(row.enrolment.person)),
            (_("Program"), row.enrolment.programme),
        ],
        form=propose_form(payments),
        initial={"share": default_share()},
        possible=bool(payments),
        warnings=[] if payments else [_("Tidak ada pembayaran yang masih dapat dituntut kembali.")],
        errors=ERRORS,
    )
    return take(admin_of, request, step, run, row)
