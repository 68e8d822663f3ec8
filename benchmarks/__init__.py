"""What this client costs, measured beside others on the same machine: `make bench`."""
