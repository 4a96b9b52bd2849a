"""Templates of letters, mails and SMS: rendered in a sandbox, and read for the tags that they use.

A mail is an HTML page with a block `sujet`; its text part is made from it. An SMS is a text. `loader` gives the other
templates that one extends or includes (`version.template` of a published démarche).
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, meta, nodes
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError, UndefinedError

from prefecture.kernel.errors import NotFound
from prefecture.notifications import faults, gsm, plain_text
from prefecture.notifications.french import NotSayable
from prefecture.notifications.sandbox import LONGEST_TEXT, Loader, OverBudget, Sandbox, counted

SUBJECT_BLOCK = "sujet"
LONGEST_SOURCE = 200_000


class TemplateRefused(Exception):
    """A template cannot be read or rendered; `message` is French, `line` and `file` where Jinja knows them.

    `file` is None for the template that was asked for itself.
    """

    def __init__(self, message: str, line: int | None = None, file: str | None = None) -> None:
        place = ", ".join(filter(None, (file, None if line is None else f"ligne {line}")))
        super().__init__(f"{place}\u00a0: {message}" if place else message)
        self.message = message
        self.line = line
        self.file = file


class SmsTooLong(ValueError):
    """An SMS does not fit into 160 characters of the telephone alphabet."""


@dataclass(frozen=True)
class Mail:
    """A rendered mail; its two parts say the same."""

    subject: str
    text: str
    html: str


def render(source: str, variables: Mapping[str, Any], loader: Loader | None = None, *, html: bool = True) -> str:
    """The text of a template; `html` escapes every value. Raises TemplateRefused."""
    with _refusing(), counted():
        return _written(_compiled(source, loader, html=html), variables)


def render_mail(source: str, variables: Mapping[str, Any], loader: Loader | None = None) -> Mail:
    """A mail from its HTML template with a block `sujet`; raises TemplateRefused."""
    with _refusing(), counted():
        template = _compiled(source, loader, html=True)
        page = _written(template, variables)
    subject = _title(page)
    if not subject:
        raise TemplateRefused(f"le bloc «\u00a0{SUBJECT_BLOCK}\u00a0» du mail est vide")
    return Mail(subject, plain_text.from_html(page), page)


def render_sms(source: str, variables: Mapping[str, Any], loader: Loader | None = None) -> str:
    """An SMS on one line, in the telephone alphabet; raises TemplateRefused, SmsTooLong."""
    return sms_text(render(source, variables, loader, html=False))


def sms_text(text: str) -> str:
    """`text` as it goes out by SMS; raises SmsTooLong."""
    written = gsm.written(re.sub(r"\s+", " ", text).strip())
    length = gsm.septets(written)
    if length is None:
        odd = sorted({letter for letter in written if gsm.septets(letter) is None})
        raise SmsTooLong(f"caractères impossibles dans un SMS\u00a0: {' '.join(odd)}")
    if length > gsm.LONGEST:
        raise SmsTooLong(f"le SMS prend {length} caractères, {gsm.LONGEST} au plus")
    return written


def unknown_tags(source: str, known: Collection[str], loader: Loader | None = None) -> list[str]:
    """The tags of a template, and of those it extends or includes, that `known` does not hold; sorted, as `a.b`.

    known: dotted names. `dossier.numero` knows that tag alone, `reponses` or `reponses.*` all that lies under it. A
    template that is named and not found is told as its name. Raises TemplateRefused when one cannot be read.
    """
    unknown: set[str] = set()
    for tags in _family(source, loader, unknown):
        unknown |= {tag for tag in tags if not _is_known(tag, known)}
    return sorted(unknown)


def tree(source: str) -> nodes.Template:
    """A template as read, for whoever looks at what it says. Raises TemplateRefused."""
    with _refusing():
        return _parsed(source)


def path(node: nodes.Node) -> str | None:
    """`a.b.c` for a chain of names, None for anything else."""
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        inner = path(node.node)
        return None if inner is None else f"{inner}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        inner = path(node.node)
        return None if inner is None else f"{inner}.{node.arg.value}"
    return None


def source_of(name: str, loader: Loader | None) -> str | None:
    """The text of the template that another one names; None when nobody has it."""
    try:
        return None if loader is None else loader(name)
    except (NotFound, KeyError):
        return None


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever a template does wrong into a TemplateRefused."""
    try:
        yield
    except TemplateNotFound as error:
        raise TemplateRefused(f"le modèle «\u00a0{error.name}\u00a0» n’existe pas") from error
    except TemplateSyntaxError as error:
        raise TemplateRefused(faults.french(error.message or ""), error.lineno, error.filename) from error
    except UndefinedError as error:
        raise TemplateRefused(f"une donnée manque ({error.message})", *_place(error)) from error
    except (OverBudget, RecursionError) as error:
        raise TemplateRefused("ce modèle demande trop de calcul ou de texte") from error
    except (TemplateError, NotSayable) as error:
        raise TemplateRefused(faults.french(str(error)), *_place(error)) from error
    except (ArithmeticError, TypeError, ValueError, LookupError) as error:
        raise TemplateRefused(f"une valeur ne convient pas ({error})", *_place(error)) from error


