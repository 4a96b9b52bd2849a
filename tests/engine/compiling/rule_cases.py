"""For every rule a model on which it fires, and its nearest neighbour that is right."""

from __future__ import annotations

from typing import NamedTuple

from engine.compile import ActionSpec, Catalogue
from tests.conformance.writing import boundary, event, messages, model, scope, subprocess

FORM = '<extensionElements><planipref:formulaire ref="examen"/></extensionElements>'
LANE = '<laneSet id="ls"><lane id="instructeur"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
CATALOGUE = Catalogue(
    forms={"examen": {"avis": "string", "montant": "number", "complet": "boolean"}},
    actions={
        "lettre.envoyer": ActionSpec(
            params={"modele": "template", "copie": "string"},
            results={"lettre": "context"},
            required=frozenset({"modele"}),
        )
    },
    templates=frozenset({"courriers/refus.html"}),
    data={"demande": "context", "demande.age": "number"},
    messages={"complement": {"pieces": "list"}},
    errors=frozenset({"INDISPONIBLE"}),
)
XOR = '<exclusiveGateway id="g"/>'
INC = '<inclusiveGateway id="g"/>'
ERROR = '<error id="e" errorCode="INDISPONIBLE"/><error id="e2" errorCode="AUTRE"/>'


def user(extra: str = "", key: str = "a") -> str:
    """A complete user task, but for what `extra` says."""
    inside = (
        '<documentation>Lire</documentation><extensionElements><planipref:formulaire ref="examen"/>'
        f'<planipref:carte libelle="Examen" sens="s" acteur="prefecture"/>{extra}</extensionElements>'
    )
    return f'<userTask id="{key}" name="Examiner">{inside}</userTask>'


def service(inside: str, key: str = "t") -> str:
    return f'<serviceTask id="{key}" name="Écrire"><extensionElements>{inside}</extensionElements></serviceTask>'


def letter(entries: str = '<planipref:entree nom="modele" valeur="courriers/refus.html"/>') -> str:
    return service(f'<planipref:action nom="lettre.envoyer">{entries}</planipref:action>')


def choice(condition: str) -> bytes:
    """A user task, then a gateway with that condition."""
    return model(scope(f"start > a > g -[{condition}]> end; g -[*]> end2", LANE + user() + XOR))


def timer(text: str) -> bytes:
    inner = f"<timerEventDefinition>{text}</timerEventDefinition>"
    return model(scope("start > w > end", f'<intermediateCatchEvent id="w">{inner}</intermediateCatchEvent>'))


def repeated(inside: str, tag: str = "multiInstanceLoopCharacteristics", extra: str = "") -> bytes:
    return model(scope("start > a > end", f'<userTask id="a"><{tag} {extra}>{inside}</{tag}></userTask>'))


def decided(inside: str) -> bytes:
    body = f'<businessRuleTask id="d"><extensionElements>{inside}</extensionElements></businessRuleTask>'
    return model(scope("start > d > end", body))


def undone(association: str) -> bytes:
    body = '<boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
    body += f'<userTask id="u" isForCompensation="true"/>{association}'
    return model(scope("start > a > end", body))


PLAIN = model(scope("start > a > end"))
DRAWN = PLAIN.replace(
    b"</definitions>",
    b'<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    b'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><bpmndi:BPMNPlane bpmnElement="p">'
    + b"".join(
        b'<bpmndi:BPMNShape bpmnElement="%s"><dc:Bounds x="0" y="0" width="9" height="9"/></bpmndi:BPMNShape>' % key
        for key in (b"start", b"a", b"end")
    )
    + b"</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>",
)
TIE = '<association sourceRef="b" targetRef="u"/>'
DRIVEN = event("startEvent", "ms", "message m")


class Case(NamedTuple):
    """A rule, what it fires on, what it is silent on."""

    rule: str
    fires: bytes
    silent: bytes
    catalogue: Catalogue | None = None


