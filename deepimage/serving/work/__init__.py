"""The generator at work: turns, restorations, admission."""
