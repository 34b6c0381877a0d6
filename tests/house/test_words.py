"""No sentence for a person is written down in one language only: not in a template's tags, not in Python."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("mall", "risk", "merchants", "catalog", "marketing", "orders", "settlement")
ASIDE = ("migrations", "management", "embedded", "demo", "styleguide")  # for a terminal, a story, specimens
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"[^\W\d_]{2,}")
PLACEHOLDERS = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}")

SPOKEN_CALLS = {"ValidationError", "add_error", "Choice"} | {
    f"messages.{level}" for level in ("success", "error", "warning", "info", "debug", "add_message")
}
SPOKEN_KEYWORDS = {"label", "help_text", "verbose_name", "verbose_name_plural", "description", "empty_label", "title"}
SPOKEN_ATTRIBUTES = {"placeholder", "title", "aria-label", "alt", "data-confirm"}
SPEAKS_CHINESE = {
    "merchants/requirements_defaults.py": "what a new mall asks of whom, each thing in both languages",
    "catalog/search/words.py": "words that people search for",
    "mall/storefront/errors.py": "what is said when even the catalogue may be broken",
    "catalog/storefront/feeds.py": "which names of options mean colour, size, material",
    "catalog/transfer/telling.py": "yes and no in files that people fill in",
    "catalog/transfer/template.py": "an example to fill in",
    "mall/workdays_admin.py": "how the days of a year are published, and pasted",
    "risk/folding.py": "which characters look like which",
    "mall/templatetags/mall.py": "how dates and counts are written in Chinese",
    "orders/shipping_files.py": "what columns of files are called that people fill in",
    "orders/bank_statements.py": "what banks call the columns of their statements",
    "orders/gateways/alipay_bill.py": "the columns of Alipay's bills",
    "orders/gateways/wechat_bill.py": "the columns of WeChat Pay's bills",
    "mall/places.py": "what kinds of places are called",
    "mall/divisions/__init__.py": "what kinds of places are called",
    "mall/divisions/build.py": "what the source calls them",
    "mall/divisions/english.py": "which places are called otherwise in English",
    "mall/divisions/spelling.py": "what kinds of places are called, and whose English name is not their sound",
}
SIGNS = "[象万]"  # of the house, drawn rather than said


def sources() -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if not set(path.relative_to(ROOT).parts) & set(ASIDE)
    ]


@cache
def refusals() -> frozenset[str]:
    """The names of all refusals, read from the code: what raises them need not be imported."""
    kinds = [
        (node.name, {name_of(base).rpartition(".")[2] for base in node.bases})
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    known = {"Refusal"}
    while more := {name for name, bases in kinds if bases & known} - known:
        known |= more
    return frozenset(known)


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def unspoken(node: ast.expr | None) -> Iterator[str]:
    """The words of an expression that nobody has translated."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        said = PLACEHOLDERS.sub("", node.value)
        if WORD.search(said) and not (" | " in said and CHINESE.search(said)):  # an example of both languages
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from unspoken(part)
    elif isinstance(node, ast.BinOp):
        yield from unspoken(node.left)
        yield from unspoken(node.right if isinstance(node.op, ast.Add) else None)
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from unspoken(part)
    elif isinstance(node, ast.IfExp):
        yield from unspoken(node.body)
        yield from unspoken(node.orelse)


