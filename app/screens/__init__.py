"""Screens: one blueprint a subject, each view a gate, one call and one answer."""
