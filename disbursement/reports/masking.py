"""Small groups: whoever knows that a group has three people could learn from its figures what each of them receives.

For the public a group with fewer people than `settings.DISBURSEMENT["small_group"]` shows nothing but that, and so does the
group beside it without which the hidden one could be computed from the total. Lengths of time need as many payments; reasons
of failure are left out. Officers who may see small groups (`see_small_groups`) read everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from django.conf import settings

Figures = Mapping[str, Any]
TIMES = {
    "wait_median": "paid",
    "wait_most": "paid",
    "waits": "paid",
    "use_median": "used",
    "use_most": "used",
    "uses": "used",
}


class Hidden(Enum):
    """Why a group's figures are not shown."""

    NO = "no"
    SMALL = "small"  # too few people
    BESIDE = "beside"  # large enough, but the total less it would tell of a small one


def least() -> int:
    """How many people a group has at least whose figures everybody may see."""
    return int(settings.DISBURSEMENT["small_group"])


def hidden(groups: Mapping[str, Figures], total: Figures) -> tuple[dict[str, Hidden], Hidden]:
    """For each group whether it is hidden, and the same for the total.

    What is hidden is always at least two groups with together as many people as one may show, or else everything.
    """
    many = {key: int(figures["enrolled"]) for key, figures in groups.items()}
    if int(total["enrolled"]) < least():
        return dict.fromkeys(groups, Hidden.SMALL), Hidden.SMALL
    found = {key: Hidden.SMALL if count < least() else Hidden.NO for key, count in many.items()}
    beside = sorted((key for key, state in found.items() if state is Hidden.NO), key=lambda key: (many[key], key))
    small = [key for key, state in found.items() if state is Hidden.SMALL]
    while small and (len(small) < 2 or sum(many[key] for key in small) < least()):
        if not beside:
            return found, Hidden.BESIDE
        small.append(beside.pop(0))
        found[small[-1]] = Hidden.BESIDE
    return found, Hidden.NO


def without_times(figures: Figures) -> dict[str, Any]:
    """The figures without lengths of time that were measured on fewer payments than a group must have people."""
    return {
        name: None if name in TIMES and int(figures[TIMES[name]]) < least() else figure
        for name, figure in figures.items()
    }
