"""The ways a FEEL text can go wrong: it does not parse, it asks for too much, or an operation has no value."""

from __future__ import annotations


class FeelError(Exception):
    """Anything FEEL refuses."""


class FeelSyntaxError(FeelError):
    """The text is not FEEL. `message` is French; `position` counts characters from 0, `line` and `column` from 1."""

    def __init__(self, message: str, text: str = "", position: int = 0) -> None:
        self.message = message
        self.text = text
        self.position = position
        before = text[:position]
        self.line = before.count("\n") + 1
        self.column = position - (before.rfind("\n") + 1) + 1
        super().__init__(f"{message} (ligne {self.line}, colonne {self.column})")


class FeelBudgetExceeded(FeelError):
    """The evaluation asked for more steps, depth, size or time than its budget allows."""


class Nothing(Exception):
    """Inside the room only: an operation has no value. The nearest operator turns it into null and keeps the reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
