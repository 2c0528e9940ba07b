"""Fraud signals (docs/adr/0042).

`rules` are rows that two officers put in force, `signals` is what each looks for in SQL, `scans` runs them over new transfers,
`cases` scores what was found for an officer, `holds` stops payments or settlement with a reason.
"""
