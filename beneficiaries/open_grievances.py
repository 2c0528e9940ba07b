"""Grievances of anybody, without an account: filed on the open page, and looked at again with number and code.

Who writes is not asked: name and phone are theirs to give. What keeps a flood out is a pace for each sender and one for all
together, counted in the database as agencies' calls are (beneficiaries.api.pace). A sender is an IPv4 address, behind which many
phones may stand, or a network of IPv6: each household and phone has a /64 to itself, each site at most a /48. Where all together
are too many nobody is turned away who answers a question. Of an address only a keyed digest is kept, until the next retention
after a day (`sender_paces`).

The code is the hash of the ticket's random uid, so that it is kept nowhere and a number alone opens nothing. Its 40 bits hold by
themselves: wrong codes are not counted by ticket, or strangers could shut its holder out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from beneficiaries import grievance_numbers, grievances
from beneficiaries.errors import AnswerFirst, GrievanceNotFound, TooManyAtOnce
from beneficiaries.models import Grievance, GrievanceCategory, GrievanceMessage
from vault.sealing import blind_index

HOUR = timedelta(hours=1)
EVERYBODY, CROWD = "*", "crowd"
SITE = 16  # times what one sender may: a /48 of IPv6, in which there are 65,536
# Each goes one interval on, from now or from where its sender stands; further ahead than an hour nobody gets.
_ADMIT = """
INSERT INTO beneficiaries_senderpace AS pace (sender, paced_until)
VALUES (%(sender)s, %(now)s + make_interval(secs => %(interval)s))
ON CONFLICT (sender) DO UPDATE SET paced_until = greatest(pace.paced_until, %(now)s) + make_interval(secs => %(interval)s)
WHERE pace.paced_until + make_interval(secs => %(interval)s) <= %(latest)s
"""


def categories() -> QuerySet[GrievanceCategory]:
    """What one may complain about."""
    return GrievanceCategory.objects.filter(active=True).order_by("name")


def file(
    category: GrievanceCategory,
    text: str,
    *,
    name: str = "",
    phone: str = "",
    reference: UUID,
    address: str,
    answer: int | None = None,
) -> Grievance:
    """Opens a ticket of the neighbourhood, or returns the one that the same `reference` opened: a form sent twice is one.

    `phone` in E.164 is told of the answer. `address` is the IP address that sends it. Raises AnswerFirst where all together are
    too many, and the `answer` to the question of the reference is not right; TooManyAtOnce, GrievanceEmpty.
    """
    earlier = Grievance.objects.filter(reporter__isnull=True, reference=reference).first()
    if earlier is not None:
        return earlier
    with transaction.atomic():  # who is refused for the sake of all has used nothing up
        admit("report", address, settings.OPEN_DESK["reports_an_hour"])
        _among_all(reference, answer)
    return grievances.file(
        grievances.Report(
            origin=Grievance.Origin.COMMUNITY,
            category=category,
            text=text,
            reporter_name=name,
            phone=phone,
            reference=reference,
        )
    )


def question_of(reference: UUID) -> tuple[int, int]:
    """Two numbers to be added, from 1 to 9: easy for people, and one more thing that a flood must be made for."""
    digest = blind_index(str(reference), subject="open-question")
    return digest[-1] % 9 + 1, digest[-2] % 9 + 1


def _among_all(reference: UUID, answer: int | None) -> None:
    most = settings.OPEN_DESK["all_reports_an_hour"]
    try:
        _count(f"report:{EVERYBODY}", most)
    except TooManyAtOnce:
        if answer != sum(question_of(reference)):
            raise AnswerFirst from None
        _count(f"report:{CROWD}", most * settings.OPEN_DESK["answered_times"])


def code_of(grievance: Grievance) -> str:
    """Eight letters and digits, 40 bits: whoever has them and the number is told what became of it."""
    digest = hashlib.sha256(b"grievance:" + grievance.uid.bytes).digest()
    return base64.b32encode(digest[:5]).decode()


def found(number: str, code: str, *, address: str) -> Grievance:
    """The ticket of a number and its code, as people type them. Raises TooManyAtOnce, GrievanceNotFound."""
    admit("look", address, settings.OPEN_DESK["looks_an_hour"])
    row = Grievance.objects.select_related("category").filter(number=grievance_numbers.read(number) or "").first()
    typed = re.sub(r"[\s.–-]", "", code).upper().replace("0", "O").replace("1", "I").replace("8", "B")
    if row is None or not hmac.compare_digest(code_of(row).encode(), typed.encode()):
        raise GrievanceNotFound
    return row


def conversation(grievance: Grievance) -> list[GrievanceMessage]:
    """What was said on either side since it was filed, oldest first, without the officers' notes."""
    return list(grievance.messages.exclude(kind=GrievanceMessage.Kind.NOTE).order_by("pk"))


def say(grievance: Grievance, text: str, *, address: str) -> None:
    """Adds what its reporter has to say; after an answer it is opened again.

    Raises TooManyAtOnce, GrievanceMoved, GrievanceEmpty.
    """
    with transaction.atomic():
        admit("report", address, settings.OPEN_DESK["reports_an_hour"])
        _count(f"say:{grievance.number}", settings.OPEN_DESK["messages_an_hour"])
    grievances.say(grievance, text)


def admit(what: str, address: str, an_hour: int) -> None:
    """Counts one deed of the sender at the address: so many may come at once, and as many each hour.

    Raises TooManyAtOnce, and counts nothing then.
    """
    with transaction.atomic():
        for sender, times in _senders(address):
            _count(f"{what}:{sender}", an_hour * times)


def _senders(address: str) -> list[tuple[str, int]]:
    """Whose deed it is, and how many times the pace they have; an address that is none is a sender as it is written."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return [(address, 1)]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return [(str(ip_network((parsed, bits), strict=False)), times) for bits, times in ((64, 1), (48, SITE))]
        parsed = parsed.ipv4_mapped
    return [(str(parsed), 1)]


def _count(sender: str, an_hour: int) -> None:
    now = timezone.now()
    asked: dict[str, Any] = {
        "sender": blind_index(sender, subject="open-desk"),
        "now": now,
        "interval": HOUR.total_seconds() / max(1, int(an_hour)),
        "latest": now + HOUR,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADMIT, asked)
        if not cursor.rowcount:
            raise TooManyAtOnce
