"""The shape of `demarche.toml`: what must be there, of which kind, and dates that give one value a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.compile import Finding
from prefecture.demarches import dated, reglages_dated, reglages_local

if TYPE_CHECKING:
    from prefecture.demarches.version import Version

FILE = "demarche.toml"
_TEXT = "un texte"
_WANTED: tuple[tuple[str, type, str], ...] = (("titre", str, _TEXT), ("prefixe", str, _TEXT))
_OPTIONAL: tuple[tuple[str, type, str], ...] = (
    ("code", str, _TEXT),
    ("processus", str, _TEXT),
    ("formulaire", str, _TEXT),
    ("service", str, _TEXT),
    ("pieces", list, "une liste"),
    ("donnees", dict, "un ensemble de listes datées"),
    ("changements", list, "une liste datée"),
    ("clauses", dict, "un ensemble de listes"),
    ("sources", list, "une liste"),
    ("variantes", dict, "une liste de champs"),
    ("informations", dict, "un ensemble de textes"),
    ("messages", dict, "un ensemble de messages"),
)
_DURATIONS = ("silence.delai", "conservation.apres_fin", "conservation.brouillon", "fenetre.duree")
LONGEST_PREFIX = 5


def check(settings: Mapping[str, Any], version: Version) -> Iterator[Finding]:
    """What an analyst should change in the settings."""
    for name, _kind, said in _WANTED:
        if name not in settings:
            yield _found("reglage-manquant", name, f"Il manque «\u00a0{name}\u00a0».", f"Ajoutez {said}.")
    for name, kind, said in (*_WANTED, *_OPTIONAL):
        if name in settings and not isinstance(settings[name], kind):
            yield _found("reglage-type", name, f"«\u00a0{name}\u00a0» n’est pas {said}.", f"Donnez {said}.")
    prefix = settings.get("prefixe")
    if isinstance(prefix, str) and not (2 <= len(prefix) <= LONGEST_PREFIX and prefix.isascii() and prefix.isupper()):
        message = f"Le préfixe «\u00a0{prefix}\u00a0» ne convient pas aux numéros de dossier."
        yield _found("reglage-prefixe", "prefixe", message, "Choisissez deux à cinq lettres majuscules sans accent.")
    if not version.has(f"forms/{version.form_id}.json"):
        message = f"Le formulaire de dépôt «\u00a0{version.form_id}\u00a0» n’existe pas."
        yield _found("formulaire-inconnu", "formulaire", message, f"Ajoutez forms/{version.form_id}.json.")
    yield from _durations(settings)
    yield from _pieces(settings.get("pieces", []))
    yield from reglages_dated.check(settings)
    yield from reglages_local.check(settings)
    yield from _senders(settings.get("messages", {}))
    yield from _keys(settings.get("correspondance", {}))


def messages(settings: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """The messages that come from outside, by what `demarche.toml` says, with what each carries."""
    told = settings.get("messages", {})
    return {
        str(name): {str(key): str(kind) for key, kind in one.get("contenu", {}).items()}
        for name, one in (told.items() if isinstance(told, Mapping) else ())
        if isinstance(one, Mapping) and isinstance(one.get("contenu", {}), Mapping)
    }


def _senders(told: Any) -> Iterator[Finding]:
    for name, one in told.items() if isinstance(told, Mapping) else ():
        sender = one.get("expediteur") if isinstance(one, Mapping) else None
        if not isinstance(sender, str) or not sender or not isinstance(one.get("contenu", {}), Mapping):
            message = f"Le message «\u00a0{name}\u00a0» ne dit pas qui l’envoie, ou mal ce qu’il apporte."
            fix = "Donnez «\u00a0expediteur\u00a0» (un texte) et au besoin «\u00a0contenu\u00a0» (nom = type)."
            yield _found("message-sans-expediteur", f"messages.{name}", message, fix)


def _durations(settings: Mapping[str, Any]) -> Iterator[Finding]:
    for path in (*_DURATIONS, *(f"silence.{case}.delai" for case in dated.cases(settings))):
        text = dated.base_of(settings, path)
        if text is not None and feel.evaluate("duration(texte)", {"texte": text}) is None:
            message = f"«\u00a0{text}\u00a0» n’est pas une durée."
            yield _found("reglage-duree", path, message, "Écrivez par exemple P30D, P4M ou P1Y.")


def _pieces(pieces: Any) -> Iterator[Finding]:
    for place, piece in enumerate(pieces if isinstance(pieces, list) else [], 1):
        code = piece.get("code") if isinstance(piece, Mapping) else None
        if not code or not piece.get("libelle"):
            message = f"La pièce n° {place} n’a pas de code ou pas de libellé."
            yield _found(
                "piece-incomplete", f"pieces.{place}", message, "Donnez «\u00a0code\u00a0» et «\u00a0libelle\u00a0»."
            )
            continue
        yield from _condition(code, piece.get("condition"))


def _condition(code: str, text: Any) -> Iterator[Finding]:
    if text is None:
        return
    try:
        feel.compile_expression(str(text).removeprefix("=").strip())
    except feel.FeelSyntaxError as error:
        message = f"La condition de la pièce «\u00a0{code}\u00a0» n’est pas du FEEL\u00a0: {error}"
        yield _found("piece-condition", f"pieces.{code}", message, "Corrigez la condition.")


def _keys(keys: Any) -> Iterator[Finding]:
    """Keys under which other systems write to a dossier: FEEL over what a process finds at its start."""
    if not isinstance(keys, Mapping):
        message = "«\u00a0correspondance\u00a0» n’est pas une table de clés."
        yield _found("cle-invalide", "correspondance", message, 'Écrivez par exemple numero = "demande.numero".')
        return
    for name, text in keys.items():
        try:
            feel.compile_expression(str(text).removeprefix("=").strip())
        except feel.FeelSyntaxError as error:
            message = f"La clé «\u00a0{name}\u00a0» n’est pas du FEEL\u00a0: {error}"
            yield _found("cle-invalide", f"correspondance.{name}", message, "Corrigez l’expression.")


def _found(rule: str, where: str, message: str, fix: str, severity: Any = "error") -> Finding:
    return Finding(rule, severity, FILE, where, "", 0, message, fix)
