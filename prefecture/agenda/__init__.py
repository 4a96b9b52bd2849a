"""When and where people come: counters and their hours, bookable time, convocations and appointments."""
