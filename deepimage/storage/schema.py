"""The columns of every table under OUTPUT/_deepimage: one Arrow schema per phase.

A row travels through the phases and gains columns; the key is always `input`,
the picture's path relative to INPUT.
"""

import pyarrow as pa

INVENTORY = pa.schema(
    {
        "input": pa.string(),  # key relative to INPUT
        "uri": pa.string(),  # where the bytes are, for fsspec
        "size": pa.int64(),  # bytes, as listed; -1 unknown
        "version": pa.string(),  # mtime or etag: changes when the content may have
        "external_id": pa.string(),  # the user's own id, from a list
        "problem": pa.string(),  # why a listed thing is no readable file (device, loop, bad name); else null
    }
)

FACTS = pa.schema(
    {
        "width": pa.int32(),  # after EXIF orientation
        "height": pa.int32(),
        "format": pa.string(),  # jpeg png webp gif bmp tiff avif
        "mode": pa.string(),  # Pillow's mode before any conversion
        "bits": pa.int32(),  # per channel
        "megapixels": pa.float64(),
        "orientation": pa.int32(),  # EXIF tag, 1 to 8
        "has_alpha": pa.bool_(),
        "grey": pa.bool_(),
        "lossless": pa.bool_(),
        "jpeg_quality": pa.int32(),  # estimated from the quantisation tables; null when not JPEG
        "noise": pa.float32(),  # estimated sigma of luma, 8-bit steps
        "sharpness": pa.float32(),  # variance of the Laplacian of luma over luma variance
    }
)

FINGERPRINT = pa.schema(
    {
        "pdq": pa.binary(32),  # 256-bit PDQ hash; null when the picture is too small
        "pdq_quality": pa.int32(),  # 0 to 100; below the gate the hash is not used
        "lab": pa.binary(),  # 32 x 32 x 3 int8 CIELAB thumbnail (L * 2.55 - 128, a, b), row-major
    }
)

_VERDICT = {"status": pa.string(), "error_code": pa.string(), "error": pa.string()}

INDEX = pa.schema(
    [
        *INVENTORY,
        pa.field("input_sha256", pa.string()),
        pa.field("limits_digest", pa.string()),  # the limits it was judged under
        *FACTS,
        *FINGERPRINT,
        *pa.schema(_VERDICT | {"seconds_fetch": pa.float32(), "seconds_probe": pa.float32()}),
    ]
)

PLAN = pa.schema(
    [
        *INVENTORY,
        pa.field("input_sha256", pa.string()),
        *FACTS,
        *pa.schema(
            _VERDICT
            | {
                "action": pa.string(),  # restore | alias | record (only a row to write) | keep (already there)
                "strips": pa.bool_(),  # too large to hold whole: restored strip by strip
                "bands": pa.int32(),  # too large for one worker: how many bands are restored on their own; else null
                "output": pa.string(),  # key relative to OUTPUT
                "output_format": pa.string(),
                "output_width": pa.int32(),
                "output_height": pa.int32(),
                "duplicate_of": pa.string(),  # input of the canonical exact copy
                "near_duplicate_of": pa.string(),  # input of the canonical near copy
                "near_distance": pa.int32(),  # Hamming distance of the PDQ hashes
                "recipe_digest": pa.string(),
                "model": pa.string(),
                "model_sha256": pa.string(),
                "run_id": pa.string(),
                "attempt": pa.int32(),
            }
        ),
    ]
)

MANIFEST = pa.schema(
    [
        *PLAN,
        *pa.schema(
            {
                "output_sha256": pa.string(),
                "output_bytes": pa.int64(),
                "consistency_db": pa.float32(),  # PSNR of luma of the shrunken result against the input
                "note": pa.string(),  # what was declared: "16-bit reduced to 8", ...
                "seconds_fetch": pa.float32(),
                "seconds_decode": pa.float32(),
                "seconds_restore": pa.float32(),
                "seconds_encode": pa.float32(),
                "seconds_write": pa.float32(),
                "finished_at": pa.timestamp("ms", tz="UTC"),
            }
        ),
    ]
)

# every column a row may have on its way through the stages
_ON_THE_WAY = pa.schema(
    {"data": pa.large_binary(), "result": pa.large_binary(), "source": pa.string(), "band": pa.int32()}
)
ROW = pa.unify_schemas([INDEX, MANIFEST, _ON_THE_WAY])