def said_to_people(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a person will read."""
    called = name_of(call.func)
    if called in SPOKEN_CALLS or called.rpartition(".")[2] in {"add_error", "ValidationError"}:
        second = called.startswith("messages.") or called.endswith("add_error") or called == "Choice"
        yield from call.args[1:2] if second else call.args[:1]
    elif called.rpartition(".")[2] in refusals():
        yield from call.args[:1]
    for keyword in call.keywords:
        if keyword.arg in SPOKEN_KEYWORDS and not called.endswith("Filter"):
            yield keyword.value


def hard_coded(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for argument in said_to_people(node):
                found += [f"{node.lineno}: {text}" for text in unspoken(argument)]
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in SPOKEN_ATTRIBUTES:
                    found += [f"{node.lineno}: {text}" for text in unspoken(value)]
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                    words = target.slice.value in SPOKEN_ATTRIBUTES
                else:
                    words = isinstance(target, ast.Name) and target.id in SPOKEN_KEYWORDS - {
                        "title",
                        "description",
                        "label",
                    }
                if words:
                    found += [f"{node.lineno}: {text}" for text in unspoken(node.value)]
    return sorted(found, key=lambda line: int(line.partition(":")[0]))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_python_says_to_people_can_be_translated(path):
    assert hard_coded(path.read_text()) == []


GETTEXT = {"gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext", "_"}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_words_are_marked_by_names_that_the_collector_knows(path):
    """``makemessages`` reads calls by their name: what another name marks is never translated."""
    aliases = [
        name.asname
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if "gettext" in name.name and name.asname
    ]
    assert set(aliases) <= GETTEXT


def test_what_nobody_translated_is_found():
    source = (
        'messages.error(request, "No such thing.")\nraise OutOfStock(f"Only {left} left")\n'
        'forms.CharField(label=_("Name"), help_text="Your name")\nx.attrs["placeholder"] = "Type here"\n'
        'messages.info(request, _("Fine.") if y else "Not fine.")\nform.add_error("field", "Too long")\n'
        'messages.info(request, f"{image.name}: {refusal}")\n'
    )

    assert [line.partition(": ")[2] for line in hard_coded(source)] == [
        "No such thing.", "Only ", " left", "Your name", "Type here", "Not fine.", "Too long",
    ]  # fmt: skip


def in_one_language(source: str) -> list[str]:
    """Chinese that stands in code without its English beside it; words about the code are no words of the code."""
    tree = ast.parse(source)
    fine = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and {"zh-hans", "en"} <= {getattr(key, "value", None) for key in node.keys}:
            fine |= {id(value) for value in node.values}
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "both" and len(node.args) == 2:
            fine |= {id(part) for words in node.args for part in ast.walk(words)}  # the style guide's samples
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in fine
        if CHINESE.search(node.value) and " | " not in node.value
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_python_is_written_in_english(path):
    if str(path.relative_to(ROOT)) not in SPEAKS_CHINESE:
        assert in_one_language(path.read_text()) == []


_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_SPEAKING_TAG = re.compile(r"{%-?\s*(?:translate|trans|blocktranslate|blocktrans|plural|end\w+|comment)\b")
_LITERAL = re.compile(r"""(?<!_\()(["'])((?:(?!\1).)*)\1""")
_NOT_WORDS = re.compile(r"\(min-width|\(max-width|^[\w./:#?=&%+-]*$|^[a-z0-9 _-]+$|^[YFyMmnNjdHiDls年月日 :.,/-]+$")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_tag_of_a_template_hands_on_an_untranslated_sentence(path):
    """``{% include ... with title="Hello you" %}`` would slip past who looks at the text between the tags."""
    handed = []
    for tag in _TAG.findall(path.read_text()):
        if not _SPEAKING_TAG.match(tag):
            handed += [text for _quote, text in _LITERAL.findall(tag) if WORD.search(text)]

    assert [text for text in handed if not _NOT_WORDS.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_are_written_in_english(path):
    assert not CHINESE.search(re.sub(SIGNS, "", path.read_text()))


@pytest.mark.parametrize("path", sorted((ROOT / "mall/static/js").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_take_their_words_from_the_page(path):
    """A sentence in a script could not be translated: pages hand words over in ``data-`` attributes."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    sentences = [
        text
        for _quote, text in _LITERAL.findall(code)
        if re.search(r"^[A-Z][a-z]+ [a-z]+|[a-z]{2} [a-z]{2,} [a-z]{2,}", text)
    ]

    assert sentences == []
    assert not CHINESE.search(code)
