"""The page: the local Discord in a browser, as one of the people who live there sees it."""
