"""The language of a person: what she chose last, so that messages to her speak it too."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language
from django.views.i18n import set_language


def choose(request: HttpRequest) -> HttpResponse:
    """Django's own choice of language; who is signed in is remembered with it."""
    answer = set_language(request)
    chosen = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated:
        remember(request.user, chosen)
    return answer


def remember(person, language: str) -> None:
    if language in dict(settings.LANGUAGES) and check_for_language(language) and person.language != language:
        person.language = language
        person.save(update_fields=["language"])
