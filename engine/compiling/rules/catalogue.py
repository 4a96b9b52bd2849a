"""What a démarche names must exist: forms, actions, letters, messages, roles, notified acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.compiling.findings import ActionSpec, Catalogue
from engine.compiling.model import ACTIVITIES, action_of, definitions, lanes, nodes
from engine.compiling.registry import rule
from engine.compiling.xml import bpmn, bpmn_child, extension, local, ours, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.compiling.model import Model
    from engine.compiling.xml import Element

TEMPLATE_TYPES = frozenset({"template", "modele", "modèle"})


def catalogue_of(model: Model) -> Catalogue:
    """The catalogue of the compilation; rules that need it run only when there is one."""
    return model.catalogue if model.catalogue is not None else Catalogue()


@rule(
    "formulaire-inconnu",
    says="Une tâche humaine sans formulaire, ou dont le formulaire est introuvable",
    needs_catalogue=True,
)
def unknown_form(model: Model) -> None:
    """Each user task shows a form of the démarche."""
    known = catalogue_of(model).forms
    for task in model.nodes("userTask"):
        form = extension(task, "formulaire")
        key = form.get("ref") or "" if form is not None else ""
        if key in known:
            continue
        model.say(
            task,
            "formulaire-inconnu",
            "error",
            f"Le formulaire «\u00a0{key}\u00a0» est introuvable." if key else "La tâche n’a pas de formulaire.",
            f"Formulaires connus\u00a0: {_some(known)}.",
        )


@rule("carte-absente", says="Une tâche humaine sans carte pour l’usager", needs_catalogue=True)
def no_card(model: Model) -> None:
    """The citizen is told what happens, and who acts."""
    for task in model.nodes("userTask"):
        card = extension(task, "carte")
        if card is None or not card.get("libelle"):
            model.say(
                task,
                "carte-absente",
                "warning",
                "L’usager ne saura pas ce que cette étape veut dire\u00a0: elle n’a pas de carte.",
                "Ajoutez une carte\u00a0: libellé, sens, qui agit, pour quand.",
            )


@rule("documentation-absente", says="Une tâche humaine sans documentation pour l’agent", needs_catalogue=True)
def no_documentation(model: Model) -> None:
    """The agent is told what to do."""
    for task in model.nodes("userTask"):
        if not text_of(bpmn_child(task, "documentation")):
            model.say(
                task,
                "documentation-absente",
                "info",
                "La tâche n’explique pas à l’agent ce qu’il doit faire.",
                "Écrivez-le dans la documentation de la tâche.",
            )


@rule("action-inconnue", "action-absente", says="Une tâche de service sans action, ou dont l’action est introuvable")
def unknown_action(model: Model) -> None:
    """A service task names an action of the table."""
    for task in model.nodes("serviceTask", "sendTask"):
        action = action_of(task)
        if action is None or not action.get("nom"):
            if extension(task, "neutre") is None and not (local(task) == "sendTask" and task.get("messageRef")):
                model.say(
                    task,
                    "action-absente",
                    "error",
                    "La tâche de service ne nomme aucune action.",
                    "Choisissez une action du tableau de processes/LISEZMOI.md.",
                )
        elif model.catalogue is not None and action.get("nom") not in model.catalogue.actions:
            model.say(
                task,
                "action-inconnue",
                "error",
                f"L’action «\u00a0{action.get('nom')}\u00a0» est introuvable.",
                f"Actions connues\u00a0: {_some(model.catalogue.actions)}.",
            )


def _called(model: Model) -> Iterator[tuple[Element, Element, ActionSpec]]:
    """Tasks, the actions they name, and what these take."""
    known = catalogue_of(model).actions
    for task in model.nodes("serviceTask", "sendTask"):
        action = action_of(task)
        if action is not None and (spec := known.get(action.get("nom") or "")) is not None:
            yield task, action, spec


@rule(
    "parametre-inconnu",
    "parametre-manquant",
    says="Une action appelée avec un paramètre qu’elle n’a pas, ou sans un paramètre qu’il lui faut",
    needs_catalogue=True,
)
def action_parameters(model: Model) -> None:
    """What goes into an action is what it takes."""
    for task, action, spec in _called(model):
        given = [e.get("nom") or "" for e in action.iterchildren(ours("entree"))]
        for name in given:
            if name not in spec.params:
                model.say(
                    task,
                    "parametre-inconnu",
                    "error",
                    f"L’action «\u00a0{action.get('nom')}\u00a0» n’a pas de paramètre «\u00a0{name}\u00a0».",
                    f"Paramètres connus\u00a0: {_some(spec.params)}.",
                )
        said = {e.get("nom") or "" for e in action.iterchildren(ours("entree")) if (e.get("valeur") or "").strip()}
        for name in sorted(spec.required - said):
            model.say(
                task,
                "parametre-manquant",
                "error",
                f"Il manque à l’action «\u00a0{action.get('nom')}\u00a0» le paramètre «\u00a0{name}\u00a0».",
                "Ajoutez-le dans le panneau des propriétés.",
            )


@rule("modele-inconnu", says="Une lettre, un courriel ou un SMS dont le modèle est introuvable", needs_catalogue=True)
def unknown_template(model: Model) -> None:
    """Templates are files of the démarche or of the blocks."""
    known = catalogue_of(model).templates
    for task, action, spec in _called(model):
        for given in action.iterchildren(ours("entree")):
            value = given.get("valeur") or ""
            wanted = spec.params.get(given.get("nom") or "") in TEMPLATE_TYPES
            if wanted and value and not value.startswith("=") and value not in known:
                model.say(
                    task,
                    "modele-inconnu",
                    "error",
                    f"Le modèle «\u00a0{value}\u00a0» est introuvable.",
                    f"Modèles connus\u00a0: {_some(known)}.",
                )


@rule("message-inconnu", says="Un message que rien n’envoie", needs_catalogue=True)
def unknown_message(model: Model) -> None:
    """A message that no desk sends would be awaited for ever."""
    known = catalogue_of(model).messages
    if known is None:
        return
    thrown = {
        name for node, name in _messages(model) if local(node) in {"intermediateThrowEvent", "endEvent", "sendTask"}
    }
    for node, name in _messages(model):
        if local(node) in {"intermediateThrowEvent", "endEvent", "sendTask"} or name in thrown or name in known:
            continue
        model.say(
            node,
            "message-inconnu",
            "error",
            f"Rien n’envoie le message «\u00a0{name}\u00a0»\u00a0: l’attente ne finirait jamais.",
            f"Messages connus\u00a0: {_some(known)}. Si un autre système l’envoie, dites-le dans demarche.toml "
            f"([messages.{name}]).",
        )


def _messages(model: Model) -> Iterator[tuple[Element, str]]:
    """Each element that awaits or sends a message, with the message's name."""
    names = {key: e.get("name") or key for key, e in model.root_elements("message").items()}
    for node in model.nodes():
        for carrier in [node, *definitions(node)]:
            key = (carrier.get("messageRef") or "").rsplit(":", 1)[-1]
            if key:
                yield node, names.get(key, key)


