"""The agencies' API: what other public bodies know about people's means comes in here."""
