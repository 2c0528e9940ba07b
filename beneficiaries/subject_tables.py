"""What a copy of one's data has of the registry, and what it has not, with the reason; the apps above declare theirs alike.

Other people in it are numbers, and who told of somebody is not even that: of a grievance that another reported, its text, its
conversation and the officers' reasons stay out, because any of them may name the informant. So do officers' notes among
themselves of whatever grievance, and the note of a look at the data for a complaint: that they exist is told.
"""

from __future__ import annotations

from django.db.models import Q

from beneficiaries.models import (
    Collection,
    Consent,
    DataRequest,
    DuplicatePair,
    Evidence,
    Exclusion,
    Grievance,
    GrievanceMessage,
    GrievanceStep,
    Leaving,
    Listing,
    Merge,
    Objection,
    ObjectionFile,
    Person,
    Proposal,
    ProposedChange,
    RegistryImport,
    Representation,
    RepresentationScan,
    Reveal,
    TrialHit,
)
from beneficiaries.subject_rows import Declaration, Subject, Table

ABOUT = ("person", "household", "payment__wallet")
OF_TICKET = ("grievance__person", "grievance__household", "grievance__payment__wallet")
OF_WHO_TOLD = ("text", "reporter_name", "phone", "reporter", "reference", "payment", "subject_kind", "subject_id")


def _as_outsider(subject: Subject) -> Q:
    """Where the subject acts for somebody and was written down by NIK instead of as a person of the registry."""
    indexes = [index for person in subject.people for index in Person.nik.indexes_of_row(person)]
    return Q(representative__isnull=True, nik_index__in=indexes)


def _both_theirs(subject: Subject) -> Q:
    return Q(low__in=subject.numbers, high__in=subject.numbers)


def _still_merged(subject: Subject) -> Q:
    return Q(undone_at__isnull=True)


def _for_no_complaint(subject: Subject) -> Q:
    return ~Q(reason=Reveal.Reason.COMPLAINT)


def _said_to_them(subject: Subject) -> Q:
    return ~Q(kind=GrievanceMessage.Kind.NOTE)


def _of_an_import(subject: Subject) -> Q:
    """Excludes nothing: the only index begins with the import."""
    return Q(run__in=RegistryImport.objects.values("pk"))


TOLD = Declaration(
    tables=(
        Table(Evidence, ("person", "household"), moment="received_at"),
        Table(Proposal, ("person", "household")),
        Table(
            Proposal.evidence.through,
            ("proposal__person", "proposal__household", "evidence__person", "evidence__household"),
            moment="proposal__created_at",
        ),
        Table(Exclusion, ("person", "household"), lasting=("starts_on", "ends_on")),
        Table(Objection, ("exclusion__person", "exclusion__household")),
        Table(
            ObjectionFile,
            ("objection__exclusion__person", "objection__exclusion__household"),
            without=("upload", "sha256"),  # its name and date: the officers hand the file itself over
        ),
        Table(TrialHit, ("person",)),
        # First what they said themselves: each row is told once.
        Table(Grievance, ("reporter",)),
        Table(Grievance, ABOUT, without=OF_WHO_TOLD),
        Table(GrievanceMessage, ("grievance__reporter",), where=_said_to_them),
        Table(GrievanceMessage, ("grievance__reporter", *OF_TICKET), without=("text",), moment="grievance__created_at"),
        Table(GrievanceStep, ("grievance__reporter",)),
        Table(GrievanceStep, OF_TICKET, without=("reason",), moment="grievance__created_at"),
        Table(Consent, ("person", "guardian")),
        Table(Reveal, ("person", "household"), without=("address",), where=_for_no_complaint, moment="at"),
        Table(Reveal, ("person", "household"), without=("address", "note"), moment="at"),
        Table(Representation, ("representative",)),
        Table(Representation, where=_as_outsider),
        Table(Representation, ("for_person",), without=("name", "nik", "phone")),
        Table(
            RepresentationScan,
            ("representation__for_person", "representation__representative"),
            without=("content",),  # it shows the other one's papers too: the office hands it over after a look
        ),
        Table(Collection, ("representation__for_person", "representation__representative")),
        Table(DataRequest, ("person",)),
        Table(ProposedChange, ("request__person",)),
        Table(DuplicatePair, ("low", "high"), where=_both_theirs),
        # Of another person it would tell what of them is alike.
        Table(DuplicatePair, ("low", "high"), without=("score", "reasons", "decision")),
        Table(Merge, ("survivor", "merged"), without=("kept",), where=_still_merged),
        Table(Merge, ("survivor", "merged"), without=("kept", "reason", "undone_reason")),
        Table(Leaving, ("person",), where=_of_an_import),
        Table(Listing, ("person",)),
    ),
    absent={
        "beneficiaries.Proposal.household": (
            "told for their own time; what an exclusion that is older rests on is of those who were at home then: the subject is"
            " told the exclusion, which has its reason and its legal basis"
        ),
        "beneficiaries.Person": "the subject's own rows: they stand at the head of the copy; others at home are others",
        "beneficiaries.Change": "told as the history of the subject and of the household",
        "beneficiaries.PersonKey": "derived from the name for comparing, made anew from it every time",
        "beneficiaries.PersonBlock": "derived from name and numbers for comparing: digests",
        "beneficiaries.Replaced": "digests for taking an import back: what was replaced stands in the history",
    },
)
