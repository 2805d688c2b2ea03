"""How answers are sent: not at all to whoever has them already."""
