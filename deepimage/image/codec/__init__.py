"""Bytes to pictures and back: untrusted files in, sRGB arrays between, tagged files out.

header    what a file claims, checked against the limits before a pixel is decoded
decode    bytes -> Picture             remote    the same in a killable process
encode    Picture -> bytes             tiff      results too large to hold, written band by band
"""
