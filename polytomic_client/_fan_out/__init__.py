"""Call a function for many items: bounded concurrency, outcomes as they finish, and no failure loses the rest."""
