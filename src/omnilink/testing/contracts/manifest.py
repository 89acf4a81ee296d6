"""Manifest: a connector says what it is and what it can, in the words of the core."""

import re

from omnilink.model.handle import Handle
from omnilink.plugin.answering import AnswersInline
from omnilink.plugin.capabilities import Capabilities, Level
from omnilink.plugin.connector import Connector
from omnilink.plugin.manifest import Manifest
from omnilink.testing.trial import Trial

RECEIVES = frozenset({
    "text", "media", "edit", "delete", "reaction", "receipt", "call", "choice", "location", "contact_card",
})  # fmt: skip
SENDS = frozenset({
    "text", "formatting", "media", "location", "contact_card", "offer", "template", "subject", "reply", "edit",
    "delete", "reaction",
})  # fmt: skip
"""The names capabilities are claimed by (`omnilink.plugin.Capabilities`)."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_SETTING = re.compile(r"[a-z][a-z0-9_]*")
_LIMIT = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check(trial: Trial) -> None:
    """The class, its manifest and its capabilities."""
    made = trial.suite.connector
    trial.check(isinstance(getattr(made, "manifest", None), Manifest), "the class has no manifest")
    trial.check(isinstance(getattr(made, "capabilities", None), Capabilities), "the class has no capabilities")
    trial.check(isinstance(trial.facts.connector, Connector), "the class is no Connector")
    _check_manifest(trial, made.manifest)
    _check_capabilities(trial, made.capabilities, made.manifest)


def _check_manifest(trial: Trial, manifest: Manifest) -> None:
    trial.check(_NAME.fullmatch(manifest.name), "its name is lower case letters, digits and dashes")
    trial.check(manifest.title.strip() and manifest.version.strip(), "it has a title and a version")
    trial.check(manifest.channels and all(manifest.channels), "it names the channels it serves")
    trial.check(manifest.backends and manifest.backends <= {"asyncio", "trio"}, "its backends are asyncio and trio")
    trial.check(manifest.reply == "ack" or (manifest.reply_deadline_s or 0) > 0, "a synchronous reply has a deadline")
    answers = isinstance(trial.facts.connector, AnswersInline)
    trial.check(
        answers == (manifest.reply == "synchronous"), "it answers inline if and only if its reply is synchronous"
    )
    names = [setting.name for setting in manifest.settings]
    trial.check(len(names) == len(set(names)), "a setting is named twice")
    for setting in manifest.settings:
        trial.check(_SETTING.fullmatch(setting.name), f"setting {setting.name} is no lower-case name")
        trial.check(setting.summary.strip(), f"setting {setting.name} says what it is for")
        if setting.secret and setting.example:
            trial.check(
                setting.example.startswith(("env:", "file:", "[")), f"the example of {setting.name} is a reference"
            )
    for scheme in manifest.schemes:
        trial.check(Handle.parse(f"{scheme}:x").scheme == scheme, f"{scheme} is no scheme of a handle")
    trial.check(manifest.schemes, "it names the schemes of the handles it makes")


def _check_capabilities(trial: Trial, can: Capabilities, manifest: Manifest) -> None:
    for table, known, what in ((can.receive, RECEIVES, "receive"), (can.send, SENDS, "send")):
        unknown = sorted(set(table) - known)
        trial.check(not unknown, f"{what} claims {', '.join(unknown)}, which is no capability; known: {sorted(known)}")
        for name, level in table.items():
            trial.check(isinstance(level, Level), f"{what} {name} has no level")
    for name, value in can.limits.items():
        trial.check(_LIMIT.fullmatch(name) and value > 0, f"limit {name} is a name with its unit and a positive number")
    unknown = sorted(set(can.reaches) - set(manifest.schemes))
    trial.check(not unknown, f"it reaches {', '.join(unknown)}, which the manifest's schemes do not name")
    says = any(level >= Level.PARTIAL for level in can.send.values())
    trial.check(bool(can.reaches) == says, "it can send something if and only if it reaches somebody")
