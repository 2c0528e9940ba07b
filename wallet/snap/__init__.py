"""The payment API in the national standard: SNAP BI (Standar Nasional Open API Pembayaran), as a provider speaks it.

A request passes `authentication` (headers, clock, token, signature), then `envelope.once` (its X-EXTERNAL-ID is spent
together with whatever it does), then one function of `qr_cpm`. `codes` turns every outcome into the standard's
response code.
"""
