"""Cases of clawback that wait for an officer, on the front page; and a person's cases on their page."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries import merged_rows
from beneficiaries.admin import panels, queues
from beneficiaries.admin.panels import Panel
from beneficiaries.models import Person
from disbursement import clawback
from disbursement.admin.clawback_proposal import PROPOSE
from disbursement.admin.clawbacks import DECIDE, of_the_dead
from disbursement.models import Clawback
from wallet.admin.rows import change_url, link, list_url, money

S = Clawback.Status


def _of_person(request: HttpRequest, person: Person) -> Panel | None:
    """The cases of the human being, whichever row they are of, for whoever may see them; nothing where there is none."""
    if not request.user.has_perm("disbursement.view_clawback"):  # type: ignore[union-attr]
        return None
    of_rows = Clawback.objects.filter(person__in=merged_rows.numbers(person))
    cases = list(of_rows.select_related("programme").order_by("-pk")[:20])
    if not cases:
        return None
    rows = [
        [link(change_url(case), case), str(case.programme), money(case.claim), money(clawback.standing(case).left),
         str(case.get_status_display())]
        for case in cases
    ]  # fmt: skip
    columns = [_("Perkara"), _("Program"), _("Tuntutan"), _("Sisa"), _("Status")]
    return Panel(_("Pengembalian kelebihan bayar"), columns, rows)


panels.PERSON.append(_of_person)
queues.QUEUES.extend(
    (
        queues.Queue(
            _("Keberatan atas pengembalian menunggu putusan"),
            DECIDE,
            lambda request: Clawback.objects.filter(status=S.OBJECTED),
            lambda: list_url(Clawback, status__exact=S.OBJECTED.value),
            urgent=True,
        ),
        queues.Queue(
            _("Pengembalian siap diberlakukan"),
            DECIDE,
            lambda request: (
                Clawback.objects.filter(status=S.DECIDED)
                | Clawback.objects.filter(status=S.NOTICED, objection_until__lt=timezone.localdate())
            ),
            lambda: list_url(Clawback, status__in=f"{S.DECIDED.value},{S.NOTICED.value}"),
        ),
        queues.Queue(
            _("Pengembalian belum diberitahukan"),
            PROPOSE,
            lambda request: Clawback.objects.filter(status=S.PROPOSED),
            lambda: list_url(Clawback, status__exact=S.PROPOSED.value),
        ),
        queues.Queue(
            _("Pengembalian oleh yang meninggal: hapuskan"),
            DECIDE,
            lambda request: of_the_dead(
                Clawback.objects.filter(status__in=[S.NOTICED, S.OBJECTED, S.DECIDED, S.IN_FORCE])
            ),
            lambda: list_url(Clawback, meninggal="ya"),
        ),
    )
)
