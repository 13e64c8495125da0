"""The tables of keys, clients and what they have spent."""

import sqlite3
from pathlib import Path

from deepimage.serving import database

NAME = "keys.db"
"""Of the file, in the service's folder."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS clients (name TEXT PRIMARY KEY, quota REAL);
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, client TEXT NOT NULL REFERENCES clients, digest BLOB NOT NULL, scopes TEXT NOT NULL,
    created REAL NOT NULL, expires REAL, used REAL, revoked REAL
);
CREATE TABLE IF NOT EXISTS spent (
    client TEXT, day INTEGER, megapixels REAL NOT NULL, PRIMARY KEY (client, day)
);
"""


def connect(path: Path) -> sqlite3.Connection:
    """The file, made where there is none. Raises UsageError."""
    return database.connect(path, _SCHEMA)
