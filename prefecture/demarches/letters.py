"""Letters, mails and SMS: Jinja templates whose every tag must be known before a version is published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from engine.compile import Finding
from prefecture.demarches.bundle import COMMON

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

FOLDERS = ("courriers/",)
ENDINGS = (".html", ".txt", ".j2")


def is_letter(path: str) -> bool:
    """Whether a file of a version is a template of a letter, mail or SMS."""
    return path.removeprefix(f"{COMMON}/").startswith(FOLDERS) and path.endswith(ENDINGS)


def check(version: Version, tags: frozenset[str]) -> Iterator[Finding]:
    """Templates that do not parse, and tags that nobody fills in. Without `tags` the tags are not judged."""
    environment = SandboxedEnvironment(autoescape=True)
    for path, content in version.files.items():
        if not is_letter(path):
            continue
        try:
            tree = environment.parse(content.decode(), path)
        except (TemplateSyntaxError, UnicodeDecodeError) as error:
            line = error.lineno if isinstance(error, TemplateSyntaxError) else 0
            message = f"Ce modèle ne se lit pas\u00a0: {error}."
            yield Finding("modele-illisible", "error", path, "", "", line, message, "Corrigez la balise à cette ligne.")
            continue
        if tags:
            yield from _unknown(path, tree, tags)


def used_tags(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Each dotted name that a template takes from outside, with its line."""
    outside = meta.find_undeclared_variables(tree)
    held_inside = {id(node.node) for node in tree.find_all(nodes.Getattr)}
    for node in tree.find_all((nodes.Getattr, nodes.Name)):
        name = "" if id(node) in held_inside else _dotted(node)
        if name.partition(".")[0] in outside:
            yield name, node.lineno


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        before = _dotted(node.node)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _unknown(path: str, tree: nodes.Template, tags: frozenset[str]) -> Iterator[Finding]:
    opened = tuple(f"{tag[:-1]}" for tag in tags if tag.endswith(".*"))
    known = tags | {tag.rpartition(".")[0] for tag in tags if "." in tag} | {tag[:-1] for tag in opened}
    for name, line in used_tags(tree):
        if name in known or name.startswith(opened):
            continue
        close = sorted(tag for tag in tags if tag.partition(".")[0] == name.partition(".")[0])
        fix = f"Choisissez parmi\u00a0: {', '.join(close or sorted(tags))[:300]}."
        message = f"Personne ne remplit la balise «\u00a0{name}\u00a0»."
        yield Finding("balise-inconnue", "error", path, name, "", line, message, fix)
