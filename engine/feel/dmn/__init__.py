"""DMN: decision tables, boxed expressions and decision requirement diagrams, evaluated with FEEL.

load(content).decide("delai_silence", {"titre": "carte de séjour"}, now=now) -> Decision(value, rules, warnings)
"""

from engine.feel.dmn.decisions import Decision, Decisions, load
from engine.feel.dmn.errors import DecisionsInvalid, DecisionUnknown, Problem
from engine.feel.dmn.tables import FiredRule

__all__ = ["Decision", "DecisionUnknown", "Decisions", "DecisionsInvalid", "FiredRule", "Problem", "load"]
