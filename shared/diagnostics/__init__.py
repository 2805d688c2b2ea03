"""How a round's indicators behave, and what deserves a look before its ranking is believed."""
