"""How each node becomes Python: rules that use the compiler's `Writer`, never `ast` itself.

`reading` loads fields, links and settings; `arithmetic` operators and plain functions; `branching` the
lazy ones; `collecting` lists and aggregates. `compiler.py` finds the rules through `RULES`.
"""
