"""What somebody entered into Block Kit elements (https://docs.slack.dev/reference/block-kit/block-elements)."""

from collections import Counter

from omnilink.model import Choices, Media
from omnilink.plugin.fields import at, clean, count_at, list_at, object_at, text_at
from omnilink_slack.content import file_parts, rich_text

_ONE = ("selected_date", "selected_time", "selected_user", "selected_channel", "selected_conversation")
_SEVERAL = ("selected_users", "selected_channels", "selected_conversations")


def chosen(action: object) -> tuple[Choices, ...]:
    """What one action of a payload says was chosen: one part an option, at least one.

    Args:
        action: an item of `actions`; elements in a block have an `action_id`, legacy attachments a `name`.
    """
    action_id = text_at(action, "action_id") or text_at(action, "name")
    pairs = _options(action) or [(_entered(action), text_at(action, "text", "text") or text_at(action, "text"))]
    return tuple(Choices(action_id=action_id, value=value, label=label) for value, label in pairs)


def _options(element: object) -> list[tuple[str | None, str | None]]:
    one = at(element, "selected_option")
    options = [one] if isinstance(one, dict) else list_at(element, "selected_options")
    return [
        (text_at(option, "value"), text_at(option, "text", "text") or text_at(option, "text")) for option in options
    ]


def _entered(element: object) -> str | None:
    if (value := text_at(element, "value")) is not None:
        return value
    if found := next((text for name in _ONE if (text := text_at(element, name))), None):
        return found
    if (seconds := count_at(element, "selected_date_time")) is not None:
        return str(seconds)
    for name in _SEVERAL:
        if items := [clean(item) for item in list_at(element, name) if isinstance(item, str)]:
            return ", ".join(items)
    return rich_text(at(element, "rich_text_value"))


def _answer(element: object) -> str | None:
    if options := _options(element):
        return ", ".join(value or label or "" for value, label in options)
    if (entered := _entered(element)) is not None:
        return entered
    # File inputs: the names here, the files themselves as media.
    names = [text_at(file, "name") or text_at(file, "id") or "" for file in list_at(element, "files")]
    return ", ".join(names) or None


def submitted_values(values: dict[str, object]) -> dict[str, str]:
    """The answers of `state.values` (block id → action id → element).

    Args:
        values: any object.

    Returns:
        Answers by action id, or by `block.action` where an action id stands in several blocks (block ids are made up
        by Slack unless the app gives one, so they are used only then). Empty fields are left out.
    """
    found: list[tuple[str, str, str]] = []
    for block in values:
        elements = object_at(values, block)
        for action in elements:
            if (answer := _answer(at(elements, action))) is not None:
                found.append((clean(block), clean(action), answer))
    times = Counter(action for _, action, _ in found)
    return {action if times[action] == 1 else f"{block}.{action}": answer for block, action, answer in found}


def typed_files(values: dict[str, object]) -> tuple[Media, ...]:
    """The files given to file inputs."""
    files: list[object] = []
    for block in values:
        elements = object_at(values, block)
        for action in elements:
            files.extend(list_at(elements, action, "files"))
    return file_parts(files)
