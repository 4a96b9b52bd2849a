"""How a running instance is laid over another definition: what fits where, which branches meet, what begins anew."""
