"""The modules that generated packages import."""
