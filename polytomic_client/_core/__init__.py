"""Shared by every layer: logging, warnings, secrets, the clock, clean-up and argument checks."""
