"""Pages: a text of any length, cut into the messages that Discord accepts."""

from bot.domain.pages.paging import LEAST_LIMIT, PAGE_LIMIT, Piece, paginate

__all__ = ["LEAST_LIMIT", "PAGE_LIMIT", "Piece", "paginate"]
