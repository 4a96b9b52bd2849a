"""Figures: what `make bench` measures, each as a ratio within one run and as an absolute beside it."""
