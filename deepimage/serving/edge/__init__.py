"""The first thing a stranger's bytes meet: limits and deadlines on the connection itself, before any application."""
