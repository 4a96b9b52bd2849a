"""What we changed of SpiffWorkflow, and why: the only room that knows its classes.

SpiffWorkflow gives the task tree, the task states and the life of a task specification (`_update`, `run`,
`_on_complete`…). Its BPMN rules are replaced, because they lose tokens, mutate shared specifications, evaluate Python
and grow with every loop:

* `instance.Instance` is one running process, called processes and sub-processes included. Its tree holds only what
  lives: scopes (process, sub-process, call, loop) and the tokens in them. A finished task is pruned at once and nothing
  is predicted, so a step costs the same after a thousand loops as after one.
* `node.Node` is the root of our task specifications; a specification is never written to by a run.
* Variables belong to scopes (`scopes`), not to tasks.
* Whatever must be computed is FEEL (`formulas`); the script engine has no path to `eval` or `exec`.

A token that meets a `Failure` stops where it is, as an incident, and can be retried.
"""
