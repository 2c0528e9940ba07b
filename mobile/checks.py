"""What `manage.py check` has to say about the way messages leave the house."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string


@register(Tags.security)
def gateway_exists(**_: Any) -> list[CheckMessage]:
    """A configured gateway can be imported."""
    found: list[CheckMessage] = []
    for name, number in (("SMS_GATEWAY", "mobile.E001"), ("PUSH_GATEWAY", "mobile.E002")):
        path = settings.MOBILE[name.lower()]
        try:
            if path:
                import_string(path)
        except ImportError as error:
            found.append(Error(f"{name}={path} cannot be imported: {error}", id=number))
    return found


@register(Tags.security, deploy=True)
def gateway_configured(**_: Any) -> list[CheckMessage]:
    """A deployment sends its messages, and does not write them to a folder."""
    path = settings.MOBILE["sms_gateway"]
    if not path:
        hint = "Set SMS_GATEWAY to the dotted path of a class with send(to, text, *, reference)."
        return [Warning("No SMS gateway: one-time passwords stay queued.", hint=hint, id="mobile.W001")]
    if path == "mobile.sms.SpoolGateway":
        hint = "It is a simulator: set SMS_GATEWAY to a real one."
        return [Warning("One-time passwords are written to files.", hint=hint, id="mobile.W002")]
    return []
