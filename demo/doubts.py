"""Doubts about who is aided, and the people's answers: evidence, exclusion and objection; twice registered; complaint; consent.

Before the payment an agency's evidence excludes a household, and a person who was registered twice is joined; after it the
household objects and is paid what it missed, somebody complains and is answered, and consents are given and withdrawn.
"""

from __future__ import annotations

import csv
import time
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from beneficiaries import (
    consents,
    duplicates,
    duplicates_merge,
    grievances,
    objections,
    registry,
    reveals,
    rules,
    screening,
)
from beneficiaries.api.authentication import new_key
from beneficiaries.models import (
    ConsentText,
    DuplicatePair,
    EvidenceKind,
    EvidenceSource,
    Exclusion,
    ExclusionRule,
    Grievance,
    Objection,
    Person,
    Proposal,
    Reveal,
    Screening,
    TrialHit,
)
from beneficiaries.refusals import BIRTH_DATE, COLUMNS, DECILE, KELURAHAN, KK, NAME, NIK, PHONE, SEX
from demo import agency, authenticators, screen
from demo.evidence_client import EvidenceClient
from demo.phone_client import Inbox, Phone
from demo.proof import Proof
from disbursement import approvals, batches, eligibility, exclusions, programmes
from disbursement.models import Batch, Cycle, Enrolment, Instruction, LeftOut, Programme
from wallet import doorbell

RULE = "memiliki-mobil"
PURPOSE = "pencocokan-pajak"
SCREEN_WAIT = 60  # seconds
OWN = (NIK, NAME, SEX, BIRTH_DATE, PHONE)  # what of a row of the registry's file is the person's, not the household's


@dataclass(frozen=True, slots=True)
class Struck:
    """The household that is excluded, and the member of it who objects."""

    person: Person
    exclusion: Exclusion


def exclude(base_url: str, period: date, proof: Proof) -> Struck:
    """An agency tells of a car; a trial counts whom the rule would strike; one officer accepts, of the month on."""
    person = _aided_with_phone()
    source, key = _agency()
    plate = f"B {1_000 + source.evidence.count()} DMO"
    day = (timezone.localdate() - timedelta(days=30)).isoformat()
    item = {
        "reference": f"DEMO-{uuid.uuid4().hex[:12]}",
        "nik": person.nik,
        "kind": EvidenceKind.VEHICLE.value,
        "value": {"vehicle": "car", "plate": plate, "pkb": "paid", "owned": True},
        "date": day,
    }
    client = EvidenceClient(base_url, key)
    _, first = client.send(item)
    _, again = client.send(item)
    status, _ = EvidenceClient(base_url, "x" * 43).send(item)
    screen.line(
        f"{source.name} sends one car over the evidence API: {first['added']} added; sent again: {again['known']} known"
    )
    proof.claim("evidence that is sent again is kept once", (1, 0, 1), (first["added"], again["added"], again["known"]))
    proof.refused("evidence with a key that nobody has", "401", str(status))

    maker, approver = User.objects.get(username="petugas"), User.objects.get(username="penyetuju")
    versions = ExclusionRule.objects.filter(code=RULE)
    version = versions.in_force(timezone.localdate()).first() or versions.latest("pk")
    trial = _screened(screening.request(maker, rule=version))
    members = person.household.members.filter(status=Person.Status.ACTIVE).count()
    screen.line(
        f"trial of “{version.title}” on {trial.people_seen:,} people: would exclude {trial.people_hit} in"
        f" {trial.households_hit} household(s)"
    )
    would = TrialHit.objects.filter(screening=trial, person__household=person.household_id).count()
    proof.claim("a trial counts whom the rule would exclude", members, would)
    proof.claim("a trial excludes nobody", 0, Proposal.objects.filter(screening=trial).count())
    if version.enforced_at is None:
        rules.enforce(version, by=approver)
    _screened(screening.request(maker))
    proposal = Proposal.objects.get(household=person.household_id, code=RULE, status=Proposal.Status.UNDECIDED)
    exclusion = screening.accept(proposal, maker, "Cocok dengan data pajak kendaraan", period)
    screen.line(f"{maker} accepts the proposal: excluded from {period}, may object until {exclusion.objection_until}")
    return Struck(person, exclusion)


