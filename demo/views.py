"""What the demo's phones show, as pages: text messages, and officers' codes. Exists in demo mode only."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime

from demo import authenticators

SHOWN = 30


def inbox(request: HttpRequest) -> HttpResponse:
    """The latest messages, newest first."""
    files = sorted(Path(settings.MOBILE["sms_spool"]).glob("*.json"), reverse=True)[:SHOWN]
    messages = [json.loads(file.read_text()) for file in files]
    for message in messages:
        message["at"] = parse_datetime(message["at"])
    return render(request, "demo/inbox.html", {"messages": messages})


def codes(request: HttpRequest) -> HttpResponse:
    """What the demo officers' authenticators show now: for approving in the browser without a phone."""
    return render(request, "demo/codes.html", {"codes": authenticators.shown_now()})
