"""Columns: how values of each kind of field are kept. `registry` finds a field's columns by its type."""
