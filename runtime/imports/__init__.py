"""Imports: a spreadsheet into a form, row by row accounted for.

`matching` guesses what the columns mean, `mapping` holds what the person decided, `rows` turns one
line into raw values, `runs` carries a run from upload to result, `filling` is its job.
"""
