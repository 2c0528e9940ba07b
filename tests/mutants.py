"""`mutmut run` for `make mutants`, with the ledger's heart included.

mutmut leaves decorated functions alone, because most decorators cannot be put around a mutant. `@retried` can.
"""

from __future__ import annotations

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation.file_mutation import MutationVisitor

skips = MutationVisitor._skip_node_and_children


def skips_unless_retried(self: MutationVisitor, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.FunctionDef) and [cst.Module([]).code_for_node(d.decorator) for d in node.decorators] == [
        "retried"
    ]:
        return False
    return bool(skips(self, node))


if __name__ == "__main__":
    MutationVisitor._skip_node_and_children = skips_unless_retried
    cli()
