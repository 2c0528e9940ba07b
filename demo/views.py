"""The simulated text messages of the demo, as a page. Exists in demo mode only."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime

SHOWN = 30


def inbox(request: HttpRequest) -> HttpResponse:
    """The latest messages, newest first."""
    files = sorted(Path(settings.MOBILE["sms_spool"]).glob("*.json"), reverse=True)[:SHOWN]
    messages = [json.loads(file.read_text()) for file in files]
    for message in messages:
        message["at"] = parse_datetime(message["at"])
    return render(request, "demo/inbox.html", {"messages": messages})
