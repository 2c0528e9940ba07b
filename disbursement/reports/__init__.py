"""Reports on disbursement: asked for, computed by workers in one snapshot, masked where groups are small, and told as files.

`columns` says what each figure means, `figures` computes them, `making` is a report's life, `masking` keeps small groups
apart; `sheet`, `drawing` and `pdf` are what a finished report looks like outside the office.
"""
