"""The payment API in the national standard: SNAP BI (Standar Nasional Open API Pembayaran), as a provider speaks it.

A request passes `authentication` (headers, clock, token, signature), then `pace`, then `envelope.once` (its X-EXTERNAL-ID is
spent together with whatever it does), then one function of the module of its family (`qr_cpm`, `qr_cpm_codes`, `qr_mpm`,
`direct_debit`, `emoney_topup`, `otc_cashout`, `bulk_cashin`, `balance_inquiry`, `offline`). `codes` turns every outcome into the
standard's response code.
"""