def _aided_with_phone() -> Person:
    """An active person of the food programme and no other, alone with their phone, whom nobody has excluded before."""
    other = Enrolment.objects.exclude(programme__code="SEMBAKO").values("person__household")
    found = (
        Person.objects.filter(enrolments__programme__code="SEMBAKO", enrolments__status=Enrolment.Status.ACTIVE)
        .filter(phone_index__isnull=False, status=Person.Status.ACTIVE)
        .exclude(household__in=other)
        .exclude(household__in=Exclusion.objects.filter(household__isnull=False).values("household"))
        .select_related("household")
        .order_by("-pk")
    )
    for person in found.iterator(chunk_size=100):
        if Person.objects.with_phone(person.phone).count() == 1:
            return person
    raise LookupError("nobody left to doubt: take more --people, or `make clean`")


def _agency() -> tuple[EvidenceSource, str]:
    """The tax office, with a fresh key."""
    source, _ = EvidenceSource.objects.get_or_create(
        code="bapenda-demo",
        defaults={"name": "Bapenda (demo)", "kinds": [EvidenceKind.VEHICLE.value], "key_sha256": uuid.uuid4().bytes},
    )
    key = new_key(source)
    source.save(update_fields=["key_sha256"])
    return source, key


def _screened(asked: Screening) -> Screening:
    """The screening once a worker has done it. Raises TimeoutError."""
    doorbell.ring("beneficiaries.tasks.screen")
    until = time.monotonic() + SCREEN_WAIT
    while asked.status == Screening.Status.WAITING:
        if time.monotonic() > until:
            raise TimeoutError("nothing is screened: see .data/run/worker.log")
        time.sleep(0.1)
        asked.refresh_from_db()
    return asked


# --- twice registered ---


def register_twice(folder: Path, file: Path, proof: Proof) -> Person:
    """One person comes again in a supplement of the registry, under another NIK and in another household, and is enrolled.

    Raises LookupError if nobody of the file is left to be taken.
    """
    person, row = _double(file)
    supplement = folder / "registry-supplement.csv"
    with supplement.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
    done = registry.import_file(supplement, supplement.with_suffix(".errors.csv"), User.objects.get(username="petugas"))
    proof.claim("the supplement adds one person", (1, 0), (done.added, done.refused))
    eligibility.enrol_eligible(Programme.objects.get(code="KLJ"))
    return person


def _double(file: Path) -> tuple[Person, dict[str, str]]:
    """The first person of the file whom nobody was taken for yet, and their row with another NIK and another's household."""
    home: dict[str, str] | None = None
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            person = Person.objects.with_nik(row[NIK]).select_related("household").first()
            if person is None or not _as_imported(person, row):
                continue
            if home is not None and row[KK] != home[KK] and _once_registered(person):
                mixed = {column: row[column] if column in OWN else home[column] for column in COLUMNS}
                return person, mixed | {NIK: _free_nik(row[NIK][:12])}
            home = home or row
    raise LookupError("nobody left to register twice: take more --people, or `make clean`")


def _as_imported(person: Person, row: dict[str, str]) -> bool:
    """True for a row that the registry took word for word: some of the file are refused, or put right on the way in."""
    home = person.household
    said = (row[NAME], row[BIRTH_DATE], row[KK], row[KELURAHAN], row[DECILE])
    return said == (person.name, person.birth_date.isoformat(), home.kk, home.kelurahan, str(home.decile))


def _once_registered(person: Person) -> bool:
    """Active, aided by the old people's programme alone, and never taken for somebody else."""
    aided = Enrolment.objects.filter(person=person, status=Enrolment.Status.ACTIVE).values_list(
        "programme__code", flat=True
    )
    paired = DuplicatePair.objects.filter(Q(low=person) | Q(high=person))
    return person.status == Person.Status.ACTIVE and list(aided) == ["KLJ"] and not paired.exists()


