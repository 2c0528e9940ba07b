"""What a line is for, in words: regular pay of its batch's cycle, arrears or a correction of an older one."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from disbursement import batches
from disbursement.admin.programmes import counted
from disbursement.models import CASH, MAIN, Batch, Instruction
from wallet.money import rupiah


def in_words(kind: str, period: date) -> str:
    """Rutin Agustus 2026, Rapel Juli 2026, Koreksi Juli 2026."""
    return f"{Instruction.Kind(kind).label} {date_format(period, 'F Y')}"


def part_name(line: Instruction) -> str:
    """What the part of a payment is called; one of a component's own by its code."""
    return {MAIN: gettext("utama"), CASH: gettext("tunai")}.get(line.part, line.part)


def of_batch(batch: Batch) -> SafeString | str:
    """What the batch holds by kind and cycle: how many lines, and how much."""
    rows = ((in_words(one.kind, one.period), counted(one.count), rupiah(one.total)) for one in batches.contents(batch))
    return format_html_join("", '<div>{}: {} (<span class="money">{}</span>)</div>', rows) or format_html("{}", "-")
