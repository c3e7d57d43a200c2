"""A pip that does what its first word says: `fake_pip.py MANNER SOURCE download … REQUIREMENT`.

SOURCE is the wheel it brings; the manner `hangs` connects to that port instead, and stays.
"""

from __future__ import annotations

import socket
import sys
import tempfile
from pathlib import Path

manner, source, *words = sys.argv[1:]
target = Path(words[words.index("--dest") + 1]) / "small-1.0-py3-none-any.whl"

match manner:
    case "brings":
        print("Collecting small==1.0")  # noqa: T201  # to be seen on terminals only
        target.write_bytes(Path(source).read_bytes())
    case "brings-half":
        data = Path(source).read_bytes()
        target.write_bytes(data[: len(data) // 2])
    case "brings-another":
        target.write_bytes(bytes(len(Path(source).read_bytes())))
    case "brings-nothing":
        pass
    case "fails":
        sys.exit(f"WARNING: at first\nERROR: No matching distribution found for {words[-1]}.\n\n")
    case "hangs":
        target.write_bytes(b"PK")
        tempfile.mkstemp(prefix="pip-unpack-")
        with socket.create_connection(("127.0.0.1", int(source))) as told:
            told.recv(1)
