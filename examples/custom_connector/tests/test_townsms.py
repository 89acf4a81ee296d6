"""Town SMS keeps every contract of the kit; what only this gateway does would be tested beside it."""

from omnilink_townsms.conformance import TownSmsSuite


class TestTownSms(TownSmsSuite):
    """The contracts."""
