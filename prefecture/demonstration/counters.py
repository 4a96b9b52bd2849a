"""Counters, opening hours and reasons to come, of every service of the demonstration."""

from __future__ import annotations

from datetime import date, time

from prefecture.agenda import service as agenda
from prefecture.demonstration.organisation import FOREIGNERS, LICENCES, PLACES, service_id

COUNTERS = ("A1", "A2", "A3")
WEEK = range(5)
ALL_DAY = "94"  # the others open in the morning: less to compute, and a difference to see
MORNING, AFTERNOON = (time(8, 45), time(12)), (time(13), time(16))
MOTIFS = {
    FOREIGNERS: (
        ("depot_biometrie", "Dépôt et prise d’empreintes", 20),
        ("remise_titre", "Remise de titre", 10),
        ("rendez_vous", "Rendez-vous au guichet", 15),
    ),
    LICENCES: (("depot_original", "Remise du permis original", 15),),
}


def load(first: date, last: date) -> None:
    """Open the counters from `first` to `last`, in the caller's unit of work."""
    for place in PLACES:
        for name, motifs in MOTIFS.items():
            office = service_id(place.code, name)
            for number in COUNTERS:
                counter = agenda.create_counter(office, number)
                for starts, ends in (MORNING, AFTERNOON) if place.code == ALL_DAY else (MORNING,):
                    agenda.open_hours(counter, WEEK, starts, ends, valid_from=first)
            for code, label, minutes in motifs:
                agenda.create_motif(office, code, label, minutes)
            agenda.generate_cells(office, first, last)
