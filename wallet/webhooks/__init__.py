"""Notices to partners (webhooks), as SNAP BI writes them: kept with what they tell, delivered until the partner has them.

`outbox.notify` inserts a row in the caller's transaction and nothing else. `delivery` claims rows that are due, sends them
outside of any transaction (`endpoints` says where they may go, wallet.http_call speaks) and writes down how it went. `keys`
has the RSA keys that sign them; `replays` sends one again.
"""
