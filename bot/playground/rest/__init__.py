"""Discord's HTTP API v10, as far as this bot uses it."""
