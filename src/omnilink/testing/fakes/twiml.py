"""TwiML as Twilio reads it: well formed, of known verbs, attributes and values, or the call ends with an error.

https://www.twilio.com/docs/voice/twiml; the table is data/twiml.toml. Error 12100 is a document that is no XML, 12200
one that does not fit the schema.
"""

from typing import Any
from xml.etree import ElementTree

from omnilink.plugin.tables import read_toml
from omnilink.plugin.webhook import WebhookResponse
from omnilink.testing.fakes.descriptions import Violation

XML_TYPES = ("text/xml", "application/xml")


def read_twiml(answer: WebhookResponse) -> list[ElementTree.Element]:
    """The verbs of an answer, in order.

    Raises:
        Violation: Twilio would not accept it.
    """
    if answer.status != 200:
        raise Violation(f"11200: the answer has status {answer.status}")
    if answer.content_type.partition(";")[0] not in XML_TYPES:
        raise Violation(f"12300: the answer is of type {answer.content_type}")
    try:
        root = ElementTree.fromstring(answer.body)  # noqa: S314 - our own answer, in a test or a sandbox
    except ElementTree.ParseError as e:
        raise Violation(f"12100: no XML ({e})") from None
    if root.tag != "Response":
        raise Violation(f"12200: the document is a {root.tag}")
    _check(root)
    return list(root)


def _check(element: ElementTree.Element) -> None:
    verbs = read_toml("omnilink.testing.fakes", "data", "twiml.toml")
    known: dict[str, Any] = verbs[element.tag]
    for name, value in element.attrib.items():
        allowed = known.get("values", {}).get(name)
        if name not in known.get("attributes", ()) or (allowed is not None and value not in allowed):
            raise Violation(f'12200: {element.tag} {name}="{value}"')
        if name in known.get("whole", ()) and not value.isdigit():
            raise Violation(f'12200: {element.tag} {name}="{value}" is no number')
    text = (element.text or "").strip()
    if text and not known.get("text", False):
        raise Violation(f"12200: text in {element.tag}")
    if len(text) > known.get("most_chars", 100_000):
        raise Violation(f"12200: {element.tag} is too long")
    for inner in element:
        if inner.tag not in known.get("inside", ()):
            raise Violation(f"12200: {inner.tag} in {element.tag}")
        _check(inner)
