"""Who is who: préfectures and their services, persons, agents, roles, permissions, sessions and API tokens."""
