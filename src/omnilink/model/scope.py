"""Scope: the tenant and accounts a caller may touch. Every store method takes one."""

from dataclasses import dataclass

from omnilink.errors import ScopeDenied


@dataclass(frozen=True, slots=True)
class Scope:
    """What a caller may see and change.

    Attributes:
        tenant: the agency; records of another tenant do not exist for this caller.
        accounts: the accounts whose interactions may be seen; None = all of the tenant's.
    """

    tenant: str
    accounts: frozenset[str] | None = None

    def require(self, account: str) -> None:
        """Raises ScopeDenied unless the account is within the scope."""
        if self.accounts is not None and account not in self.accounts:
            raise ScopeDenied("that account is outside your scope", hint="ask for a scope that includes it")

    def require_all(self) -> None:
        """Raises ScopeDenied unless the scope covers every account (identity work is for the whole tenant)."""
        if self.accounts is not None:
            raise ScopeDenied("this needs a scope over all accounts of the tenant")
