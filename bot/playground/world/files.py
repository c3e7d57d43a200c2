"""Names, kinds and addresses of files."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import time
from urllib.parse import parse_qs, urlsplit

MOST_FILES, LARGEST_FILE = 10, 10 * 1024 * 1024
"""https://docs.discord.com/developers/reference#uploading-files"""

UNKNOWN = "application/octet-stream"
TYPE = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}(; ?charset=[\w-]{1,32})?", re.ASCII)
MOMENT = re.compile(r"[0-9a-f]{1,12}")


def signature(location: str, expires: float) -> str:
    """The query that opens a file's address until then, as Discord signs its links."""
    moment = f"{int(expires):x}"
    seal = hashlib.blake2b(f"{urlsplit(location).path}{moment}".encode(), digest_size=16)
    return f"ex={moment}&hm={seal.hexdigest()}"


def opens(location: str, query: str) -> bool:
    """Whether this query opens the file's address at this moment."""
    moment = parse_qs(query).get("ex", [""])[0]
    if not MOMENT.fullmatch(moment):
        return False
    expires = int(moment, 16)
    return expires > time.time() and query == signature(location, expires)


def safe_name(filename: str) -> str:
    """The name that Discord gives a file of this name: letters, digits and `._-`."""
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in filename)
    return kept.strip("_") or "file"


def content_type(filename: str, given: str | None = None) -> str:
    """What Discord takes a file for: by its name first, then by what it was called."""
    guessed, _ = mimetypes.guess_type(filename)
    if filename.endswith(".md"):
        guessed = "text/markdown"
    kind = guessed or (given if given and TYPE.fullmatch(given) else UNKNOWN)
    return f"{kind}; charset=utf-8" if kind.startswith("text/") and ";" not in kind else kind
