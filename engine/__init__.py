"""A BPMN runtime, pure: state in, state out, and what the world is asked.

It touches nothing: no clock, no file, no network, no database. `compile` reads what an analyst drew, `definition`
holds it ready to run, `runtime` moves one instance by one step and says in an `Advance` what is open now.
SpiffWorkflow executes the steps; `engine.spiff` holds what we changed of it, and why.
"""
