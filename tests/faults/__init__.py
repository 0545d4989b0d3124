"""Faults: a real server that is killed, and people who save while it is busy."""
