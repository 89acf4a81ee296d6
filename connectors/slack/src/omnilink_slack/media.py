"""Where Slack keeps files: `url_private` with the bot's token. Without the scope `files:read` a sign-in page comes.

Source: https://docs.slack.dev/reference/objects/file-object
"""

import re

from omnilink.errors import FetchRefused
from omnilink.plugin import MediaStep, Secrets
from omnilink.plugin.credentials import bearer_for, host_of
from omnilink.plugin.fields import read_json, text_at
from omnilink_slack.settings import BOT_TOKEN, SlackSettings

STORE = "https://files.slack.com"
_ID = re.compile(r"F[0-9A-Z]{2,30}")


def find_media(ref: str, told: bytes | None, secrets: Secrets, settings: SlackSettings) -> MediaStep:
    """The file by its address; of one that is named by its id only, first where it is.

    Raises:
        FetchRefused: it is neither, or Slack names no address.
        SecretMissing: no bot token is configured.
    """
    if told is None and _ID.fullmatch(ref):
        token = bearer_for(settings.api_url, secrets, BOT_TOKEN, connector="slack")
        url = f"{settings.api_url}/files.info?file={ref}"
        return MediaStep(url, (host_of(settings.api_url),), token, is_file=False)
    address = ref if told is None else _read_address(told)
    if not address.startswith("https://"):
        raise FetchRefused("a file without an address", reason="url")
    # `slack.com`: there is the sign-in page, which is better told by its type than by its host.
    return MediaStep(
        address, ("slack.com", "slack-files.com"), bearer_for(STORE, secrets, BOT_TOKEN, connector="slack")
    )


def _read_address(told: bytes) -> str:
    answer = read_json(told)
    address = text_at(answer, "file", "url_private_download") or text_at(answer, "file", "url_private")
    if address is None:
        denied = text_at(answer, "error") in ("missing_scope", "not_authed", "invalid_auth", "token_revoked")
        raise FetchRefused("a file has no address", reason="not-authorised" if denied else "gone")
    return address
