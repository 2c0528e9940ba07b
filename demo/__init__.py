"""The main job as a story: sets up an agency's world, then plays every part over the real interfaces.

Only here are there demo logins and keys: drawn at random, kept under `.data/demo`, and refused unless DEBUG is on.
"""