def _free_nik(beginning: str) -> str:
    """A NIK of the same district, birth date and sex that nobody in the registry has."""
    niks = (f"{beginning}{number:04}" for number in range(9_000, 9_999))
    return next(nik for nik in niks if not Person.objects.with_nik(nik).exists())


def merge(person: Person, proof: Proof) -> None:
    """The search finds the pair, and an officer joins the second row to the first."""
    found = duplicates.find()
    second = (
        DuplicatePair.objects.filter(status=DuplicatePair.Status.OPEN, low=person).order_by("-score", "-pk").first()
    )
    if second is None:
        proof.claim("whoever is registered twice is found", True, False)
        return
    approver = User.objects.get(username="penyetuju")
    duplicates_merge.merge(second, person, approver, "Orang yang sama, KTP ganti alamat")
    screen.line(
        f"{found.compared:,} pairs compared, one person under two NIKs ({second.score} points): joined by {approver}"
    )
    rows = Enrolment.objects.filter(programme__code="KLJ", person__in=[second.low_id, second.high_id])
    active = rows.filter(status=Enrolment.Status.ACTIVE)
    proof.claim("who was registered twice is enrolled once", [person.pk], [row.person_id for row in active])


def check_paid(struck: Struck, merged: Person, period: date, proof: Proof) -> None:
    """After the payment: the excluded household is left out with its reason, the joined person is paid once."""
    of_cycle = Instruction.objects.filter(cycle__period=period, status=Instruction.Status.PAID)
    at_home = of_cycle.filter(enrolment__person__household=struck.person.household_id)
    left_out = LeftOut.objects.filter(cycle__period=period, exclusion=struck.exclusion)
    proof.claim("the excluded household is left out, with the reason kept", (0, 1), (at_home.count(), left_out.count()))
    both = of_cycle.filter(enrolment__person__in=[merged, *merged.merged_from.all()], cycle__programme__code="KLJ")
    proof.claim("who was registered twice is paid once", 1, both.count())


# --- the people's answers ---


def object_to(struck: Struck, base_url: str, inbox: Inbox, proof: Proof) -> list[Batch]:
    """From the phone: why one is excluded, and the objection; another officer decides; what was missed is paid."""
    person = struck.person
    phone = Phone(base_url, person.phone, person.birth_date.isoformat())
    phone.activate(inbox)
    [told] = [one for one in phone.exclusions() if one["ends_on"] is None]
    screen.line(f"the phone says why: {told['reason'][:70]}…")
    proof.claim("the excluded are told the law", struck.exclusion.legal_basis, told["legal_basis"])
    phone.object(told["id"], "Mobil itu sudah saya jual, tetapi belum balik nama.")
    maker, approver = User.objects.get(username="petugas"), User.objects.get(username="penyetuju")
    reveals.reveal(person, "phone", reason=Reveal.Reason.CONTACT, note="Menanyakan kuitansi jual beli", by=maker)
    look = phone.access_log()[0]
    screen.line(f"the phone says who looked: {look['shown']}, {look['role']}, {look['reason_text']}")
    proof.claim("the citizen sees who looked at their data", ("Petugas", "contact"), (look["role"], look["reason"]))
    objection = Objection.objects.get(exclusion=struck.exclusion)
    proof.must_refuse(
        "who accepted an exclusion decides on the objection",
        "decider_accepted_it",
        lambda: objections.uphold(objection, maker, "Kuitansi jual beli sah"),
    )
    objections.uphold(objection, approver, "Kuitansi jual beli sah")
    struck.exclusion.refresh_from_db()
    before = phone.purses()["book_balance"]
    restored = [_pay_missed(missed.cycle.pk, maker, approver) for missed in exclusions.missed(struck.exclusion)]
    agency.wait_until_closed(restored)
    owed = sum(batch.total for batch in restored)
    screen.line(f"{approver} upholds it: {screen.rupiah(owed)} that was missed is paid in a batch of its own")
    proof.claim(
        "an upheld objection pays what was missed", (1, owed), (len(restored), phone.purses()["book_balance"] - before)
    )
    proof.claim("nothing is owed any more", [], exclusions.missed(struck.exclusion))
    proof.claim("the exclusion never was", [True], [one["ends_on"] == one["starts_on"] for one in phone.exclusions()])
    return restored


