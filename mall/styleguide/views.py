"""One page that shows the kit."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from mall import clock
from mall.charts import csv_asked
from mall.styleguide.chapters import chapters, charts
from mall.styleguide.specimen import Specimen
from mall.texts import Text


@dataclass(frozen=True, slots=True)
class Shown:
    """A specimen with its states drawn."""

    specimen: Specimen
    states: list[tuple[Text, SafeString]]


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    if answer := csv_asked(request, charts()):
        return answer
    drawn = [
        (chapter, [Shown(specimen, _states(specimen, request)) for specimen in chapter.specimens])
        for chapter in chapters(clock.now())
    ]
    return render(request, "styleguide/guide.html", {"chapters": drawn})


def _states(specimen: Specimen, request: HttpRequest) -> list[tuple[Text, SafeString]]:
    return [
        (state.label, render_to_string(specimen.drawn_by, dict(state.context), request)) for state in specimen.states
    ]
