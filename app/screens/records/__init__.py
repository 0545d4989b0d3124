"""Screens of records: the list with its views and filters, the form, the record page."""
