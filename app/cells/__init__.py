"""Cells of lists and record pages: for each field type a Python callable that makes safe markup.

In: a `Field` and the reader's `CellWords`. Out: `cell_of(field, words)`, a function from a value to
`Markup`, built once a column and called once a row: no macro per cell. Others add a
type with one line in `registry.py`.
"""

from app.cells.base import Cell, CellWords, is_numeric
from app.cells.registry import CELLS, cell_of

__all__ = ["CELLS", "Cell", "CellWords", "cell_of", "is_numeric"]
