"""Which pictures of a catalogue are the same picture: exact copies by content, near copies by look."""
