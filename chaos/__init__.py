"""Breaks everything around a batch that is being paid, and looks whether everyone was paid exactly once: `make chaos`."""
