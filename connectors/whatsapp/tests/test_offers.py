"""Options become buttons or a list; what is cut is told, and what does not fit is left to words."""

import pytest

from omnilink.model import Offer, Option
from omnilink_whatsapp.offers import render_offer


def offer(*labels, title=None, description=None, value="v"):
    options = (Option(value=f"{value}{n}", label=label, description=description) for n, label in enumerate(labels))
    return Offer(options=tuple(options), title=title)


def test_up_to_three_short_options_are_buttons():
    shown = render_offer(offer("Yes", "No", "Later"))
    assert shown.content["type"] == "button"
    assert shown.losses == ()


def test_a_description_makes_a_list_and_is_cut_with_a_word_of_it():
    shown = render_offer(offer("Monday", "Tuesday", description="the office in the old town hall, " * 4))
    rows = shown.content["action"]["sections"][0]["rows"]
    assert all(len(row["description"]) == 72 and row["description"].endswith("…") for row in rows)
    (loss,) = shown.losses
    assert (loss.what, loss.how, loss.count) == ("offer", "shortened", 2)


def test_a_long_title_is_cut_with_a_word_of_it_and_no_flag_is_torn():
    shown = render_offer(offer(*"abcd", title="Choose your country " + "🇪🇸"))
    assert shown.content["action"]["button"] == "Choose your country…"
    assert [loss.detail for loss in shown.losses] == ["the list's title is cut"]
    assert render_offer(offer(*"abcd", title="Pick one")).losses == ()


@pytest.mark.parametrize(
    "odd",
    [
        offer(*(f"day {n}" for n in range(11))),
        offer(*"abcd", "a label longer than a row's"),
        offer("a", "b", value="v" * 300),
        Offer(options=(Option(value="same", label="a"), Option(value="same", label="b"))),
        Offer(options=()),
    ],
)
def test_what_has_no_form_is_left_to_words(odd):
    assert render_offer(odd) is None
