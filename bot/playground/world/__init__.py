"""What exists in the local Discord and how it changes, without a byte of HTTP."""
