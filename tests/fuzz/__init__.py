"""Fuzzing of everything that reads what a server sends; see `targets.py`, and `run.py` to do it by coverage."""
