"""
The colours that a page may wear. Each is a class of ``css/components/decoration.css``; a test computes that every pair
of its colours that meet can be read (WCAG AA), so no shop can choose one that cannot.
"""

from django.utils.translation import gettext_lazy as _

THEMES = {
    "lane": _("Lane red"),
    "celadon": _("Celadon"),
    "indigo": _("Indigo"),
    "tea": _("Tea brown"),
    "plum": _("Plum"),
    "ink": _("Ink"),
    "pine": _("Pine green"),
    "persimmon": _("Persimmon"),
}
USUAL = "lane"
