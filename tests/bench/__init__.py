"""Benchmarks: Formloom beside a hand-written program for the same work, in the same run."""
