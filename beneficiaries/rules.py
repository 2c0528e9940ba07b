"""Rules as CEL expressions over facts: compiled once, tried on an example, never deciding by accident."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any

import cel
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries import facts
from beneficiaries.models import ExclusionRule, Screening
from beneficiaries.screening_errors import AuthorEnforces, RuleBroken, RuleEnforced, RuleOverlaps, RuleUntried

# Loops inside loops: a rule of a few hundred characters could keep a worker busy for hours. No fact is a list.
COMPREHENSION = re.compile(r"\.\s*(all|exists|exists_one|map|filter|transformList|transformMap)\s*\(")
MOST_ANSWERS = 50_000  # kept of a rule: most people of a registry look alike to it, and asking it is slow
Rule = Callable[[dict[str, Any]], bool]


def compiled(expression: str, example: dict[str, Any]) -> Rule:
    """The expression as a function of facts that are shaped like the example.

    Raises RuleBroken if it does not compile, loops, or is no yes-or-no. The function raises it too, for facts on which the
    rule breaks (a division by zero).
    """
    return _compiled(expression, json.dumps(example, sort_keys=True))


@lru_cache(maxsize=256)
def _compiled(expression: str, example: str) -> Rule:
    if COMPREHENSION.search(_code(expression)):
        raise RuleBroken(reason=".all, .exists, .map, .filter")
    try:
        program = cel.compile(expression)
    except Exception as error:  # the library raises several kinds, all of which mean: this text is not a rule
        raise RuleBroken(reason=_said(error)) from error

    reads = paths(expression, json.loads(example))
    read = None if reads is None else reader(reads)
    answers: dict[tuple[Any, ...], bool] = {}

    def holds(known: dict[str, Any]) -> bool:
        if read is None:
            return decide(known)
        key = read(known)
        if key not in answers:
            if len(answers) >= MOST_ANSWERS:
                answers.clear()
            answers[key] = decide(known)
        return answers[key]

    def decide(known: dict[str, Any]) -> bool:
        try:
            answer = program.execute(known)
        except Exception as error:  # as above
            raise RuleBroken(reason=_said(error)) from error
        if not isinstance(answer, bool):
            raise RuleBroken(reason=_("hasilnya bukan ya atau tidak"))
        return answer

    decide(json.loads(example))
    return holds


_UNKNOWN = re.compile(r"Undefined variable or function: '([^']*)'")
_MISTAKE = re.compile(r"ERROR: <input>:([0-9]+):([0-9]+): Syntax error")
# What is no code: a remark, and a text however it is quoted. Raw ones first, in which a backslash is a letter like any other.
_REMARK_OR_TEXT = re.compile(
    r"""
    //[^\n]*
    | [bB]?[rR](?: \"{3}.*?\"{3} | '{3}.*?'{3} | "[^"]*" | '[^']*' )
    | \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3}
    | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"(?<![\w.])([a-z_]\w*)((?:\s*\.\s*[A-Za-z_]\w*)*)")
Path = tuple[str, ...]


def paths(expression: str, example: dict[str, Any]) -> tuple[Path, ...] | None:
    """Which single facts the expression reads, each as its names from the outside in; None where that cannot be told.

    Where it is told, the answer depends on these values alone.
    """
    found: dict[Path, None] = {}
    for outer, inner in _NAME.findall(_code(expression)):
        if outer not in example:
            continue
        names, value = [outer], example[outer]
        for name in (part.strip() for part in inner.split(".")[1:]):
            if not isinstance(value, dict):
                break  # a function of the value
            if name not in value:
                return None
            names, value = [*names, name], value[name]
        if isinstance(value, dict):
            return None
        found[tuple(names)] = None
    return tuple(found)


def _code(expression: str) -> str:
    """The expression without remarks, each text in it a number."""
    return _REMARK_OR_TEXT.sub(lambda found: " " if found[0].startswith("//") else "0", expression)


def value_at(known: dict[str, Any], path: Path) -> Any:
    """The fact at the path, or None where the facts do not have it."""
    value: Any = known
    try:
        for name in path:
            value = value[name]
    except (KeyError, TypeError):
        return None
    return value


def reader(these: Sequence[Path]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """A function that takes what is at the paths, in one order for all facts: equal answers mean equal facts there.

    A few hundred thousand people are asked one after the other; so facts that stand side by side are taken at once.
    """
    beside: dict[str, list[str]] = {}
    for path in these:
        if len(path) == 2:
            beside.setdefault(path[0], []).append(path[1])
    taken = [(outer, itemgetter(*names)) for outer, names in beside.items()]
    elsewhere = [path for path in these if len(path) != 2]

    def read(known: dict[str, Any]) -> tuple[Any, ...]:
        try:
            found = tuple([take(known[outer]) for outer, take in taken])
        except (KeyError, TypeError):  # told of less than the example: looked at one by one
            return (tuple(value_at(known, path) for path in these),)
        return found + tuple([value_at(known, path) for path in elsewhere]) if elsewhere else found

    return read


def _said(error: Exception) -> str:
    """Why the library refuses, in the reader's language; what it says of a rare one stands as it is."""
    line = (str(error).splitlines() or [""])[0]
    if isinstance(error, KeyError):
        return _("tidak ada fakta bernama %(name)s") % {"name": line.strip("'\"")}
    if unknown := _UNKNOWN.match(line):
        return _("tidak ada fakta atau fungsi bernama %(name)s") % {"name": unknown[1]}
    if mistake := _MISTAKE.search(line):
        return _("salah tulis pada baris %(line)s, huruf ke-%(place)s") % {"line": mistake[1], "place": mistake[2]}
    if line.startswith("No such overload"):
        return _("dua nilai yang tidak sejenis dibandingkan atau dihitung")
    if isinstance(error, ZeroDivisionError):
        return _("dibagi nol")
    return line[:200]


def of(version: ExclusionRule) -> Rule:
    """The version's expression over the facts of its scope (facts.EXAMPLES). Raises RuleBroken."""
    return compiled(version.expression, facts.EXAMPLES[version.scope])


def enforce(version: ExclusionRule, by: User | None) -> ExclusionRule:
    """The version counts from its first day on; an earlier one without an end is ended the day before.

    Raises AuthorEnforces (a trigger says so too), RuleEnforced (it is in force already), RuleUntried (no trial of it has
    finished), RuleOverlaps (another version in force shares a day with it).
    """
    try:
        with transaction.atomic():
            version = ExclusionRule.objects.select_for_update().get(pk=version.pk)
            if version.enforced_at is not None:
                raise RuleEnforced
            if by is not None and by.pk == version.by_id:
                raise AuthorEnforces
            if not version.trials.filter(status=Screening.Status.DONE).exists():
                raise RuleUntried
            ExclusionRule.objects.filter(
                code=version.code,
                enforced_at__isnull=False,
                valid_until__isnull=True,
                valid_from__lt=version.valid_from,
            ).update(valid_until=version.valid_from - timedelta(days=1))
            version.enforced_at, version.enforced_by = timezone.now(), by
            version.save(update_fields=["enforced_at", "enforced_by"])
    except IntegrityError:
        raise RuleOverlaps(code=version.code) from None
    return version
