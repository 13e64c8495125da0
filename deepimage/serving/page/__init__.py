"""The page for people: plain HTML, CSS and modules, served as they lie here."""
