"""The components of the screens: Django template tags, there in every template without loading.

Leaves stand alone (`{% badge "Source" tone="flow" %}`), wrappers have an end (`{% card %}…{% endcard %}`).
The policy forbids style attributes (`style-src 'self'`), so nothing here sets one: what depends on a number
is drawn by attributes of SVG, which the policy does not touch (see `meter`), and the rest by classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.kit import clock
from limen.kit.web.forms import ChoiceCards
from limen.kit.web.shell import Entry

register = template.Library()

# In the order of the layers; each file says its layer itself.
STYLESHEETS = (
    "reset",
    "tokens",
    "base",
    "shell",
    "panel",
    "page-head",
    "button",
    "card",
    "door",
    "badge",
    "notice",
    "field",
    "toolbar",
    "table",
    "meter",
    "pager",
    "tabs",
    "empty",
    "facts",
    "value",
    "dialog",
    "toast",
    "chart",
    "history",
    "blank",
    "utilities",
)
# Each file one behaviour; a page does its job without any of them.
SCRIPTS = ("toast", "copy", "dialog", "guard", "autosubmit", "menu")


@register.simple_tag
def stylesheets() -> SafeString:
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"kit/css/{name}.css"),) for name in STYLESHEETS)
    )


@register.simple_tag
def scripts() -> SafeString:
    return format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((static(f"kit/js/{name}.js"),) for name in SCRIPTS)
    )


@register.inclusion_tag("kit/components/rail.html", takes_context=True)
def rail(context: template.Context) -> dict[str, Any]:
    """The rail of the page, from `rail`, `section` and `caller` in the context."""
    entries: Sequence[Entry] = context.get("rail") or ()
    return {
        "entries": [(entry, entry.section == context.get("section")) for entry in entries],
        "caller": context.get("caller"),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_block_tag(takes_context=True)
def panel(context: template.Context, content: str, title: str = "") -> SafeString:
    """The column beside the rail: `{% panel title=… %}{% panel_link … %}{% endpanel %}` in the block `panel`."""
    return _wrap("panel", content, title=title)


@register.inclusion_tag("kit/components/panel_link.html", takes_context=True)
def panel_link(
    context: template.Context,
    label: str,
    route: str,
    *args: Any,
    count: int | str | None = None,
    permission: str = "",
    alone: bool = False,
) -> dict[str, Any]:
    """One link of the panel, marked when the page is it or lies below it; absent without the `permission`.

    Of several permissions, with spaces between, one is enough. `alone`: marked when the page is it, and only then,
    for what lies below has links of its own.
    """
    request: HttpRequest = context["request"]
    caller = context.get("caller")
    url = reverse(route, args=args)
    return {
        "label": label,
        "url": url,
        "count": count,
        "shown": not permission or (caller is not None and any(map(caller.may, permission.split()))),
        "current": "page"
        if request.path == url
        else "true"
        if request.path.startswith(f"{url}/") and not alone
        else "",
    }


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """The way to this page, without the page itself: `{% crumbs %}{% crumb … %}{% endcrumbs %}`."""
    return _wrap("crumbs", content)


@register.simple_tag
def crumb(label: str, route: str = "", *args: Any) -> SafeString:
    """One step of the way; without a route it is a word and no link."""
    if not route:
        return format_html("<li>{}</li>", label)
    return format_html('<li><a href="{}">{}</a></li>', reverse(route, args=args), label)


@register.simple_block_tag
def card(content: str, title: str = "", id: str = "", tone: str = "", flush: bool = False) -> SafeString:
    """A section with a frame. `tone` is a class (`flow-source`), `flush` leaves out the padding (tables)."""
    return _wrap("card", content, title=title, id=id, tone=tone, flush=flush)


@register.inclusion_tag("kit/components/field.html")
def field(bound: BoundField, hint: str = "", label: str = "", mono: bool = False) -> dict[str, Any]:
    """A form's field with its label, hint and errors, tied together for screen readers.

    `hint` stands in for the field's `help_text`, `label` for its label. Widgets: all of Django's; a
    checkbox has its label beside it, `ChoiceCards` become cards.
    """
    bound.help_text = hint or bound.help_text
    widget = bound.field.widget
    kind = "choice" if isinstance(widget, ChoiceCards) else "check" if isinstance(widget, CheckboxInput) else "text"
    given = widget.attrs.get("class", "")
    classes = given if kind != "text" else f"input {'mono ' if mono else ''}{given}".strip()
    return {
        "field": bound,
        "label": label or bound.label,
        "kind": kind,
        "control": bound.as_widget(attrs={"class": classes} if classes else {}) if kind != "choice" else "",
        "cards": _cards(bound, widget) if isinstance(widget, ChoiceCards) else (),
        "described_by": bound.aria_describedby or "",
    }


def _cards(bound: BoundField, widget: ChoiceCards) -> list[dict[str, Any]]:
    return [
        {
            "radio": radio,
            "sentence": widget.sentences.get(str(radio.data["value"]), ""),
            "tone": widget.tones.get(str(radio.data["value"]), ""),
        }
        for radio in bound.subwidgets
    ]


@register.inclusion_tag("kit/components/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """What is wrong with the form as a whole; put it first in the form."""
    return {"errors": form.non_field_errors(), "amiss": len(form.errors)}


@register.simple_tag
def badge(text: str, tone: str = "", dot: bool = False) -> SafeString:
    """A word with a colour. Tones: ok, warn, bad, flow (takes the colour of the flow type around it)."""
    mark = format_html('<span class="dot {}"></span>', tone) if dot else ""
    return format_html('<span class="badge {}">{}{}</span>', tone, mark, text)


@register.simple_block_tag
def notice(content: str, tone: str = "", title: str = "") -> SafeString:
    """A sentence in a tinted box. Tones: none (to know), ok, warn, bad."""
    icons = {"warn": "triangle-alert", "bad": "circle-alert", "ok": "circle-check"}
    return _wrap("notice", content, tone=tone, title=title, icon=icons.get(tone, "info"))


@register.inclusion_tag("kit/components/meter.html")
def meter(percent: int | None, label: str = "") -> dict[str, Any]:
    """A bar with its number; None is a dash. The bar is an SVG whose width is an attribute."""
    tone = "" if percent is None or percent >= 100 else "none" if percent < 40 else "low"
    return {"percent": percent, "label": label, "tone": tone}


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "inbox") -> SafeString:
    """What a list shows when there is nothing: what it is for, and the first step."""
    return _wrap("empty", content, title=title, icon=icon)


@register.inclusion_tag("kit/components/copy_button.html")
def copy_button(source: str, name: str, label: str = "") -> dict[str, Any]:
    """A button that puts text on the clipboard: `source` is `#id` of the element, or the text itself.

    `name` says what is copied ("Secret"), for the toast and for screen readers. Without JavaScript
    there is no button, and the text can be selected.
    """
    return {"source": source, "name": name, "label": label}


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:
    """A dialog that an element with `data-dialog="<id>"` opens; that element is a link to a page that does the
    same without JavaScript. Inside, `<button data-close>` closes it."""
    return _wrap("dialog", content, id=id, title=title)


@register.inclusion_tag("kit/components/tab.html", takes_context=True)
def tab(
    context: template.Context, label: str, url: str, count: int | None = None, current: bool = False
) -> dict[str, Any]:
    """One tab, a link, inside `<nav class="tabs" aria-label="…">`."""
    return {"label": label, "url": url, "count": count, "current": current or context["request"].path == url}


@register.inclusion_tag("kit/components/pager.html", takes_context=True)
def pager(
    context: template.Context, next: str | None = None, previous: str | None = None, note: str = ""
) -> dict[str, Any]:
    """Steps through a list by key: `after` and `before` in the query, beside whatever filters are there."""
    return {
        "next_url": _with_query(context["request"], after=next) if next else "",
        "previous_url": _with_query(context["request"], before=previous) if previous else "",
        "note": note,
    }


def _with_query(request: HttpRequest, **cursor: str) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update(cursor)
    return f"?{query.urlencode()}"


@register.simple_tag
def ago(moment: datetime | None, never: str = "") -> SafeString | str:
    """A time as people say it ("2 minutes ago"), with the exact one, in the reader's zone, on hover."""
    if moment is None:
        return never or _("never")
    exact = date_format(timezone.localtime(moment), "j M Y, H:i")
    return format_html('<time datetime="{}" title="{}">{}</time>', clock.iso(moment), exact, _in_words(moment, exact))


def _in_words(moment: datetime, exact: str) -> str:
    seconds = int((clock.now() - moment).total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        minutes = seconds // 60
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    if seconds < 24 * 3600:
        hours = seconds // 3600
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    return exact


def _wrap(component: str, content: str, **context: Any) -> SafeString:
    # The content of a block tag is rendered already, by templates that escape.
    inner = SafeString(content)
    return render_to_string(f"kit/components/{component}.html", {"content": inner, **context})