CASES = [
    Case("fichier-illisible", b"<a", PLAIN),
    Case("fichier-inconnu", b"<a/>", PLAIN),
    Case("processus-absent", PLAIN.replace(b'"true"', b'"false"'), PLAIN),
    Case(
        "processus-a-choisir",
        PLAIN.replace(b"<process", b'<process id="q" isExecutable="true"><task id="z"/></process><process'),
        PLAIN.replace(b"<process", b'<process id="q" isExecutable="false"><task id="z"/></process><process'),
    ),
    Case("modele-trop-grand", model("".join(f'<task id="t{i}"/>' for i in range(2001))), PLAIN),
    Case("schema-bpmn", PLAIN.replace(b"<userTask", b'<userTask startQuantity="x"'), PLAIN),
    Case("identifiant-absent", model('<startEvent/><task id="a"/>'), PLAIN),
    Case("identifiant-double", model(scope("start > a > end", '<task id="a"/><task id="a"/>')), PLAIN),
    Case("flux-casse", model(scope("start > a > end") + '<sequenceFlow id="z" sourceRef="a" targetRef="no"/>'), PLAIN),
    Case("flux-impossible", model(scope("start > a > end > b")), PLAIN),
    Case(
        "defaut-etranger",
        model(scope("start > g -[x]> a > end; g > b > end", '<exclusiveGateway id="g" default="f_a_end_1"/>')),
        model(scope("start > g -[x]> a > end; g -[*]> b > end", XOR)),
    ),
    Case("debut-absent", model(scope("a > b > a")), model(scope("a > b"))),
    Case("debuts-multiples", model(scope("start > a > end; start2 > a")), PLAIN),
    Case(
        "debut-de-sous-processus",
        model(scope("start > sub > end", subprocess("sub", scope("ms > a", DRIVEN))), messages("m")),
        model(scope("start > sub > end", subprocess("sub", scope("starti > a")))),
    ),
    Case(
        "sous-processus-vide",
        model(scope("start > sub > end", subprocess("sub", ""))),
        model(scope("start > sub > end", subprocess("sub", scope("starti > a")))),
    ),
    Case(
        "evenementiel-relie",
        model(scope("start > sub > end", subprocess("sub", scope("ms > a", DRIVEN), triggeredByEvent="true"))),
        model(scope("start > end", subprocess("sub", scope("ms > a", DRIVEN), triggeredByEvent="true"))),
    ),
    Case(
        "passerelle-sans-condition",
        model(scope("start > g > a > end; g > b > end", XOR)),
        model(scope("start > g > a > end; g -[x]> b > end", XOR)),
    ),
    Case(
        "passerelle-sans-defaut",
        model(scope("start > g -[x]> a > end; g -[y]> b > end", XOR)),
        model(scope("start > g -[*]> a > end; g -[y]> b > end", XOR)),
    ),
    Case(
        "passerelle-inclusive-toujours",
        model(scope("start > g -[x]> a > end; g > b > end", INC)),
        model(scope("start > g -[x]> a > end; g -[*]> b > end", INC)),
    ),
    Case(
        "condition-ignoree",
        model(scope("start > g -[x]> a > end; g > b > end", '<parallelGateway id="g"/>')),
        model(scope("start > g > a > end; g > b > end", '<parallelGateway id="g"/>')),
    ),
    Case(
        "passerelle-complexe",
        model(scope("start > a > g > end; start > b > g", '<complexGateway id="g"/>')),
        model(scope("start > g > a > end; g > b > end", '<complexGateway id="g"/>')),
    ),
    Case(
        "ecouteur-interdit",
        model(
            scope(
                "start > a > end",
                '<userTask id="a"><extensionElements><camunda:taskListener class="X"/></extensionElements></userTask>',
            )
        ),
        PLAIN,
    ),
    Case(
        "passerelle-evenement",
        model(scope("start > g > a > end", '<eventBasedGateway id="g"/>')),
        model(
            scope(
                "start > g > w > end", '<eventBasedGateway id="g"/>' + event("intermediateCatchEvent", "w", "timer P1D")
            )
        ),
    ),
    Case("partage-implicite", model(scope("start > a > end; a > end2")), PLAIN),
    Case("fin-implicite", model(scope("start > a")), PLAIN),
    Case("element-inaccessible", model(scope("start > a > end; b > c > end")), PLAIN),
    Case(
        "sans-issue",
        model(scope("start > g > a > g", XOR)),
        model(scope("start > g > a > h -[x]> g; h -[*]> end", XOR + '<exclusiveGateway id="h"/>')),
    ),
    Case(
        "boucle-parallele",
        model(scope("start > j > h -[x]> j; h -[*]> end", '<parallelGateway id="j"/><exclusiveGateway id="h"/>')),
        model(scope("start > j > end", '<parallelGateway id="j"/>')),
    ),
    Case(
        "blocs-paralleles",
        model(
            scope(
                "start > p1; p1 > p2; p1 > p2; p2 > p3; p2 > p3; p3 > p4; p3 > p4; p4 > end; p4 > end",
                "".join(f'<parallelGateway id="p{i}"/>' for i in range(1, 5)),
            )
        ),
        model(scope("start > p1; p1 > end; p1 > end", '<parallelGateway id="p1"/>')),
    ),
    Case(
        "minuterie-illisible",
        timer("<timeDuration>30 jours</timeDuration>"),
        timer("<timeDuration>P30D</timeDuration>"),
    ),
    Case("minuterie-absente", timer(""), timer("<timeDuration>=delai</timeDuration>")),
    Case(
        "reference-inconnue",
        model(scope("start > r > end", '<receiveTask id="r" messageRef="m"/>')),
        model(scope("start > r > end", '<receiveTask id="r" messageRef="m"/>'), messages("m")),
    ),
    Case(
        "message-absent",
        model(scope("start > r > end", '<receiveTask id="r"/>')),
        model(scope("start > r > end", '<receiveTask id="r" messageRef="m"/>'), messages("m")),
    ),
    Case(
        "lien-sans-arrivee",
        model(scope("start > out", event("intermediateThrowEvent", "out", "link L"))),
        model(
            scope(
                "start > out; in > end",
                event("intermediateThrowEvent", "out", "link L") + event("intermediateCatchEvent", "in", "link L"),
            )
        ),
    ),
    Case(
        "evenement-impossible",
        model(scope("start > w > end", event("intermediateCatchEvent", "w", "error e")), ERROR),
        model(scope("start > w", event("endEvent", "w", "error e")), ERROR),
    ),
    Case(
        "evenements-simultanes",
        model(
            scope(
                "start > a > end; w > b > end",
                '<boundaryEvent id="w" attachedToRef="a" parallelMultiple="true"><messageEventDefinition '
                'messageRef="m"/><errorEventDefinition/></boundaryEvent>',
            ),
            messages("m"),
        ),
        model(
            scope(
                "start > w > end",
                '<intermediateCatchEvent id="w" parallelMultiple="true"><messageEventDefinition messageRef="m"/>'
                "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>",
            ),
            messages("m"),
        ),
    ),
    Case(
        "frontiere-sans-etape",
        model(scope("start > a > end; b > c > end", boundary("b", "nothing", "timer P1D"))),
        model(scope("start > a > end; b > c > end", boundary("b", "a", "timer P1D"))),
    ),
    Case(
        "annulation-hors-transaction",
        model(scope("start > c", event("endEvent", "c", "cancel"))),
        model(
            scope(
                "start > tx > end",
                subprocess("tx", scope("starti > c", event("endEvent", "c", "cancel")), "transaction"),
            )
        ),
    ),
    Case("compensation-sans-suite", undone(""), undone(TIE)),
    Case(
        "condition-filtree",
        model(
            scope("start > a > end; b > end", boundary("b", "a", "conditional x > 1")).replace(
                "<conditionalEventDefinition", '<conditionalEventDefinition camunda:variableEvents="delete"'
            )
        ),
        model(
            scope("start > a > end; b > end", boundary("b", "a", "conditional x > 1")).replace(
                "<conditionalEventDefinition", '<conditionalEventDefinition camunda:variableName="y"'
            )
        ),
    ),
    Case("repetition-sans-nombre", repeated(""), repeated("<loopCardinality>2</loopCardinality>")),
    Case(
        "boucle-sans-fin",
        repeated("", "standardLoopCharacteristics"),
        repeated("", "standardLoopCharacteristics", 'loopMaximum="2"'),
    ),
    Case(
        "ad-hoc-vide",
        model(scope("start > sub > end", subprocess("sub", "", "adHocSubProcess"))),
        model(scope("start > sub > end", subprocess("sub", '<userTask id="a"/>', "adHocSubProcess"))),
    ),
    Case("element-non-pris-en-charge", model(scope("start > a > end", '<callChoreography id="z"/>')), PLAIN),
    Case(
        "script-interdit", model(scope("start > s > end", '<scriptTask id="s"><script>x</script></scriptTask>')), PLAIN
    ),
    Case(
        "processus-appele-inconnu",
        model(scope("start > c > end", '<callActivity id="c" calledElement="q"/>')),
        PLAIN,
    ),
    Case("appel-en-rond", model(scope("start > c > end", '<callActivity id="c" calledElement="p"/>')), PLAIN),
    Case("decision-inconnue", decided('<planipref:decision ref="delai"/>'), decided("<planipref:neutre/>")),
    Case("dessin-absent", PLAIN, DRAWN),
    Case("formulaire-inconnu", PLAIN, model(scope("start > a > end", user())), CATALOGUE),
    Case("carte-absente", PLAIN, model(scope("start > a > end", user())), CATALOGUE),
    Case("documentation-absente", PLAIN, model(scope("start > a > end", user())), CATALOGUE),
    Case("etape-sans-nom", PLAIN, model(scope("start > a > end", user())), CATALOGUE),
    Case("role-inconnu", PLAIN, model(scope("start > a > end", LANE + user())), CATALOGUE),
    Case(
        "fin-sans-acte",
        PLAIN,
        model(
            scope(
                "start > a > e",
                '<endEvent id="e"><extensionElements><planipref:acte notifie="refus"/></extensionElements></endEvent>',
            )
        ),
        CATALOGUE,
    ),
    Case("action-absente", model(scope("start > t > end", service(""))), model(scope("start > t > end", letter()))),
    Case(
        "action-inconnue",
        model(scope("start > t > end", service('<planipref:action nom="rien"/>'))),
        model(scope("start > t > end", letter())),
        CATALOGUE,
    ),
    Case(
        "parametre-inconnu",
        model(scope("start > t > end", letter('<planipref:entree nom="couleur" valeur="bleu"/>'))),
        model(scope("start > t > end", letter())),
        CATALOGUE,
    ),
    Case(
        "parametre-manquant",
        model(scope("start > t > end", letter(""))),
        model(scope("start > t > end", letter())),
        CATALOGUE,
    ),
    Case(
        "modele-inconnu",
        model(scope("start > t > end", letter('<planipref:entree nom="modele" valeur="non.html"/>'))),
        model(scope("start > t > end", letter())),
        CATALOGUE,
    ),
    Case(
        "message-inconnu",
        model(scope("start > r > end", '<receiveTask id="r" messageRef="m"/>'), messages("m")),
        model(scope("start > r > end", '<receiveTask id="r" messageRef="complement"/>'), messages("complement")),
        CATALOGUE,
    ),
    Case(
        "erreur-inconnue",
        model(scope("start > t > end; b > end", letter() + boundary("b", "t", "error e2")), ERROR),
        model(scope("start > t > end; b > end", letter() + boundary("b", "t", "error e")), ERROR),
        CATALOGUE,
    ),
    Case("expression-illisible", choice("1 +"), choice("1 > 0")),
    Case("expression-traduite", choice("${demande.age == 3}"), choice("demande.age = 3")),
    Case("variable-inconnue", choice("examn.complet"), choice("examen.complet"), CATALOGUE),
    Case("champ-inconnu", choice("examen.complait"), choice("examen.complet"), CATALOGUE),
    Case(
        "type-incompatible",
        choice("examen.montant = &quot;x&quot;".replace("&quot;", '"')),
        choice("examen.montant = 3"),
        CATALOGUE,
    ),
    Case("condition-non-booleenne", choice("examen.montant"), choice("examen.montant > 3"), CATALOGUE),
]
