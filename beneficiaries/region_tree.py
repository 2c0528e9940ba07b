"""Writing the table of regions from the packaged source, set by set; and finding in it what a text names."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.db import connection, transaction

from beneficiaries import regions
from beneficiaries.models import Region

_STAGING = """
DROP TABLE IF EXISTS pg_temp.region_staged;
CREATE TEMPORARY TABLE region_staged (
    code text PRIMARY KEY, name text NOT NULL, level smallint NOT NULL, parent_id text, postal_code text NOT NULL
) ON COMMIT DROP
"""
_ADD = """
INSERT INTO beneficiaries_region (code, name, level, parent_id, postal_code, in_force)
SELECT code, name, level, parent_id, postal_code, true FROM region_staged AS told
WHERE NOT EXISTS (SELECT FROM beneficiaries_region AS region WHERE region.code = told.code)
ORDER BY code
"""
_CHANGE = """
UPDATE beneficiaries_region AS region
SET name = told.name, level = told.level, parent_id = told.parent_id, postal_code = told.postal_code, in_force = true
FROM region_staged AS told
WHERE region.code = told.code AND (region.name, region.level, region.parent_id, region.postal_code, region.in_force)
      IS DISTINCT FROM (told.name, told.level, told.parent_id, told.postal_code, true)
"""
# Households and identity numbers may carry a code that is no longer official, so it stays.
_WITHDRAW = """
UPDATE beneficiaries_region AS region SET in_force = false
WHERE region.in_force AND NOT EXISTS (SELECT FROM region_staged AS told WHERE told.code = region.code)
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Regions by what became of them; `unchanged` rows were not written."""

    added: int
    changed: int
    withdrawn: int
    unchanged: int


@transaction.atomic
def load() -> Loaded:
    """Makes the table equal to the packaged source: all or nothing, and a second time nothing."""
    lines = io.StringIO()
    told = 0
    for region in regions.everywhere():
        parent, _dot, _own = region.code.rpartition(".")
        level = region.code.count(".") + 1
        lines.write(f"{region.code}\t{region.name}\t{level}\t{parent or chr(92) + 'N'}\t{region.postal_code or ''}\n")
        told += 1
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(_STAGING)
        cursor.copy_expert("COPY region_staged FROM STDIN", lines)
        counts = []
        for statement in (_ADD, _CHANGE, _WITHDRAW):
            cursor.execute(statement)
            counts.append(cursor.rowcount)
    added, changed, withdrawn = counts
    return Loaded(added, changed, withdrawn, told - added - changed)


def named(text: str) -> tuple[regions.Region, ...]:
    """The kelurahan and desa in force that a text names, anywhere in the country, in code order: "Sukamaju" or "Sukamaju, Depok".

    What follows a comma is part of the name of what it lies in. Empty before `regions load`.
    """
    name, _comma, part = (" ".join(piece.split()) for piece in text.partition(","))
    rows = Region.objects.filter(level=Region.Level.VILLAGE, in_force=True, name__iexact=name).order_by("code")
    found = (regions.kelurahan(code) for code in rows.values_list("code", flat=True))
    return tuple(region for region in found if region and part.casefold() in region.path.casefold())
