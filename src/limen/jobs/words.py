"""How runs are called on the screens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from limen.jobs.queries import Progress

# What a run does, by its kind.
KINDS = {
    "completeness": gettext_lazy("Completeness"),
    "cleaning": gettext_lazy("Removal from products"),
    "rewriting": gettext_lazy("Form of values"),
    "settling": gettext_lazy("Levels of values"),
}
STATES = {
    "waiting": gettext_lazy("waiting"),
    "running": gettext_lazy("running"),
    "done": gettext_lazy("done"),
    "failed": gettext_lazy("failed"),
}
TONES = {"waiting": "", "running": "warn", "done": "ok", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class Told:
    """A run as a page tells it: one sentence, and how far it is."""

    sentence: str
    run: Progress

    @property
    def percent(self) -> int:
        return self.run.percent

    @property
    def has_failed(self) -> bool:
        return self.run.has_failed


def told(runs: Iterable[Progress]) -> list[Told]:
    return [Told(sentence(one), one) for one in runs]


def sentence(run: Progress) -> str:
    """Say what a run does, to how many products, as far as they are counted."""
    code = run.subject.rpartition(":")[2]
    if run.total is None:
        sentences = {
            "completeness": _("The completeness of products is about to be computed anew."),
            "cleaning": _("“%(code)s” is about to be removed from products.") % {"code": code},
            "rewriting": _("The values of products are about to be written in their new form."),
            "settling": _("Values of “%(code)s” are about to move to their new levels.") % {"code": code},
        }
        return sentences.get(run.kind, str(KINDS.get(run.kind, run.kind)))
    total = run.total
    numbers = {"n": number_format(total, use_l10n=True, force_grouping=True), "code": code}
    sentences = {
        "completeness": ngettext(
            "Completeness of %(n)s product is being computed.",
            "Completeness of %(n)s products is being computed.",
            total,
        ),
        "cleaning": ngettext(
            "“%(code)s” is being removed from %(n)s product.",
            "“%(code)s” is being removed from %(n)s products.",
            total,
        ),
        "rewriting": ngettext(
            "Values of %(n)s product are being written in their new form.",
            "Values of %(n)s products are being written in their new form.",
            total,
        ),
        "settling": ngettext(
            "Values of %(n)s model or product of “%(code)s” are moving to their new levels.",
            "Values of %(n)s models and products of “%(code)s” are moving to their new levels.",
            total,
        ),
    }
    return sentences.get(run.kind, str(KINDS.get(run.kind, run.kind))) % numbers
