"""What every layer uses: logging, warnings, secrets, the clock and checks of arguments."""
