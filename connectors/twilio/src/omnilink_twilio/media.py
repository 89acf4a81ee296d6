"""Where Twilio keeps files: behind the account's own login, from where it sends on to its stores.

Sources: https://www.twilio.com/docs/messaging/api/media-resource (basic authentication, a redirect to the file),
https://www.twilio.com/docs/voice/api/recording (the same).
"""

import re

from omnilink.errors import FetchRefused
from omnilink.plugin import Credential, MediaStep, Secrets
from omnilink.plugin.credentials import basic_login, host_of, newest_secret
from omnilink_twilio.manifest import AUTH_TOKEN
from omnilink_twilio.settings import TwilioSettings

STORES = ("twilio.com", "twiliocdn.com", "s3-external-1.amazonaws.com")
_RESOURCE = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/")


def find_media(ref: str, secrets: Secrets, settings: TwilioSettings) -> MediaStep:
    """The one request for a file; the login goes to the API alone.

    Raises:
        FetchRefused: it is no address (a Conversations' file is named by its Sid only).
        SecretMissing: no auth token is configured.
    """
    if not ref.startswith("https://"):
        raise FetchRefused("a file without an address", reason="url")
    hosts = (host_of(settings.api_url), *STORES)
    resource = _RESOURCE.match(ref.removeprefix(settings.api_url)) if ref.startswith(settings.api_url + "/") else None
    if resource is None:
        return MediaStep(ref, hosts)
    token = newest_secret(secrets, AUTH_TOKEN, connector="twilio")
    login = basic_login(settings.account_sid or resource[1], token)
    return MediaStep(ref, hosts, Credential(host_of(settings.api_url), {"authorization": login}))
