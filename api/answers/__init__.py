"""How answers are sent: in a language, and not at all to whoever has them already."""
