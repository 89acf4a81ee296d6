"""Where X keeps files: posts' in the open, direct messages' behind the account's token, some named by a key only.

Sources: https://docs.x.com/x-api/direct-messages/download-dm-media, https://docs.x.com/x-api/media/media-lookup
"""

import re

from omnilink.errors import FetchRefused
from omnilink.plugin import MediaStep, Secrets
from omnilink.plugin.credentials import bearer_for, host_of
from omnilink.plugin.fields import list_at, read_json, text_at
from omnilink_x.settings import ACCESS_TOKEN, XSettings

STORES = ("twimg.com",)
# The old address of a file in a direct message; the API serves the same file to a bearer token.
_DIRECT = re.compile(
    r"https://ton\.(?:twitter|x)\.com/(?:1\.1|i)/ton/data/dm/([0-9]{1,19})/([0-9]{1,19})/([A-Za-z0-9_.-]{1,50})"
)
_KEY = re.compile(r"[0-9]{1,3}_[0-9]{1,19}")


def find_media(ref: str, told: bytes | None, secrets: Secrets, settings: XSettings) -> MediaStep:
    """The file by its address; of one that is named by its key only, first where it is.

    Raises:
        FetchRefused: it is neither, or X names no address.
        SecretMissing: an access token is needed and none is configured.
    """
    api = (host_of(settings.api_url),)
    if told is None and (direct := _DIRECT.fullmatch(ref)):
        url = f"{settings.api_url}/2/dm_conversations/media/{direct[1]}/{direct[2]}/{direct[3]}"
        return MediaStep(url, api, bearer_for(settings.api_url, secrets, ACCESS_TOKEN, connector="x"))
    if told is None and _KEY.fullmatch(ref):
        url = f"{settings.api_url}/2/media/{ref}?media.fields=url,variants"
        return MediaStep(url, api, bearer_for(settings.api_url, secrets, ACCESS_TOKEN, connector="x"), is_file=False)
    address = ref if told is None else _read_address(told)
    if not address.startswith("https://"):
        raise FetchRefused("a file without an address", reason="url")
    return MediaStep(address, STORES)


def _read_address(told: bytes) -> str:
    answer = read_json(told)
    videos = [url for n in range(len(list_at(answer, "data", "variants")))
              if (url := text_at(answer, "data", "variants", n, "url"))]  # fmt: skip
    address = videos[0] if videos else text_at(answer, "data", "url")
    if address is None:
        raise FetchRefused("a file has no address", reason="gone")
    return address
