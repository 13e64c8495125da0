"""deepimage: restores and enlarges photos that the web has ruined."""

__version__ = "0.1.0"
