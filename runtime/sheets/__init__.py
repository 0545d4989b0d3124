"""Spreadsheets: files of any origin → rows of plain values; rows of values → inert files.

The only place that knows openpyxl and python_calamine. Called by runtime.imports and runtime.exports.
"""
