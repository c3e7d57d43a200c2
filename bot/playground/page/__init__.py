"""The page that shows the local Discord in a browser."""
