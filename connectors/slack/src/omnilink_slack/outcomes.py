"""Outcomes: what the Web API's answer to a call means. https://docs.slack.dev/reference/methods/chat.postMessage#errors"""

import json
from typing import Any

from omnilink.plugin import (
    Accepted,
    Answer,
    Declined,
    HttpAnswer,
    NotDispatched,
    Outcome,
    Step,
    Throttled,
    Unknown,
    read_outcome,
    retry_after_s,
)

_UNREACHABLE = {"channel_not_found", "user_not_found", "not_in_channel", "is_archived", "user_disabled",
                "cannot_dm_bot", "messages_tab_disabled", "no_channel"}  # fmt: skip
_NOT_AUTHORISED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
                   "no_permission", "ekm_access_denied", "org_login_required", "cant_update_message",
                   "cant_delete_message", "access_denied"}  # fmt: skip
_AGAIN = {"service_unavailable", "team_added_to_org", "request_timeout"}
_DONE_ALREADY = {"already_reacted"}
_GONE_ALREADY = {"message_not_found", "file_not_found", "file_deleted"}


def read_answer(step: Step, answer: Answer) -> Outcome:
    """The outcome of a call. Slack answers 200 also when it refuses; `ok` tells."""
    _, method, home = step.name.split(":", 2)
    if method == "upload":  # https://docs.slack.dev/messaging/working-with-files: plain text, no `ok`
        return read_outcome(answer, lambda ok: Accepted(("uploaded",)))
    return read_outcome(answer, lambda ok: _read(method, home, ok))


def _read(method: str, home: str, answer: HttpAnswer) -> Outcome:
    told: dict[str, Any] = json.loads(answer.body)
    if told.get("ok") is not True:
        if method in ("chat.delete", "files.delete") and told.get("error") in _GONE_ALREADY:
            return Accepted()  # a file's message goes with its file
        return _refusal(str(told.get("error") or ""), answer) if told.get("ok") is False else Unknown("answer-not-ok")
    if method == "files.getUploadURLExternal":
        url, ident = told["upload_url"], told["file_id"]
        # Bytes go where the answer says, without credentials: only to Slack itself.
        if not str(url).startswith("https://files.slack.com/"):
            return Declined("bad-request", error_code="upload_url")
        return Accepted((f"{ident} {url}",))
    if method == "files.completeUploadExternal":
        return Accepted(tuple(f"slack:{home}/file/{file['id']}" for file in told["files"]))
    if method == "chat.postMessage":
        channel, ts = told["channel"], told["ts"]
        key = f"slack:{home}/{channel}/{ts}"
        thread = (told.get("message") or {}).get("thread_ts")
        threads = [f"slack:{home}/{channel}/{thread}"] if thread else []
        if str(channel).startswith("D"):
            threads.insert(0, f"slack:{home}/{channel}")
        return Accepted((key,), conversation_keys=tuple(threads) or (key,))
    return Accepted()


def _refusal(error: str, answer: HttpAnswer) -> Outcome:
    if error in ("ratelimited", "rate_limited", "message_limit_exceeded"):
        return Throttled(retry_after_s(answer), error_code=error)
    if error in _AGAIN:
        return NotDispatched(error)
    if error in _DONE_ALREADY:
        return Accepted()
    if error in ("internal_error", "fatal_error"):  # "may have succeeded", says the page
        return Unknown(error)
    if error in _UNREACHABLE:
        return Declined("unreachable", error_code=error)
    if error in _NOT_AUTHORISED:
        return Declined("not-authorised", error_code=error)
    if error == "msg_too_long":
        return Declined("too-large", error_code=error)
    return Declined("bad-request", error_code=error or None)
