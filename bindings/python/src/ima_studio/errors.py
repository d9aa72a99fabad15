"""Why something failed, and what it says of the money."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .types import Charge, Clip, File


class ImaError(Exception):
    """What this package raises.

    ``charge`` says whether points were charged: ``no``, ``yes`` or ``unknown``. If ``job`` is set,
    ``client.resume(error.job)`` goes on at no cost.
    """

    def __init__(
        self,
        message: str,
        *,
        charge: Charge = "no",
        cause: str = "other",
        help: str | None = None,
        job: str | None = None,
        task_id: str | None = None,
        clips: tuple[Clip, ...] = (),
    ) -> None:
        super().__init__(message)
        self.charge: Charge = charge
        self.cause = cause
        """The cause's name in the contract, for example ``deadline``."""
        self.help = help
        """A page where the cause can be mended."""
        self.job = job
        self.task_id = task_id
        self.clips = clips
        """What is ready all the same."""
        self.files: tuple[File, ...] = ()
        """What ``save`` kept of it."""

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text.rstrip('.')}. See {self.help}" if self.help else text


class ConfigurationError(ImaError):
    """The key, an address or a folder is missing or can't be used."""


class RequestError(ImaError, ValueError):
    """What was asked for can't be done as asked. Nothing was spent."""


class StoreError(ImaError):
    """The journal could not be read or written."""


class InUseError(StoreError):
    """The job is being worked on elsewhere, here or in another process."""


class AccountError(ImaError):
    """The key is wrong, or the account lacks points or a subscription."""


class BudgetError(ImaError):
    """The price is above the budget, above a ceiling, or has risen. Nothing was spent."""


class ServiceError(ImaError):
    """The service refused, failed, or could not be reached."""


class UnfinishedError(ImaError):
    """The waiting ended before the task did. It is paid: resume it."""


class OutcomeUnknownError(ImaError):
    """A create request may have been accepted. It is never sent again by itself."""


class DownloadError(ImaError):
    """The audio exists and could not be saved."""


CAUSES: dict[str, type[ImaError]] = {
    "unauthorized": AccountError,
    "insufficient-points": AccountError,
    "subscription-required": AccountError,
    "unknown-model": RequestError,
    "invalid": RequestError,
    "over-budget": BudgetError,
    "price-changed": BudgetError,
    "outcome-unknown": OutcomeUnknownError,
    "unknown-task": UnfinishedError,
    "deadline": UnfinishedError,
    "cancelled": UnfinishedError,
}
"""What each cause of a failure is raised as; a :class:`ServiceError` if it is none of these."""