def _place(error: BaseException) -> tuple[int | None, str | None]:
    """The line, and the file if it is not the template asked for, where a template failed: Jinja rewrites the stack."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename == "<template>" or not frame.filename.endswith(".py")]
    if not ours:
        return None, None
    return ours[-1].lineno, None if ours[-1].filename == "<template>" else ours[-1].filename


def _compiled(source: str, loader: Loader | None, *, html: bool) -> Template:
    if len(source) > LONGEST_SOURCE:
        raise TemplateRefused("ce modèle est trop long")
    return _compiled_once(source, loader, html)


@lru_cache(maxsize=512)
def _compiled_once(source: str, loader: Loader | None, html: bool) -> Template:
    """Compiling costs ten times rendering; a published version's templates never change."""
    return _sandbox(loader, html).from_string(source)


@lru_cache(maxsize=64)
def _sandbox(loader: Loader | None, html: bool) -> Sandbox:
    """One sandbox a loader, so that the frames that its templates extend are compiled once too."""
    return Sandbox(loader, html=html)


def _written(template: Template, variables: Mapping[str, Any]) -> str:
    parts: list[str] = []
    size = 0
    for part in template.generate(dict(variables)):
        size += len(part)
        if size > LONGEST_TEXT:
            raise OverBudget("text")
        parts.append(part)
    return "".join(parts)


def _title(page: str) -> str:
    """The text of the page's title, where the frame of mails puts the block `sujet`."""
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return re.sub(r"\s+", " ", plain_text.from_html(found[1])).strip() if found else ""


def _family(source: str, loader: Loader | None, missing: set[str]) -> Iterator[frozenset[str]]:
    """The tags of `source`, then of every template that it names, each once."""
    waiting = [source]
    seen: set[str] = set()
    while waiting:
        tags, named = _read(waiting.pop())
        yield tags
        for name in named - seen:
            seen.add(name)
            found = source_of(name, loader)
            if found is None:
                missing.add(name)
            else:
                waiting.append(found)


@lru_cache(maxsize=512)
def _read(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """The tags of one template and the templates that it names, once: the same texts are judged at every keystroke."""
    read = tree(source)
    return frozenset(_tags(read)), frozenset(name for name in meta.find_referenced_templates(read) if name is not None)


@lru_cache(maxsize=512)
def _parsed(source: str) -> nodes.Template:
    return _sandbox(None, True).parse(source)


def _tags(read: nodes.Template) -> set[str]:
    """Every dotted name that is read from outside the template, in its longest form."""
    free = meta.find_undeclared_variables(read)
    found: set[str] = set()

    def walk(node: nodes.Node) -> None:
        name = path(node)
        if name is not None:
            if name.split(".", 1)[0] in free:
                found.add(name)
            return
        for child in node.iter_child_nodes():
            walk(child)

    walk(read)
    return found


def _is_known(tag: str, known: Collection[str]) -> bool:
    steps = tag.split(".")
    prefixes = {".".join(steps[:length]) for length in range(1, len(steps) + 1)}
    return bool(prefixes & {each.removesuffix(".*") for each in known}) or any(
        each.startswith(f"{tag}.") for each in known
    )
