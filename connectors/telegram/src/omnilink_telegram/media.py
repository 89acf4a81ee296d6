"""Where Telegram keeps files: `getFile` names a path that lives for an hour at least. The token is in both paths.

Source: https://core.telegram.org/bots/api#getfile (files of up to 20 MB)
"""

import re
from urllib.parse import quote

from omnilink.errors import FetchRefused
from omnilink.plugin import MediaStep, Secrets
from omnilink.plugin.credentials import host_of, newest_secret
from omnilink.plugin.fields import read_json, text_at
from omnilink_telegram.settings import BOT_TOKEN, TelegramSettings

_ID = re.compile(r"[0-9A-Za-z_-]{1,300}")


def find_media(ref: str, told: bytes | None, secrets: Secrets, settings: TelegramSettings) -> MediaStep:
    """First where a file is, then the file.

    Raises:
        FetchRefused: it is no file id, or Telegram names no path.
        SecretMissing: no bot token is configured.
    """
    token = newest_secret(secrets, BOT_TOKEN, connector="telegram")
    hosts = (host_of(settings.api_url),)
    if told is None:
        if not _ID.fullmatch(ref):
            raise FetchRefused("that is no file id", reason="url")
        return MediaStep(f"{settings.api_url}/bot{token}/getFile?file_id={ref}", hosts, is_file=False)
    answer = read_json(told)
    path = text_at(answer, "result", "file_path")
    if path is None or ".." in path:  # a server of one's own tells a path on its disk: not fetched over HTTP
        raise FetchRefused("a file has no path", reason="gone")
    return MediaStep(f"{settings.api_url}/file/bot{token}/{quote(path.lstrip('/'))}", hosts)
