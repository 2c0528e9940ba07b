"""The office's search box in a registry of a million people: what the server takes to find one by NIK, phone, KK and name.

The people are made by SQL: sealed columns hold nothing that opens, and the blind indexes of those who are searched are right.
A figure is the slowest of nineteen in twenty searches (p95) of one round, with the rows that the page shows read too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial

from bench import database
from bench.measure import Aim, Plan, Row, Tell, in_rounds
from beneficiaries import search
from beneficiaries.models import Household, Person
from beneficiaries.synthetic_names import COMMUNITIES

AREA = "registry"
PEOPLE, MEMBERS = 1_000_000, 4  # people, and how many live together
SEARCHED = 200
SHOWN = 20
NUMBER_MS, NAME_MS = 50, 200
# Rare and common, today's and the old spelling, one word and several, misspelt.
NAMES = (
    "Sutrisno", "Soetrisno", "Siti Aminah", "Siti", "Muhammad", "Mochamad Rizki", "Djoko", "Joko Widodo", "Nurul",
    "Agus Setiawan", "Sri Wahyuni", "Yohanes", "Situ Aminha", "Sutrinso", "Kristna", "Dewi Lestari", "Ahmad Fauzi",
    "Bambang", "Tjahyono", "Rahmawati",
)  # fmt: skip


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """One row for each kind of term."""
    people = plan.count(PEOPLE)
    database.copy(plan.empty, plan.database)
    tell(f"registry.search: {people:,} people")
    build(people)
    searched = list(range(1, people + 1, max(1, people // SEARCHED)))[:SEARCHED]
    competitors: dict[str, Callable[[], float]] = {
        f"find one of {people:,} people by NIK": partial(_p95, [nik(number) for number in searched]),
        f"find a household of {people:,} people by KK": partial(_p95, [kk(number) for number in searched]),
        f"find one of {people:,} people by phone": partial(_p95, [phone(number) for number in searched]),
        f"find some of {people:,} people by name, however spelt": partial(_p95, NAMES),
    }
    found = in_rounds(competitors, plan.rounds, tell)
    return [
        Row(
            AREA,
            work,
            "ms (p95)",
            figures,
            aim=Aim("<=", NAME_MS if "name" in work else NUMBER_MS),
        )
        for work, figures in found.items()
    ]


def nik(number: int) -> str:
    """The NIK of the number-th person, from 1."""
    return f"317101010180{number % 9_999 + 1:04d}" if number < 9_999 else f"3171{number:012d}"


def kk(number: int) -> str:
    """The KK number of the household in which the number-th person lives."""
    return f"3172{(number - 1) // MEMBERS + 1:012d}"


def phone(number: int) -> str:
    """The phone of the number-th person."""
    return f"+62812{number:08d}"


def build(people: int) -> None:
    """Households of four, with names as they are given in the city, and the right blind indexes for those searched."""
    given = sorted(
        {word for one in COMMUNITIES for sex in (one.male, one.female) for word in (*sex.old, *sex.grown, *sex.young)}
    )
    second = sorted({word for one in COMMUNITIES for sex in (one.male, one.female) for word in sex.second})
    tables = ("beneficiaries_household", "beneficiaries_person")
    [(trigrams,)] = database.sql("SELECT pg_get_indexdef('person_name_trigrams'::regclass)")
    database.sql("DROP INDEX person_name_trigrams")
    for table in tables:
        database.sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # the history of a million additions is not searched
    database.sql(
        """
        INSERT INTO beneficiaries_household (uid, kk_sealed, kk_index, address_sealed, kelurahan, decile)
        SELECT gen_random_uuid(), '', sha256(('kk' || n)::bytea), '', '31.7' || 1 + n %% 5 || '.01.1001', 1 + n %% 10
        FROM generate_series(1, %(homes)s) n
        """,
        {"homes": -(-people // MEMBERS)},
    )
    database.sql(
        """
        INSERT INTO beneficiaries_person (uid, household_id, nik_sealed, nik_index, name, sex, birth_date, phone_index)
        SELECT gen_random_uuid(), (SELECT min(id) FROM beneficiaries_household) + (n - 1) / 4, '', sha256(('nik' || n)::bytea),
               given.names[1 + abs(hashint8(n)::bigint) %% cardinality(given.names)]
                   || CASE n %% 7 WHEN 0 THEN '' ELSE
                      ' ' || second.names[1 + abs(hashint8(n * 31)::bigint) %% cardinality(second.names)] END,
               CASE n %% 2 WHEN 0 THEN 'L' ELSE 'P' END, date '1940-01-01' + (n %% 30000)::int, sha256(('phone' || n)::bytea)
        FROM generate_series(1, %(people)s::bigint) n,
             (SELECT %(given)s::text[] AS names) given, (SELECT %(second)s::text[] AS names) second
        """,
        {"people": people, "given": given, "second": second},
    )
    _make_searchable(people)
    for table in tables:
        database.sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    database.sql("SET maintenance_work_mem = '512MB'")
    database.sql(trigrams)
    database.sql("VACUUM ANALYZE beneficiaries_person, beneficiaries_household")


def _make_searchable(people: int) -> None:
    [(first_person, first_home)] = database.sql(
        "SELECT min(person.id), min(household_id) FROM beneficiaries_person person"
    )
    for number in range(1, people + 1, max(1, people // SEARCHED)):
        database.sql(
            "UPDATE beneficiaries_person SET nik_index = %(nik)s, phone_index = %(phone)s WHERE id = %(id)s",
            {
                "nik": Person.nik.index_of(nik(number)),
                "phone": Person.phone.index_of(phone(number)),
                "id": first_person + number - 1,
            },
        )
        database.sql(
            "UPDATE beneficiaries_household SET kk_index = %(kk)s WHERE id = %(id)s",
            {"kk": Household.kk.index_of(kk(number)), "id": first_home + (number - 1) // MEMBERS},
        )


def _p95(terms: Iterable[str]) -> float:
    """Milliseconds of the slowest but one in twenty."""
    took = []
    for term in terms:
        began = time.perf_counter()
        hits = search.find(term)
        shown = [hit.person for hit in hits if hit.person][:SHOWN]
        if not list(Person.objects.filter(pk__in=shown).select_related("household")) and term not in NAMES:
            raise RuntimeError("somebody who is there was not found")
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[max(0, -(-len(took) * 95 // 100) - 1)]
