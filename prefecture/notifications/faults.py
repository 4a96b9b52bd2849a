"""What Jinja says of a template that it cannot read, in French. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

_TOKENS: Final[Mapping[str, str]] = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
    "begin of comment": "{#",
    "end of comment": "#}",
    "name": "un nom",
    "integer": "un nombre",
    "string": "un texte entre guillemets",
    "end of template": "la fin du modèle",
    "template data / text": "du texte",
}


def french(message: str) -> str:
    """The sentence, without a capital or a full stop; as Jinja says it when it is none of those known."""
    for pattern, say in _SENTENCES:
        found = pattern.match(message)
        if found:
            return say(found)
    return message


def _quoted(text: str) -> str:
    return f"«\u00a0{text}\u00a0»"


def _token(text: str) -> str:
    bare = text.strip("'\"")
    shown = _TOKENS.get(bare, bare)
    return shown if shown.startswith(("un ", "du ", "la ")) else _quoted(shown)


def _tags(text: str) -> str:
    """The tags that would close what is open."""
    return " ou ".join(_quoted(f"{{% {one} %}}") for one in re.findall(r"'(end\w+)'", text))


def _unclosed(found: re.Match[str]) -> str:
    block = re.search(r"needs to be closed is '(\w+)'", found.string)
    opened = _quoted(f"{{% {block[1]} %}}") if block else "une balise"
    awaited = re.search(
        r"(?:following tags?|this tag|currently looking for|expecting this tag): ?([^.]+)", found.string
    )
    looked = re.search(r"looking for ((?:'\w+'(?: or )?)+)", found.string)
    tags = _tags((awaited or looked or found)[1]) if awaited or looked else ""
    return f"{opened} n’est pas fermé" + (f"\u00a0: il manque {tags}" if tags else "")


def _unknown_tag(found: re.Match[str]) -> str:
    named = _quoted(f"{{% {found[1]} %}}")
    return f"{_unclosed(found)} avant {named}" if "needs to be closed" in found.string else f"{named} n’existe pas"


def _char(found: re.Match[str]) -> str:
    return f"le signe {_quoted(found[1])} ne se lit pas dans une balise"


_SENTENCES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"Encountered unknown tag '(\w+)'"), _unknown_tag),
    (re.compile(r"Unexpected end of template\. Jinja was looking"), _unclosed),
    (
        re.compile(r"expected token (.+), got (.+)$", re.DOTALL),
        lambda found: f"{_token(found[1])} est attendu, pas {_token(found[2])}",
    ),
    (
        re.compile(r"unexpected end of template, expected (.+)\.$", re.DOTALL),
        lambda found: f"le modèle finit avant {_token(found[1])}",
    ),
    (re.compile(r"No filter named '(.+?)'"), lambda found: f"le filtre {_quoted(found[1])} n’existe pas"),
    (re.compile(r"No test named '(.+?)'"), lambda found: f"le test {_quoted(found[1])} n’existe pas"),
    (re.compile(r"block '(.+)' defined twice"), lambda found: f"le bloc {_quoted(found[1])} est écrit deux fois"),
    (
        re.compile(r"Missing end of comment tag"),
        lambda _: "un commentaire n’est pas fermé\u00a0: il manque «\u00a0#}\u00a0»",
    ),
    (
        re.compile(r"Expected an expression, got (.+)$"),
        lambda found: f"une donnée est attendue, pas {_token(found[1])}",
    ),
    (re.compile(r"unexpected char ['\"](.+)['\"] at \d+"), _char),
    (
        re.compile(r"unexpected '(.+)', expected '(.+)'"),
        lambda found: f"{_quoted(found[2])} est attendu, pas {_quoted(found[1])}",
    ),
    (re.compile(r"unexpected '(.+)'"), lambda found: f"{_token(found[1])} n’est pas à sa place"),
    (re.compile(r"tag name expected"), lambda _: "une instruction est attendue après «\u00a0{%\u00a0»"),
    (re.compile(r"Block names in Jinja"), lambda _: "un nom de bloc s’écrit en lettres, chiffres et soulignés"),
    (re.compile(r"cannot use extend"), lambda _: "«\u00a0{% extends %}\u00a0» se met en haut du modèle"),
)
