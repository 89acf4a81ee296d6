"""IMAP: each mail once, in order, with the cursor of its own commit, and no flag touched."""

import threading

import anyio
import pytest

from omnilink.errors import ConfigError, TransientError
from omnilink.plugin import ConnectorSettings, Secret
from omnilink_email.connector import EmailConnector
from omnilink_email.polling import LOT_BYTES, LOT_MAILS, read_cursor, split_lots

SECRETS = {"imap_password": (Secret("correct horse"),)}


def make(inbox, **options):
    class Connector(EmailConnector):
        open_folder = staticmethod(inbox.open)

    options = {"imap_host": "imap.town.example", "imap_username": "desk", "imap_idle_s": 1, **options}
    return Connector(ConnectorSettings("mail", options=options))


async def take(inbox, cursor=None, lots=1, between=lambda n: None):
    found = []
    polling = make(inbox).poll(cursor, SECRETS, None)
    async for lot in polling:
        found.append(list(lot))
        if len(found) == lots:
            break
        between(len(found))
    await polling.aclose()
    return found


@pytest.mark.anyio
async def test_each_mail_has_its_own_cursor_and_delivery_key(make_inbox):
    inbox = make_inbox(3)
    ((*lot,),) = await take(inbox)
    assert [item.cursor for item in lot] == ["7/1", "7/2", "7/3"]
    assert [item.delivery_key for item in lot] == ["INBOX/7/1", "INBOX/7/2", "INBOX/7/3"]
    assert [item.body for item in lot] == list(inbox.mails.values())
    assert {item.authenticity for item in lot} == {"polled"}
    assert (inbox.opened, inbox.closed) == (1, 1)


@pytest.mark.anyio
async def test_it_goes_on_after_the_cursor(make_inbox):
    ((*lot,),) = await take(make_inbox(3), "7/2")
    assert [item.cursor for item in lot] == ["7/3"]


@pytest.mark.anyio
async def test_a_folder_numbered_anew_is_read_again(make_inbox):
    ((*lot,),) = await take(make_inbox(2, validity=8), "7/2")
    assert [item.cursor for item in lot] == ["8/1", "8/2"]


@pytest.mark.anyio
async def test_without_news_the_line_is_told_to_be_alive(make_inbox):
    assert await take(make_inbox(), lots=2) == [[], []]


@pytest.mark.anyio
async def test_news_is_fetched_at_once(make_inbox):
    inbox = make_inbox(1)
    with anyio.fail_after(0.9):
        found = await take(inbox, lots=3, between=lambda n: inbox.add(n + 1))
    assert [[item.cursor for item in lot] for lot in found] == [["7/1"], ["7/2"], ["7/3"]]


@pytest.mark.anyio
async def test_a_mail_deleted_meanwhile_holds_up_nothing(make_inbox):
    inbox = make_inbox(3)
    inbox.sizes = lambda uids: inbox.mails.pop(2) and {}
    ((*lot,),) = await take(inbox)
    assert [item.cursor for item in lot] == ["7/1", "7/3"]


@pytest.mark.anyio
async def test_a_line_that_is_down_is_told_and_closed(make_inbox):
    inbox = make_inbox(1)
    inbox.is_down = True
    with pytest.raises(TransientError):
        await take(inbox)
    assert inbox.closed == 1


@pytest.mark.anyio
async def test_who_stops_listening_need_not_wait_for_news(make_inbox):
    inbox = make_inbox()
    inbox.wait = lambda timeout_s: threading.Event().wait(0.5)
    with anyio.move_on_after(0.1) as scope, anyio.fail_after(0.4):
        await take(inbox, lots=5)
    assert scope.cancelled_caught
    assert inbox.closed == 1


@pytest.mark.parametrize("options", [{"imap_host": None}, {"imap_username": None}])
def test_an_account_that_cannot_be_asked_says_so(make_inbox, options):
    with pytest.raises(ConfigError):
        make(make_inbox(), **options).poll(None, SECRETS, None)
    with pytest.raises(ConfigError):
        make(make_inbox()).poll(None, {}, None)


@pytest.mark.parametrize("cursor", [None, "", "7", "7/", "/5", "x/5", "7/5/1", "8/5", "7/-5"])
def test_a_cursor_that_says_nothing_is_the_beginning(cursor):
    assert read_cursor(cursor, 7) == 0


def test_lots_are_small_in_number_and_weight_and_lose_nothing():
    sizes = {uid: (LOT_BYTES if uid % 40 == 0 else 1000) for uid in range(1, 500)}
    lots = list(split_lots(sorted(sizes), sizes))
    assert [uid for lot in lots for uid in lot] == sorted(sizes)
    assert max(map(len, lots)) <= LOT_MAILS
    assert all(sum(sizes[uid] for uid in lot) <= LOT_BYTES or len(lot) == 1 for lot in lots)
