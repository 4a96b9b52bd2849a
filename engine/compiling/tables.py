"""Decision tables: what their analysis found, told as findings about their rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.compiling.findings import Finding, Severity
from engine.compiling.xml import Element, local
from engine.feel.dmn import Decisions
from engine.feel.dmn.judging import Gap, Judgement, Overlap, Unreachable, judge
from engine.feel.dmn.sheet import Column, Domains
from engine.feel.dmn.wording import in_french
from engine.feel.values import Value

OVERLAP: Final = "table-recouvrement"
GAP: Final = "table-cas-sans-regle"
UNREACHABLE: Final = "table-regle-inutile"
UNJUDGED: Final = "table-non-verifiee"
# Code and what it signals, for docs/moteur.md.
SAID: Final = (
    (OVERLAP, "Des règles d’une table de décision qui s’appliquent ensemble, là où une seule le doit"),
    (GAP, "Un cas, donné en exemple, qu’aucune règle d’une table de décision ne couvre"),
    (UNREACHABLE, "Une règle d’une table de décision qui ne répond jamais"),
    (UNJUDGED, "Une case d’une table de décision dont la réponse ne se prévoit pas (pour information)"),
)
_NAMED = 4  # rules or cells told one by one in a sentence


@dataclass(frozen=True)
class TableFile:
    """A DMN file that was read: its name, its root as the analyst wrote it, its decisions."""

    name: str
    root: Element
    decisions: Decisions


def check(files: Sequence[TableFile], choices: Domains, *, foreign: bool) -> list[Finding]:
    """What is wrong or doubtful in every table, `choices` being the texts that a path may have.

    In foreign models nothing is an error.
    """
    return [
        finding
        for file in files
        for key in file.decisions.tables
        for finding in _Teller(file, key, judge(file.decisions, key, choices), foreign=foreign).findings()
    ]


class _Teller:
    """The findings of one table."""

    def __init__(self, file: TableFile, key: str, judgement: Judgement, *, foreign: bool) -> None:
        self.file = file
        self.judgement = judgement
        self.foreign = foreign
        self.decision = next((one for one in file.root if one.get("id") == key), file.root)
        self.key = key
        self.rules = [one for one in self.decision.iter() if local(one) == "rule"]
        self.name = " ".join((self.decision.get("name") or key).split())

    def findings(self) -> Iterator[Finding]:
        """All of them."""
        yield from self._overlaps()
        for gap in self.judgement.gaps:
            yield self._gap(gap)
        if self.judgement.empty:
            yield self._empty()
        for one in self.judgement.unreachable:
            yield self._unreachable(one)
        yield from self._unjudged()

    def _say(self, code: str, severity: Severity, message: str, fix: str, rule: int = 0) -> Finding:
        """A finding about a rule (from 1), or about the whole decision."""
        place = self.rules[rule - 1] if 0 < rule <= len(self.rules) else self.decision
        name = f"{self.name}, règle {rule}" if rule else self.name
        line = place.sourceline if isinstance(place.sourceline, int) else 0
        return Finding(code, severity, self.file.name, place.get("id") or self.key, name, line, message, fix)

    def example(self, values: Sequence[Value], columns: Sequence[int]) -> str:
        """« Âge = 17, Motif = « études » »."""
        told = [f"{self.judgement.columns[at].label} = {in_french(values[at])}" for at in columns]
        return ", ".join(told)

    def _asking(self, rules: Sequence[int]) -> list[int]:
        """The columns on which one of these rules asks something."""
        tables = self.file.decisions.tables[self.key].rules
        asked = {at for rule in rules for at, test in enumerate(tables[rule - 1].tests) if test.text not in ("", "-")}
        return [at for at in range(len(self.judgement.columns)) if at in asked]

    def _overlaps(self) -> Iterator[Finding]:
        by_rule: dict[int, list[Overlap]] = {}
        for one in self.judgement.overlaps:
            by_rule.setdefault(one.rules[1], []).append(one)
        for rule, found in sorted(by_rule.items()):
            yield self._overlap(rule, found)

    def _overlap(self, rule: int, found: Sequence[Overlap]) -> Finding:
        first = next((one for one in found if one.always), found[0])
        others = sorted(one.rules[0] for one in found)
        unique = self.judgement.policy == "UNIQUE"
        columns = self._asking((rule, first.rules[0]))
        by = f", avec la règle {first.rules[0]}" if len(others) > 1 else ""
        example = f" Par exemple{by}\u00a0: {self.example(first.example, columns)}." if columns else ""
        what = f"{_rules(sorted([*others, rule]))} s’appliquent ensemble"
        if len(others) > 1:
            what = f"La règle {rule} s’applique en même temps que {_rules(others, start=False)}"
        if not unique:
            what += ", sans donner la même réponse" if first.certain else ", peut-être sans donner la même réponse"
        always = f" La règle {rule} ne s’applique jamais seule." if first.always else ""
        severity: Severity = "error" if first.always and unique and not self.foreign else "warning"
        message = f"{what}.{example}{always}"
        return self._say(
            OVERLAP,
            severity,
            message,
            "Le dossier s’arrêterait sur un incident. Resserrez les cases de l’une, ou retenez la première règle qui "
            "s’applique (politique «\u00a0Première\u00a0»).",
            rule,
        )

    def _gap(self, gap: Gap) -> Finding:
        if not self.judgement.rules:
            return self._say(GAP, "warning", "La table n’a pas de règle.", "Ajoutez une règle.")
        example = self.example(gap.example, gap.matters)
        if not example:
            return self._say(GAP, "warning", "Aucune règle ne s’applique jamais.", "Corrigez les cases des règles.")
        if gap.unlikely:
            return self._say(
                GAP,
                "info",
                f"Un cas peu courant n’a pas de règle. Par exemple\u00a0: {example}.",
                "Si ces valeurs se présentent, joignez les bornes des règles\u00a0; sinon, il n’y a rien à faire.",
            )
        return self._say(
            GAP,
            "info" if self.judgement.policy in ("RULE ORDER", "OUTPUT ORDER") else "warning",
            f"Des cas n’ont pas de règle. Par exemple\u00a0: {example}.",
            "Ajoutez une règle pour ce cas, ou une dernière règle qui prend tout le reste. S’il ne peut pas se "
            "présenter, dites les valeurs permises de la colonne.",
        )

    def _empty(self) -> Finding:
        labels = [f"«\u00a0{self.judgement.columns[at].label}\u00a0»" for at in self.judgement.empty]
        return self._say(
            GAP,
            "info",
            f"Si {_joined(labels, 'ou')} n’est pas donné, aucune règle ne s’applique.",
            "Si la question peut rester sans réponse, ajoutez une règle pour `null`.",
        )

    def _unreachable(self, one: Unreachable) -> Finding:
        if one.column is not None:
            column = self.judgement.columns[one.column]
            return self._say(
                UNREACHABLE,
                "warning",
                f"La règle {one.rule} ne s’applique jamais\u00a0: aucune valeur permise ne convient à sa case "
                f"«\u00a0{column.label}\u00a0».",
                f"Corrigez la case, ou retirez la règle.{_permitted(column)}",
                one.rule,
            )
        verb = "prend" if len(one.by) == 1 else "prennent"
        return self._say(
            UNREACHABLE,
            "warning",
            f"La règle {one.rule} ne répond jamais\u00a0: {_rules(one.by, start=False)} {verb} tous ses cas.",
            "Retirez la règle, ou déplacez-la avant."
            if self.judgement.policy == "FIRST"
            else "Retirez la règle, ou changez l’ordre des valeurs de sortie.",
            one.rule,
        )

    def _unjudged(self) -> Iterator[Finding]:
        skipped = self.judgement.skipped
        if skipped:
            cells = [f"«\u00a0{one.text}\u00a0»{f' (règle {one.rule})' if one.rule else ''}" for one in skipped]
            more = f" et {len(cells) - _NAMED} autres" if len(cells) > _NAMED else ""
            yield self._say(
                UNJUDGED,
                "info",
                f"La réponse de ces cases ne se prévoit pas\u00a0: {', '.join(cells[:_NAMED])}{more}. Leurs règles ne "
                "comptent ni comme recouvrement ni comme couverture manquante.",
                "Essayez ces règles à la main.",
                skipped[0].rule,
            )
        if self.judgement.given_up:
            yield self._say(
                UNJUDGED,
                "info",
                f"La table est trop grande pour que tout soit vérifié\u00a0: il manque "
                f"{_joined(self.judgement.given_up, 'et')}.",
                "Découpez la table en plusieurs décisions.",
            )


def _permitted(column: Column) -> str:
    if not column.closed:
        return ""
    more = "…" if len(column.choices) > 3 * _NAMED else ""
    return f" Valeurs permises\u00a0: {', '.join(column.choices[: 3 * _NAMED])}{more}."


def _rules(numbers: Sequence[int], *, start: bool = True) -> str:
    article = "Les" if start else "les"
    if len(numbers) == 1:
        return f"{'La' if start else 'la'} règle {numbers[0]}"
    told = [str(one) for one in numbers]
    if len(told) > 2 * _NAMED:
        told = [*told[: 2 * _NAMED], f"{len(numbers) - 2 * _NAMED} autres"]
    return f"{article} règles {_joined(told, 'et')}"


def _joined(parts: Sequence[str], word: str) -> str:
    *before, last = parts
    return f"{', '.join(before)} {word} {last}" if before else last
