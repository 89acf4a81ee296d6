"""Servers that put an id of their own on what we send: citizens' answers cite that one.

Amazon SES (docs.aws.amazon.com/ses/latest/dg/header-fields.html): a Message-ID given by the sender is replaced by
`<id>@<region>.amazonses.com`, in us-east-1 by `<id>@email.amazonses.com`; the id is in the answer to the mail's end:
`250 Ok 0000012345678e09-123a4cdc-b56c-78dd-b90e-d123be456789-000000`.
"""

import re

_SES_HOST = re.compile(r"email-smtp(?:-fips)?\.([a-z]{2}(?:-[a-z]{1,16}){1,3}-\d{1,2})\.amazonaws\.com\Z")
_SES_ANSWER = re.compile(r"ok\s+([0-9a-z-]{20,120})\s*\Z", re.IGNORECASE)
_MAIN_REGION = "us-east-1"


def is_rewriting(host: str) -> bool:
    """Whether a server is known to replace Message-IDs."""
    return _SES_HOST.match(host.lower()) is not None


def rewritten_ids(host: str, answer: str) -> tuple[str, ...]:
    """The ids under which a recipient may see a mail, the likeliest last; none where the server keeps ours.

    Args:
        host: of the server that took it.
        answer: its words at the mail's end.
    """
    server, told = _SES_HOST.match(host.lower()), _SES_ANSWER.search(answer)
    if server is None or told is None:
        return ()
    forms = (f"{told[1]}@email.amazonses.com", f"{told[1]}@{server[1]}.amazonses.com")
    return forms[::-1] if server[1] == _MAIN_REGION else forms
