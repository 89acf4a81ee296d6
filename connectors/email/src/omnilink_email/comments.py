"""Comments of structured header fields (RFC 5322 §3.2.2): nested, in parentheses, anywhere between tokens."""


def strip_comments(value: str) -> str:
    """The value without its comments; quoted strings stay. An unclosed comment takes the rest with it."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth = 0
    quoted = False
    escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (depth or quoted):
            escaped = True
        elif quoted:
            quoted = char != '"'
        elif char == "(":
            depth += 1
            if depth == 1:
                kept.append(" ")
            continue
        elif char == ")" and depth:
            depth -= 1
            continue
        elif char == '"' and not depth:
            quoted = True
        if not depth:
            kept.append(char)
    return "".join(kept)
