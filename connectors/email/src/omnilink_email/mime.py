"""The tree of a mail: entities with their headers and the place of their bodies (RFC 2046), within limits.

Nothing is copied: an entity knows where its body lies in the mail. An enclosed message is a leaf.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from omnilink_email.headers import Headers, is_known_name, read_headers
from omnilink_email.limits import MAX_DEPTH, Budget
from omnilink_email.parameters import parse_parameters

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")
_GUESSED_BOUNDARY = re.compile(rb"^--([!-~]{1,70})[ \t]*\r?$", re.MULTILINE)
_LONGEST_BOUNDARY = 300
_LONGEST_TAIL = 1_000
_MOST_EMPTY_LINES = 100
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Entity:
    """One node of the tree; raw[start:end] is its body.

    Attributes:
        media_type: lower case, `text/plain` where the field is missing or broken.
        is_broken: a multipart whose parts cannot be found.
        number: of a leaf, counted from 1 in document order (`Media.ref` is `part:<number>`); 0 for a multipart.
    """

    headers: Headers
    media_type: str
    parameters: Mapping[str, str]
    start: int
    end: int
    children: list["Entity"] = field(default_factory=list)
    is_broken: bool = False
    number: int = 0

    def leaves(self) -> Iterator["Entity"]:
        """All leaves in document order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def _type_of(headers: Headers, default: str) -> tuple[str, Mapping[str, str]]:
    value = headers.first("content-type")
    if value is None:
        return default, {}
    token, parameters = parse_parameters(value)
    # RFC 2045 §5.2: what cannot be understood is plain text.
    return (token if _MEDIA_TYPE.fullmatch(token) else "text/plain"), parameters


def _find_parts(raw: bytes, start: int, end: int, boundary: bytes, budget: Budget) -> list[tuple[int, int]]:
    """The ranges between boundary lines (RFC 2046 §5.1.1); a missing last one is the body's end."""
    marker = b"--" + boundary
    ranges: list[tuple[int, int]] = []
    part_start = -1
    position = start
    while (at := raw.find(marker, position, end)) >= 0 and budget.take_boundary_line():
        position = at + len(marker)
        if at > start and raw[at - 1] not in b"\r\n":
            continue
        line_limit = min(end, position + _LONGEST_TAIL)
        line_end = raw.find(b"\n", position, line_limit)
        if line_end < 0:
            if line_limit < end:
                continue
            line_end = end
        tail = raw[position:line_end].strip(b" \t\r")
        if tail not in {b"", b"--"}:
            continue
        if part_start >= 0:
            stop = at
            if stop > part_start and raw[stop - 1] == 0x0A:
                stop -= 1
            if stop > part_start and raw[stop - 1] == 0x0D:
                stop -= 1
            ranges.append((part_start, stop))
            if len(ranges) > budget.parts:
                budget.cut.add("parts")
                return ranges
        part_start = position = min(line_end + 1, end)
        if tail == b"--":
            return ranges
    if 0 <= part_start < end:
        ranges.append((part_start, end))
    return ranges


def _boundary_of(entity: Entity, raw: bytes) -> bytes:
    boundary = entity.parameters.get("boundary", "").rstrip()[:_LONGEST_BOUNDARY].encode("utf-8", "replace")
    if boundary:
        return boundary
    # No boundary told: the first line that looks like one, if it is closed somewhere.
    guessed = _GUESSED_BOUNDARY.search(raw, entity.start, min(entity.end, entity.start + 65_536))
    if guessed is not None and raw.find(b"--" + guessed[1] + b"--", guessed.end(), entity.end) >= 0:
        return guessed[1]
    return b""


def _read_entity(
    raw: bytes, start: int, end: int, budget: Budget, *, default: str = "text/plain", depth: int = 0
) -> Entity:
    headers, body = read_headers(raw, start, end, budget, is_top=depth == 0)
    media_type, parameters = _type_of(headers, default)
    entity = Entity(headers, media_type, parameters, min(body, end), end)
    if not media_type.startswith("multipart/"):
        return entity
    if depth >= MAX_DEPTH:
        budget.cut.add("depth")
        return entity
    boundary = _boundary_of(entity, raw)
    child_default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    for part_start, part_end in _find_parts(raw, entity.start, end, boundary, budget) if boundary else ():
        if not budget.take_part():
            break
        child = _read_entity(raw, part_start, part_end, budget, default=child_default, depth=depth + 1)
        entity.children.append(child)
    entity.is_broken = not entity.children
    return entity


def find_start(raw: bytes) -> int:
    """Where the header begins: after a byte order mark, and after empty lines that a header follows."""
    start = len(_BOM) if raw.startswith(_BOM) else 0
    position = start
    for _ in range(_MOST_EMPTY_LINES):
        if not raw.startswith((b"\n", b"\r\n"), position):
            break
        position = raw.find(b"\n", position) + 1
    line = raw[position : position + 100]
    if position > start and not (is_known_name(line.partition(b":")[0].lower()) or line.startswith(b"From ")):
        return start
    return position


def read_tree(raw: bytes, budget: Budget) -> Entity:
    """Reads the whole mail."""
    root = _read_entity(raw, find_start(raw), len(raw), budget)
    for number, leaf in enumerate(root.leaves(), 1):
        leaf.number = number
    root.headers.fallback = next(
        (leaf.parameters["charset"] for leaf in root.leaves() if "charset" in leaf.parameters), None
    )
    return root