def _pay_missed(cycle: int, maker: User, approver: User) -> Batch:
    batch = batches.prepare(Cycle.objects.get(pk=cycle))
    batch = approvals.submit(batch, by=maker)
    programmes.fund(batch.cycle.programme, batch.total, f"DEMO-SANGGAH-{batch.pk}")
    return authenticators.approve(batch, approver, "Sanggahan diterima")


def complain(phone: Phone, proof: Proof) -> None:
    """A complaint from the phone, answered by an officer, and closed by the one who complained."""
    reference = str(uuid.uuid4())
    made = phone.complain("pedagang", "Warung menolak kode bayar saya.", reference)
    again = phone.complain("pedagang", "Warung menolak kode bayar saya.", reference)
    proof.claim("a complaint that is sent again is one ticket", made["number"], again["number"])
    officer = User.objects.get(username="petugas")
    ticket = grievances.take(Grievance.objects.get(number=made["number"]), by=officer)
    grievances.answer(ticket, "Warung sudah kami hubungi; kode bayar diterima lagi.", by=officer)
    heard = phone.complaint(made["id"])
    proof.claim("the answer reaches the phone", ("answered", 1), (heard["status"], len(heard["messages"])))
    closed = phone.verdict(made["id"], satisfied=True)
    proof.claim("whoever complained closes it", ("closed", True), (closed["status"], closed["satisfied"]))
    screen.line(
        f"{made['number']}, to be answered by {made['due_at'][:10]}: answered by {officer}, closed by the citizen"
    )


def consent(phone: Phone, proof: Proof) -> None:
    """A consent given and withdrawn from the phone, told first what that ends; and a notice that nobody can withdraw."""
    _words()
    told = phone.consents()
    asked = next(one for one in told["consents"] if one["purpose"] == PURPOSE)
    given = phone.agree(PURPOSE, asked["version"])
    proof.claim("the text that was shown is the one agreed to", asked["text"], given["agreed"]["text"])
    proof.must_refuse(
        "a withdrawal before its consequence was read",
        "consequence_first",
        lambda: phone.withdraw(PURPOSE, asked["version"], understood=False),
    )
    now = phone.withdraw(PURPOSE, asked["version"], understood=True)
    proof.claim("a consent is withdrawn by whoever gave it", "withdrawn", now["status"])
    notice = told["notices"][0]
    proof.must_refuse(
        "the withdrawal of what rests on a law",
        "not_a_consent",
        lambda: phone.withdraw(notice["purpose"], notice["version"], understood=True),
    )
    screen.line(
        f"consent to “{asked['title']}” v{asked['version']}: given, withdrawn after “{asked['consequence'][:50]}…”"
    )


def _words() -> None:
    """What people are asked and told, worded once by the data protection officer."""
    by = User.objects.get(username="data")
    if not ConsentText.objects.filter(purpose=PURPOSE).exists():
        consents.word(
            PURPOSE,
            "Pencocokan otomatis dengan data pajak",
            "Saya setuju data saya dicocokkan dengan data pajak sehingga saya tidak perlu membawa surat keterangan.",
            by=by,
            consequence="Surat keterangan penghasilan harus dibawa sendiri ke kantor kelurahan.",
        )
    if not ConsentText.objects.filter(purpose="penyaluran").exists():
        consents.word(
            "penyaluran",
            "Penetapan dan penyaluran bantuan",
            "Data Anda dan keluarga Anda dipakai untuk menetapkan siapa yang dibantu dan untuk membayarkannya.",
            by=by,
            basis=ConsentText.Basis.PUBLIC,
            legal_basis="UU 13/2011 tentang Penanganan Fakir Miskin",
        )
