"""Where WhatsApp keeps files: an id leads to an address that lives for five minutes, and both want the token.

Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
"""

import re

from omnilink.errors import FetchRefused
from omnilink.plugin import MediaStep, Secrets
from omnilink.plugin.credentials import bearer_for, host_of
from omnilink.plugin.fields import read_json, text_at
from omnilink_whatsapp.manifest import ACCESS_TOKEN
from omnilink_whatsapp.settings import WhatsAppSettings

STORE = "https://lookaside.fbsbx.com"
_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")


def find_media(ref: str, told: bytes | None, secrets: Secrets, settings: WhatsAppSettings) -> MediaStep:
    """First where a file is, then the file.

    Raises:
        FetchRefused: it is neither an id nor an address, or Meta names no address.
        SecretMissing: no access token is configured.
    """
    if told is None and _ID.fullmatch(ref):
        token = bearer_for(settings.api_url, secrets, ACCESS_TOKEN, connector="whatsapp")
        return MediaStep(f"{settings.api_url}/{ref}", (host_of(settings.api_url),), token, is_file=False)
    address = ref if told is None else _read_address(told)
    if not address.startswith("https://"):
        raise FetchRefused("a file without an address", reason="url")
    # On-premises hubs and Meta's stores alike: the token is for Meta's own store alone.
    hosts = (host_of(settings.api_url), host_of(STORE), "fbcdn.net", "whatsapp.net")
    return MediaStep(address, hosts, bearer_for(STORE, secrets, ACCESS_TOKEN, connector="whatsapp"))


def _read_address(told: bytes) -> str:
    answer = read_json(told)
    address = text_at(answer, "url")
    if address is None:
        raise FetchRefused("a file has no address any more", reason="gone")
    return address
