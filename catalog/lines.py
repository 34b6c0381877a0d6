"""Text in two languages as one line, for who types or keeps a spreadsheet: ``红 | Red``."""

from mall.texts import Text

MAIN, OTHER = "zh-hans", "en"


def text_of(line: str) -> Text:
    """``红 | Red`` as a text in two languages; without a bar it is the Chinese one."""
    chinese, _bar, english = (part.strip() for part in line.partition("|"))
    return Text({code: text for code, text in ((MAIN, chinese), (OTHER, english)) if text})


def line_of(text: dict) -> str:
    """A text in two languages as ``红 | Red``; one that is English only keeps its bar."""
    if not text.get(MAIN) and text.get(OTHER):
        return f"| {text[OTHER]}"
    return " | ".join(part for part in (text.get(MAIN, ""), text.get(OTHER, "")) if part)


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip(" |")]
