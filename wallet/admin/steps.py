"""Steps that change something: a page says what will happen, a POST does it, a message says what happened.

What goes wrong is said in the reader's words on the page they came from. The office never answers a rule with a 500.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from wallet.admin.rows import change_url
from wallet.errors import WalletError
from wallet.transactions import retried


class ReasonForm(forms.Form):
    """Why an officer does it; kept with the row and in its history."""

    reason = forms.CharField(
        label=_("Alasan"),
        max_length=200,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Dibaca oleh siapa pun yang memeriksa langkah ini nanti."),
    )


class Refused(WalletError):
    """A step that ends without having done anything, in the words of whoever refuses."""

    code = "refused"
    message = "%(said)s"


class AskAgain(Refused):
    """Nothing is wrong, but the officer has to look at something before it is done."""

    level = messages.WARNING


@dataclass(frozen=True, slots=True)
class Done:
    """What a step achieved, in words, and where to go then (the row's page by default)."""

    message: Any
    url: str = ""
    level: int = messages.SUCCESS


@dataclass(frozen=True, slots=True)
class Step:
    """A step's page: its title, what it tells before it asks, and the button."""

    title: Any
    button: Any
    text: Any = ""
    facts: list[tuple[Any, Any]] = field(default_factory=list)
    warnings: list[Any] = field(default_factory=list)
    form: Callable[..., forms.BaseForm] = forms.Form
    initial: dict[str, Any] = field(default_factory=dict)
    danger: bool = False
    possible: bool = True  # False: the page explains and offers no button
    hidden: dict[str, str] = field(default_factory=dict)
    errors: tuple[type[Exception], ...] = (WalletError,)
    as_one: bool = False  # the deed and its line in the history stand or fall together: the reason is kept there alone
    template: str = "wallet/admin/step.html"


class AddedByStep:
    """A table whose rows are added by a step instead of the model's form: by `adding`, once its permission is held."""

    has_add_permission: Any  # of the table that this is mixed into

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The address of Django's own form. Raises PermissionDenied."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.adding(request)

    def adding(self, request: HttpRequest) -> HttpResponse:
        """The step's page (GET), and its deed (POST)."""
        raise NotImplementedError


def row_of(admin: ModelAdmin, request: HttpRequest, object_id: str) -> Any:
    """The row of the address, as far as the officer may see it. Raises Http404."""
    row = admin.get_object(request, object_id)
    if row is None:
        raise Http404
    return row


def take_with_reason(
    admin: ModelAdmin, request: HttpRequest, row: Any, deed: Callable[[Any, Any, str], object], said: Any, **words: Any
) -> HttpResponse:
    """`take` for a deed (row, officer, reason) that needs a reason and nothing else; `said` has a place for it.

    `words` are those of the Step. The reason is kept with the row's history, and the deed stands or falls with it.
    """

    def run(data: dict[str, Any]) -> Done:
        deed(row, request.user, data["reason"])
        return Done(said % data)

    return take(admin, request, Step(form=ReasonForm, as_one=True, **words), run, row)


def take(
    admin: ModelAdmin,
    request: HttpRequest,
    step: Step,
    run: Callable[[dict[str, Any]], Done],
    row: Model | None = None,
    back: str = "",
) -> HttpResponse:
    """Shows the step's page (GET) or runs it (POST); permission was checked by whoever calls.

    A refused step says why: a page with fields keeps what was typed, one without returns to the row.
    """
    back = back or (change_url(row) if row is not None else "")
    posted = request.method == "POST"
    form = step.form(request.POST if posted else None, request.FILES if posted else None, initial=step.initial)
    if request.method == "POST" and form.is_valid():

        def run_and_note() -> Done:
            done = run(form.cleaned_data)
            if row is not None:
                admin.log_change(request, row, str(done.message))
            return done

        try:
            done = retried(run_and_note)() if step.as_one else run_and_note()
        except step.errors as error:
            messages.add_message(request, getattr(error, "level", messages.ERROR), str(error))
            if not form.visible_fields():
                return HttpResponseRedirect(back)
        else:
            messages.add_message(request, done.level, str(done.message))
            return HttpResponseRedirect(done.url or back)
    context = admin.admin_site.each_context(request) | {
        "title": step.title,
        "subtitle": row if row is not None else None,
        "opts": admin.opts,
        "original": row,
        "step": step,
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, step.template, context)
