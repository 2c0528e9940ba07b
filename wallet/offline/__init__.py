"""Offline redemption, for places without signal (docs/adr/0041).

`allowances` reserves purse money as a hold and signs what a till may rely on (`codes`), on a phone or as printed vouchers
(`cards`). A till checks it with the published keys (`keys`) and claims later: `claims` adjudicates by rule, in the order of
receipt, and `losses` is what officers decide about the disputed rest.
"""
