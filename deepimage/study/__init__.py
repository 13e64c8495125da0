"""What a picture has been through, read from the picture alone: codecs, noise, blur, enlargement, light.

container   the file's own word        platform  quiet marks of programs and platforms
lattice     the last JPEG pass         earlier   a weaker JPEG pass before it
noise       grain, luma and chroma     sensor    how it grows with light
edges       blur, halos                spectrum  effective resolution, enlarged before?
light       levels, clipping           webp      quality of a WebP file
examine     all of it -> Traits        profile   many Traits -> Profile, a customer's degradations
"""
