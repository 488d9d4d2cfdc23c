"""Reading the documentation. Open to everybody: it says nothing about the instance."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from limen.help import pages


@login_not_required
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "help/index.html", {"contents": pages.contents()})


@login_not_required
def page(request: HttpRequest, name: str) -> HttpResponse:
    found = pages.page(name)
    if found is None:
        raise Http404(name)
    return render(request, "help/page.html", {"page": found})
