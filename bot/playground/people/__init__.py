"""People and what they do in the local Discord, with a person's permissions."""
