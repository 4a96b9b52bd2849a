"""FEEL, the language of conditions, timers, forms and decision tables (DMN 1.3 to 1.5).

    compile_expression("montant > 100 and avis = \\"favorable\\"").evaluate({"montant": 120, "avis": "favorable"})

A text is parsed once and compiled to closures. What has no value is null, and the reason is kept as a warning.
No Python is ever evaluated and no attribute of a Python object is ever read; every evaluation has a budget.
"""

from engine.feel.analysis import Analysis, Completion, analyse
from engine.feel.budget import Budget
from engine.feel.convert import NotAValue, from_feel, to_feel
from engine.feel.errors import FeelBudgetExceeded, FeelError, FeelSyntaxError
from engine.feel.expression import Evaluation, Expression, UnaryTest, compile_expression, evaluate, unary
from engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time

__all__ = [
    "Analysis",
    "Budget",
    "Completion",
    "Date",
    "DateTime",
    "DaysDuration",
    "Evaluation",
    "Expression",
    "FeelBudgetExceeded",
    "FeelError",
    "FeelSyntaxError",
    "MonthsDuration",
    "NotAValue",
    "Time",
    "UnaryTest",
    "analyse",
    "compile_expression",
    "evaluate",
    "from_feel",
    "to_feel",
    "unary",
]
