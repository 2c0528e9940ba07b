"""What an officer files from a person's page: a grievance, or who shall act for them; nobody types the NIK again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from beneficiaries import merged_rows
from beneficiaries.models import Grievance, Representation
from wallet.admin.decorators import action
from wallet.admin.steps import row_of


class CaseSteps:
    """Mixed into the page of a person; the steps themselves are those of the two lists.

    From a row that was merged they lead to the one that stands for the human being, as its NIK does.
    """

    case_actions = ("file_grievance", "propose_representative")

    @action(description=_("Catat aduan"), permissions=["beneficiaries.add_grievance"], icon="campaign")
    def file_grievance(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Raises Http404."""
        office: Any = self
        person = merged_rows.survivor(row_of(office, request, object_id))
        answer: HttpResponse = office.admin_site.get_model_admin(Grievance).filing(request, person)
        return answer

    @action(
        description=_("Usulkan wali atau kuasa"),
        permissions=["beneficiaries.add_representation"],
        icon="supervisor_account",
    )
    def propose_representative(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Raises Http404."""
        office: Any = self
        person = merged_rows.survivor(row_of(office, request, object_id))
        answer: HttpResponse = office.admin_site.get_model_admin(Representation).proposing(request, person)
        return answer
