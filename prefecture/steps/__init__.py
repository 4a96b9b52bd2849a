"""The four steps of every démarche: the actions that service tasks name, from filing to hand-over.

Each action is planned by a pure function (`completeness`, `convocation`, `decision`, `delivery`, `filing`), then
carried out by `running`: read in a short door, render between doors, keep in a last door that answers the engine first.
"""
