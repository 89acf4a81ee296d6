"""Where a payload comes from: whose workspace, whose user, and the namespaced keys made of that.

Slack's ids mean something only within a workspace, and a payload may name several: the one where something
happened, the one the app is installed in, the user's own (Slack Connect), an Enterprise Grid organisation.

* Keys of messages and conversations use the *installation* (`home`), which is the same for all payloads about one
  channel: `authorizations[0]`, the organisation on an org-wide installation, else `context_team_id`, else `team_id`.
* A user's handle uses the user's *own* team: the same colleague of a connected organisation is one person whichever
  channel he writes in.

Source: https://docs.slack.dev/apis/slack-connect, https://docs.slack.dev/enterprise, and how slackapi/bolt-python
(`slack_bolt/request/internals.py`) tells the installation from the actor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from omnilink.model import Attestation, Authenticity, Envelope, Handle, Participant, Role, StatedClaim
from omnilink.plugin.fields import object_at, text_at
from omnilink_slack.fields import flag_at
from omnilink_slack.settings import SlackSettings


@dataclass(frozen=True, slots=True)
class Origin:
    """The workspace and user context of one payload.

    Attributes:
        home: team or organisation id of the app's installation (the account's name where the payload names none).
        team: the team id the payload itself gives, verbatim.
        app_id: the app's id (`api_app_id`).
        event_id: Slack's id of the delivery, if it has one.
        bot_user: user id of the app's bot in the installation; `bot_team` its team.
        organisations: Enterprise Grid organisation id → the team of it this payload is about.
        shared: the channel is shared with another organisation (Slack Connect).
        attestation: how well Slack vouches for the account ids here.
        own_users: (team id, user id) of the agency's own people and bots.
    """

    home: str
    team: str | None
    app_id: str | None = None
    event_id: str | None = None
    bot_user: str | None = None
    bot_team: str | None = None
    organisations: Mapping[str, str] = field(default_factory=dict)
    shared: bool = False
    attestation: Attestation = Attestation.NONE
    own_users: frozenset[tuple[str, str]] = frozenset()

    def key(self, *parts: str) -> str:
        """A namespaced native key: `slack:T1/C2/1700000000.1`."""
        return "slack:" + "/".join((self.home, *parts))

    def user_team(self, node: object, *names: str) -> str | None:
        """The team a user belongs to.

        Args:
            node: the object that names the user.
            names: its fields that may name the user's team, best first.

        Returns:
            A team id (or that of a foreign organisation); None where it cannot be told.
        """
        for name in names:
            if team := text_at(node, name):
                # `user_team` may name the organisation; the payload says which team of it this is.
                return self.organisations.get(team, team)
        # In a channel shared between organisations, the payload's own team need not be the user's.
        return None if self.shared else (self.team or self.home)

    def participant(self, role: Role, user: str | None, team: str | None, display: str | None = None) -> Participant:
        """Somebody who took part, with the handle Slack vouches for."""
        if user is None or team is None:
            claims = (StatedClaim(field="display_name", value=display),) if display else ()
            return Participant(role=role, claims=claims)
        return Participant(
            role=role,
            handle=Handle.of("slack", user, scope=team, display=display),
            claims=(StatedClaim(field="display_name", value=display),) if display else (),
            attestation=self.attestation,
            own=(team, user) in self.own_users,
        )

    def bot(self) -> Participant | None:
        """The app's own bot as the one addressed, if the payload names it."""
        if self.bot_user is None:
            return None
        addressed = self.participant(Role.TO, self.bot_user, self.bot_team or self.home)
        return addressed.model_copy(update={"own": True})


def _attestation(envelope: Envelope) -> Attestation:
    # Signed by Slack, or said by Slack over the line that we opened to it.
    firsthand = envelope.authenticity in (Authenticity.VERIFIED, Authenticity.POLLED)
    return Attestation.SIGNATURE if firsthand else Attestation.NONE


def of_event(payload: Mapping[str, object], envelope: Envelope, settings: SlackSettings) -> Origin:
    """The origin of an Events API payload."""
    body = dict(payload)
    authorization = object_at(body, "authorizations", 0)
    team = text_at(body, "team_id")
    installed = (
        text_at(authorization, "enterprise_id") if flag_at(authorization, "is_enterprise_install") else None
    ) or text_at(authorization, "team_id")
    organisations = {}
    for organisation, its_team in (
        (text_at(body, "context_enterprise_id"), text_at(body, "context_team_id")),
        (text_at(body, "enterprise_id"), team),
    ):
        if organisation and its_team:
            organisations[organisation] = its_team
    return Origin(
        home=installed or text_at(body, "context_team_id") or team or settings.account,
        team=team,
        app_id=text_at(body, "api_app_id"),
        event_id=text_at(body, "event_id"),
        bot_user=text_at(authorization, "user_id") if flag_at(authorization, "is_bot") else None,
        bot_team=text_at(authorization, "team_id") or team,
        organisations=organisations,
        shared=flag_at(body, "is_ext_shared_channel"),
        attestation=_attestation(envelope),
        own_users=settings.own_users,
    )


def of_interaction(payload: Mapping[str, object], envelope: Envelope, settings: SlackSettings) -> Origin:
    """The origin of an interaction payload."""
    body = dict(payload)
    team = text_at(body, "team", "id") or text_at(body, "team_id")
    organisation = text_at(body, "enterprise", "id") or text_at(body, "team", "enterprise_id")
    # A view opened through a shared channel names the installation apart from the user's workspace.
    installed = (organisation if flag_at(body, "is_enterprise_install") else None) or text_at(
        body, "view", "app_installed_team_id"
    )
    own_team = text_at(body, "user", "team_id") or text_at(body, "view", "team_id")
    return Origin(
        home=installed or team or own_team or settings.account,
        team=team or own_team,
        app_id=text_at(body, "api_app_id"),
        organisations={organisation: team} if organisation and team else {},
        attestation=_attestation(envelope),
        own_users=settings.own_users,
    )


def of_command(form: Mapping[str, str], envelope: Envelope, settings: SlackSettings) -> Origin:
    """The origin of a slash command."""
    fields = dict(form)
    team, organisation = text_at(fields, "team_id"), text_at(fields, "enterprise_id")
    installed = organisation if flag_at(fields, "is_enterprise_install") else None
    return Origin(
        home=installed or team or settings.account,
        team=team,
        app_id=text_at(fields, "api_app_id"),
        organisations={organisation: team} if organisation and team else {},
        attestation=_attestation(envelope),
        own_users=settings.own_users,
    )