@rule("erreur-inconnue", says="Une erreur attendue que ni une action ni le processus ne lève", needs_catalogue=True)
def unknown_error(model: Model) -> None:
    """An error that nobody throws is never caught."""
    known = catalogue_of(model).errors
    if known is None:
        return
    codes = {key: e.get("errorCode") or key for key, e in model.root_elements("error").items()}
    thrown = {code for node, code in _errors(model, codes) if local(node) == "endEvent"}
    for node, code in _errors(model, codes):
        if local(node) != "endEvent" and code not in thrown and code not in known:
            model.say(
                node,
                "erreur-inconnue",
                "error",
                f"Rien ne lève l’erreur «\u00a0{code}\u00a0».",
                f"Erreurs connues\u00a0: {_some({*known, *thrown})}. "
                "Corrigez son code, ou terminez une branche par un événement de fin qui la lève.",
            )


def _errors(model: Model, codes: dict[str, str]) -> Iterator[tuple[Element, str]]:
    for node in model.nodes():
        for definition in definitions(node):
            key = (definition.get("errorRef") or "").rsplit(":", 1)[-1]
            if key:
                yield node, codes.get(key, key)


@rule(
    "role-inconnu",
    says="Une tâche humaine hors d’un couloir, ou dans un couloir qui n’est pas un rôle",
    needs_catalogue=True,
)
def unknown_role(model: Model) -> None:
    """The lane of a user task says who does it."""
    roles = catalogue_of(model).roles
    for process in model.processes():
        found = lanes(process)
        for task in process.iter(bpmn("userTask")):
            lane = found.get(_outermost(task)) if task.get("id") not in found else found[str(task.get("id"))]
            if lane is None or not {lane.get("id"), lane.get("name")} & roles:
                model.say(
                    task,
                    "role-inconnu",
                    "error",
                    "Aucun couloir ne dit quel rôle fait cette tâche."
                    if lane is None
                    else f"Le couloir «\u00a0{lane.get('name') or lane.get('id')}\u00a0» n’est pas un rôle.",
                    f"Rôles\u00a0: {_some(roles)}.",
                )


def _outermost(task: Element) -> str:
    """The activity directly in the process that holds a task of a sub-process."""
    found: Element = task
    while (parent := found.getparent()) is not None and local(parent) != "process":
        found = parent
    return str(found.get("id"))


@rule("fin-sans-acte", says="Une fin du processus principal qui ne dit pas quel acte est notifié", needs_catalogue=True)
def end_without_act(model: Model) -> None:
    """A démarche ends by an act that its addressee is notified of."""
    main = model.called().get(model.main)
    if main is None:
        return
    for end in nodes(main, "endEvent"):
        act = extension(end, "acte")
        if (act is None or not act.get("notifie")) and local(end) == "endEvent":
            model.say(
                end,
                "fin-sans-acte",
                "warning",
                "Cette fin ne dit pas quel acte est notifié à l’usager.",
                "Ajoutez l’acte notifié, ou «\u00a0aucun\u00a0» si le dossier finit sans acte.",
            )


@rule("etape-sans-nom", says="Une étape sans nom", needs_catalogue=True)
def unnamed(model: Model) -> None:
    """People read names, not ids."""
    for node in model.nodes(*ACTIVITIES):
        if not (node.get("name") or "").strip():
            model.say(
                node,
                "etape-sans-nom",
                "warning",
                "L’étape n’a pas de nom.",
                "Donnez-lui un nom\u00a0: un verbe et un objet.",
            )


def _some(names: Iterable[str]) -> str:
    """A few names of a list, for a French sentence."""
    found = sorted(names)
    return ", ".join(found[:12]) + ("…" if len(found) > 12 else "") if found else "aucun"
