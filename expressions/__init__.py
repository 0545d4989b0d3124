"""The expression language: text into meaning.

In: the text of an expression, a `World` and where it stands. Out: `check` (typed node or problems),
`compile_expression` (a fast Python function), printing, completion, sentences, filter conditions.
Pure: no clock, no database. Used by every storey above.
"""

from __future__ import annotations

from expressions.checker import Checked, Role, check
from expressions.compiler import Compiled, compile_expression
from expressions.completion import Completion, SignatureHelp, complete, signature_at
from expressions.conditions import Condition, Group, from_conditions, to_conditions
from expressions.errors import ExpressionError, ExpressionProblem, Fix
from expressions.evaluation import Env, ErrorValue, exact_numbers
from expressions.parser import parse
from expressions.printer import canonical_text, print_expression
from expressions.references import References, references_of
from expressions.sentences import sentence

__all__ = [
    "Checked",
    "Compiled",
    "Completion",
    "Condition",
    "Env",
    "ErrorValue",
    "ExpressionError",
    "ExpressionProblem",
    "Fix",
    "Group",
    "References",
    "Role",
    "SignatureHelp",
    "canonical_text",
    "check",
    "compile_expression",
    "complete",
    "exact_numbers",
    "from_conditions",
    "parse",
    "print_expression",
    "references_of",
    "sentence",
    "signature_at",
    "to_conditions",
]
