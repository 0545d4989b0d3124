"""The tests. `tests/conftest.py` says what every test may ask for."""
