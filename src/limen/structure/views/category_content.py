"""What a category tells: texts and images, within one channel and one locale at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from limen.accounts.access import caller_of, requires
from limen.kit import clock
from limen.kit.errors import Conflict, Invalid
from limen.kit.web.forms import show_violations
from limen.kit.web.language import long_locale_name
from limen.kit.web.views import see_other
from limen.media import views as media
from limen.structure import operations, queries
from limen.structure.forms.category_content import ContentForm
from limen.structure.forms.version import VERSION, version_of
from limen.structure.operations import Upload
from limen.structure.rules import Category, CategoryTemplate, Structure, enriched
from limen.structure.rules.enriched import PICTURE, RICH_TEXT, Values
from limen.structure.views import records
from limen.structure.views.categories import CATEGORIES, EDIT, SEE
from limen.structure.views.names import name_of, reading_locale


@dataclass(frozen=True, slots=True)
class Told:
    """One attribute on the page. `within` says where its value counts; `preview` is rich text made harmless."""

    name: str
    within: str
    field: BoundField
    is_image: bool
    preview: SafeString
    image_url: str
    image_name: str
    remover: BoundField | None


@require_http_methods(["GET", "HEAD", "POST"])
@requires(SEE, EDIT)
def category_content(request: HttpRequest, code: str) -> HttpResponse:
    """What a category tells in `?channel=` and `?locale=`. Raises NotFound. 3 queries beside the snapshot's."""
    structure = queries.snapshot()
    one = CATEGORIES.found(structure, code)
    template = queries.template_of(one, structure) or CategoryTemplate(0, "", one.root, {}, False)
    channel, locale = _asked(request, structure)

    def form_of(data: Any = None, files: Any = None) -> ContentForm:
        stored = queries.category_values([one.id]).get(one.id, {})
        return ContentForm(template, stored, channel=channel, locale=locale, data=data, files=files)

    if request.method != "POST":
        return _page(request, structure, one, form_of())
    caller_of(request).require(EDIT)
    form, status = form_of(request.POST, request.FILES), 422
    if form.is_valid():
        try:
            _save(request, one, form)
        except Conflict:
            theirs = form_of()
            typed = request.POST.copy()
            typed[VERSION] = theirs.initial[VERSION]
            # The text of before is what was typed: the files that were chosen, the browser does not send again.
            return _page(request, structure, one, form_of(typed), status=409, differing=_differing(form, theirs))
        except Invalid as refusal:
            show_violations(form, refusal)
        else:
            messages.success(request, _("Saved."))
            answer = see_other("structure:category-content", one.code)
            answer["Location"] += _query(channel, locale)
            return answer
    return _page(request, structure, one, form, status=status)


@require_safe
@requires(SEE, EDIT)
def category_image(request: HttpRequest, image: str) -> HttpResponseBase:
    """Show an image of a category. Raises NotFound. 1 query."""
    return media.show_file(request, image, "category")


def _save(request: HttpRequest, one: Category, form: ContentForm) -> None:
    seen: str = form.cleaned_data[VERSION]

    def if_still(before: Values) -> bool:
        return version_of(form.seen(before)) == seen

    operations.save_category_values(
        one.code,
        form.written(),
        [Upload(value, file, file.name) for value, file in form.pictures()],
        if_still=if_still,
        by=caller_of(request),
        now=clock.now(),
    )


def _asked(request: HttpRequest, structure: Structure) -> tuple[str | None, str | None]:
    """Give the channel and the locale to show: those asked for, else the first, in the language that is read."""
    channels = structure.channel_section.in_order
    channel = structure.channel(request.GET.get("channel", "")) or (channels[0] if channels else None)
    if channel is None:
        return None, None
    wanted = (structure.locale(request.GET.get("locale", "")), reading_locale(request, structure))
    return channel.code, next((one for one in wanted if one in channel.locales), channel.locales[0])


def _differing(form: ContentForm, theirs: ContentForm) -> list[tuple[str, str]]:
    """Name what is saved differently from what was typed, with what is saved."""
    return [
        (slot.attribute.code, str(saved) if isinstance(saved, str) else str(saved.get("original_filename", "")))
        for slot in theirs.slots
        for saved in (theirs.stored.get(slot, ""),)
        if slot.attribute.type == PICTURE or form.cleaned_data.get(slot.attribute.uuid) != saved
        if saved
    ]


def _page(
    request: HttpRequest,
    structure: Structure,
    one: Category,
    form: ContentForm,
    *,
    status: int = 200,
    differing: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    channel, locale = _asked(request, structure)
    edits = CATEGORIES.may(request, "edit")
    if not edits:
        for field in form.fields.values():
            field.disabled = True
    reading = reading_locale(request, structure)
    context = {
        **records.page_context(request, CATEGORIES, structure, one),
        "form": form,
        "told": list(_told(form, structure, reading)),
        "in_conflict": status == 409,
        "conflicts": differing,
        "channels": [(each.code, name_of(each, reading)) for each in structure.channel_section.in_order],
        "locales": [
            (code, long_locale_name(code)) for code in (structure.channels[channel].locales if channel else ())
        ],
        "channel": channel,
        "locale": locale,
        "switches": any(slot.channel or slot.locale for slot in form.slots),
        "address": reverse("structure:category-content", args=[one.code]) + _query(channel, locale),
        "root": structure.categories[one.root],
    }
    return render(request, "structure/categories/content.html", context, status=status)


def _told(form: ContentForm, structure: Structure, reading: str) -> Any:
    for slot in form.slots:
        attribute, stored = slot.attribute, form.stored.get(slot, "")
        name, bound = name_of(attribute, reading), form.field(slot)
        bound.label = name
        image: Mapping[str, Any] = stored if isinstance(stored, Mapping) else {}
        within = [
            name_of(structure.channels[slot.channel], reading) if slot.channel else "",
            long_locale_name(slot.locale) if slot.locale else "",
        ]
        yield Told(
            name,
            _within(", ".join(filter(None, within))),
            bound,
            attribute.type == PICTURE,
            _preview(str(bound.value() or "")) if attribute.type == RICH_TEXT else mark_safe(""),
            reverse("structure:category-image", args=[image["file_path"]]) if image else "",
            str(image.get("original_filename", "")),
            form.remover(slot) if image else None,
        )


def _within(where: str) -> str:
    return _("For %(where)s.") % {"where": where} if where else _("The same in all channels and locales.")


def _preview(text: str) -> SafeString:
    return mark_safe(enriched.harmless(text))  # noqa: S308  # nothing is left in it that could do something


def _query(channel: str | None, locale: str | None) -> str:
    return f"?{urlencode({'channel': channel, 'locale': locale or ''})}" if channel else ""
