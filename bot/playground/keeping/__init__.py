"""Keeping: what was said in the local Discord is there again after the next start."""
