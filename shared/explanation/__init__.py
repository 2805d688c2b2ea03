"""An explanation for a person: words in both languages, laid out for a terminal."""
