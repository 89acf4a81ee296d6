"""The new text of every reply of a file: `{"id", "text" or "html"}` a line in, `{"id", "reply"}` a line out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from omnilink.conversation.quotes import reply_text


def predict(path: Path) -> Iterator[dict[str, Any]]:
    """What omnilink shows of each mail.

    Args:
        path: a JSONL file; of a line only `id`, `text` and `html` are read.

    Yields:
        `{"id", "reply"}` in the order of the file.
    """
    with path.open(encoding="utf-8") as rows:
        for row in rows:
            if row.strip():
                case = json.loads(row)
                yield {"id": case["id"], "reply": reply_text(case.get("text") or "", html=case.get("html")).text}
