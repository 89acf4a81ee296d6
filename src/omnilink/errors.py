"""Every error omnilink raises, as one tree.

    OmnilinkError
    ├── TransientError            try again later; `retry_after_s` says when, if known
    │   ├── Conflict              somebody else changed what a decision was based on: read again, decide again
    │   ├── StoreBusy             the store could not take the write now; nothing was acknowledged
    │   └── BudgetSpent           the month's budget of an account allows no more; `retry_after_s` to the next month
    ├── PermanentError            trying again the same way cannot help
    │   ├── ConfigError           the configuration is wrong; `setting` names the place
    │   │   ├── SecretMissing     a secret is absent, blank or unreadable: nothing is accepted without it
    │   │   └── UnknownConnector  no installed plugin has that name, or the configuration does not allow it
    │   ├── BadInput              the caller's input cannot be used; `hint` says what to do
    │   │   ├── BadHandle         a text that is no address of any known scheme
    │   │   ├── Ambiguous         a handle that several people hold; `choices` are their contact ids
    │   │   └── UnreadableFile    a file or folder that is no mailbox, message or payload
    │   ├── SendRefused           a message is not sent, and nothing left: `reason` says why
    │   │   └── PolicyRefused     the platform's own rules do not allow it
    │   ├── Refused               a request from outside was not accepted; `status_code` is what it was told
    │   │   └── FetchRefused      a file is not fetched, or not taken: `reason` says why
    │   ├── NotFound              no such record in the caller's scope
    │   ├── ScopeDenied           the scope does not reach that tenant or account
    │   └── StoreUnusable         the database is damaged, newer than this program, or not ours
    └── OutcomeUnknown            a request left and its answer was lost: never repeat it blindly

Fields carry the facts; texts never hold a body, an address, a number or a secret.
"""


class OmnilinkError(Exception):
    """Base of all errors of omnilink.

    Args:
        message: one sentence without any personal data.
        hint: what the reader can do about it.
        connector: the connector concerned, if any.
        retry_after_s: seconds to wait before another try, if known.
        status_code: the HTTP status concerned, if any.
        setting: the configuration key concerned, if any.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        connector: str | None = None,
        retry_after_s: float | None = None,
        status_code: int | None = None,
        setting: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.connector = connector
        self.retry_after_s = retry_after_s
        self.status_code = status_code
        self.setting = setting

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class TransientError(OmnilinkError):
    """Trying again later may help."""


class Conflict(TransientError):
    """What a decision was based on has changed since it was read."""


class StoreBusy(TransientError):
    """The store could not take the write now; nothing was acknowledged."""


class BudgetSpent(TransientError):
    """The month's budget of an account allows no more."""


class PermanentError(OmnilinkError):
    """Trying again the same way cannot help."""


class ConfigError(PermanentError):
    """The configuration is wrong."""


class SecretMissing(ConfigError):
    """A secret is absent, blank or unreadable."""


class UnknownConnector(ConfigError):
    """No installed and allowed plugin has that name."""


class BadInput(PermanentError):
    """The caller's input cannot be used."""


class BadHandle(BadInput):
    """A text that is no address of any known scheme."""


class Ambiguous(BadInput):
    """Several people hold what was asked for.

    Args:
        choices: contact ids to choose from.
    """

    def __init__(self, message: str, *, choices: tuple[str, ...], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.choices = choices


class UnreadableFile(BadInput):
    """A file or folder that holds nothing the connector can read."""


class SendRefused(PermanentError):
    """A message is not sent; this is known before anything left.

    Args:
        reason: a code: `opted-out`, `window-closed`, `unreachable`, `no-account`, `not-supported`, `too-large`,
            `empty`, `policy`, `bad-address`, `cannot-start`, `machine`, `unwanted`, `answered-lately`, `loop`,
            `budget`.
    """

    def __init__(self, message: str, *, reason: str, hint: str | None = None, connector: str | None = None) -> None:
        super().__init__(message, hint=hint, connector=connector)
        self.reason = reason


class PolicyRefused(SendRefused):
    """The platform's own rules do not allow it."""

    def __init__(self, message: str, *, hint: str | None = None, connector: str | None = None) -> None:
        super().__init__(message, reason="policy", hint=hint, connector=connector)


class Refused(PermanentError):
    """A request from outside was not accepted."""


class FetchRefused(Refused):
    """A URL is not fetched, or what it leads to is not taken; trying again cannot help.

    Args:
        reason: `url`, `scheme`, `userinfo`, `host`, `port`, `address`, `redirects`, `too-large`, `encoding`, `gone`,
            `not-authorised`, `wrong-type` or `status`.
    """

    def __init__(self, message: str, *, reason: str, status_code: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint, status_code=status_code)
        self.reason = reason


class NotFound(PermanentError):
    """No such record in the caller's scope."""


class ScopeDenied(PermanentError):
    """The scope does not reach that tenant or account."""


class StoreUnusable(PermanentError):
    """The database is damaged, newer than this program, or not ours."""


class OutcomeUnknown(OmnilinkError):
    """A request left and its answer was lost."""
