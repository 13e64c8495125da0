"""Fractal interpolation: a picture as the fixed point of contractions of itself, drawn larger than it was coded.

Every range block is likened to a domain block twice its side: shrunk by two, turned or mirrored, its contrast and
brightness changed. Decoded at a larger size, the domain block brings the detail that the range block lacks. After
- Barnsley, Fractals Everywhere (1988), and Jacquin, Image coding based on a fractal theory of iterated contractive
  image transformations, IEEE TIP 1 (1992): blocks, isometries, least squares;
- Fisher, Fractal Image Compression (1995): the quadtree;
- Oien and Lepsoy, ICASSP 1993 (the mean of the range block is the brightness), and Baharav, Malah and Karnin, in Fisher
  1995 (the codes of two sizes form a pyramid): decoding in one pass per doubling instead of many iterations;
- Polidori and Dugelay, Zooming using iterated function systems, Fractals 5 (1997): overlapping blocks;
- Freedman and Fattal, Image and video upscaling from local self-examples, ACM TOG 30 (2011): the domains near the
  range are the good ones, so the search is local.

The quadtree's grid has no place of its own here: all its shifts are decoded and averaged (cycle spinning, Coifman and
Donoho 1995). So no block border is ever in the same place twice, and a tile decodes as the whole picture does.
"""

from deepimage.image.fractal.geometry import halo

__all__ = ["halo"]
