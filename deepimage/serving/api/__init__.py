"""The HTTP interface: routers built from Parts, one per subject."""
