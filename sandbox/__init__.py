"""A provider to practise on: the same code as in production on a database of its own, with documented values that fail on
purpose, a clock that can be advanced, and a conformance run that ends in a signed report.

`settings` is the house's settings with this app on top; nothing below knows that it runs in a sandbox. `outcomes` are the
documented values, `fixtures` makes what they stand for, `faults` does what a provider's network does, `clock` moves both clocks,
`steps` says what a partner's client must show, `runs` and `reports` keep and sign it.
"""
