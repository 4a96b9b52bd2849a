"""An instance that forgets nothing: what is over stays in its tree, and in its bytes. For proofs, not for service.

`Instance` prunes what is over at once. That this changes nothing (the same tasks open, the same data, the same end) is
proved by running both side by side; no desk ever runs this one.
"""

from __future__ import annotations

from engine.spiff.instance import Instance, Token
from engine.spiff.library import TaskState

_GONE = "gone"
_OVER = frozenset({TaskState.COMPLETED, TaskState.CANCELLED})


class WholeToken(Token):
    """A token that stays where it was when it is over."""

    @property
    def children(self) -> list[Token]:
        """The tokens in it that live; the others stand beside them in the tree."""
        tasks = self.workflow.tasks
        return [one for child in self._children if (one := tasks[child]).alive]

    @property
    def alive(self) -> bool:
        """Whether it is not over."""
        return _GONE not in self.internal_data


class WholeInstance(Instance):
    """A running process with all its past."""

    made = WholeToken
    whole = True

    def remove(self, token: Token) -> None:
        """A token and all below it are over."""
        for one in reversed(self._below(token)):
            if one.state not in _OVER:
                one._set_state(TaskState.CANCELLED)
            one.internal_data[_GONE] = 1

    def living(self) -> list[Token]:
        """The tokens that are not over."""
        return [token for token in self.tasks.values() if token.alive]

    def kept(self) -> list[Token]:
        """All tokens there ever were."""
        return list(self.tasks.values())
