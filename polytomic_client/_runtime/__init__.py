"""What the generated packages import."""
