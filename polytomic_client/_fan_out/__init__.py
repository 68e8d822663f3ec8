"""One call for each of many items: bounded, as they finish, and no failure loses the rest."""
