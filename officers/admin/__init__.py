"""The office's view of officers' second factor."""

from officers.admin import authenticators

__all__ = ["authenticators"]
