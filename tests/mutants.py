"""`mutmut run` for `make mutants`, with the ledger's heart included, and without what changes nothing.

mutmut leaves decorated functions alone, because most decorators cannot be put around a mutant. `@retried` can. It also
changes the case of every text: of a statement that is written out, only the mutant that breaks it is made. Lower case means the
same, and upper case what no test is needed for (a placeholder that psycopg does not know).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation import mutators
from mutmut.mutation.file_mutation import MutationVisitor

SQL = re.compile(r'" *(SELECT|UPDATE|FROM|WHERE)\b')
string_mutants = mutators.operator_string
skips = MutationVisitor._skip_node_and_children


def skips_unless_retried(self: MutationVisitor, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.FunctionDef) and [cst.Module([]).code_for_node(d.decorator) for d in node.decorators] == [
        "retried"
    ]:
        return False
    return bool(skips(self, node))


def string_mutants_that_matter(node: cst.BaseString) -> Iterable[cst.BaseString]:
    text = cst.Module([]).code_for_node(node)
    for mutant in string_mutants(node):
        if not SQL.match(text) or cst.Module([]).code_for_node(mutant).lower() != text.lower():
            yield mutant


if __name__ == "__main__":
    MutationVisitor._skip_node_and_children = skips_unless_retried
    mutators.mutation_operators[:] = [
        (node, string_mutants_that_matter if operator is string_mutants else operator)
        for node, operator in mutators.mutation_operators
    ]
    cli()
