"""Online: the same generator behind HTTP, for apps and for a person with a browser."""
