"""Units of like size: pictures are dealt out by megapixels, so that no worker gets all the large ones."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_WEIGHTS = ("megapixels", "size")  # the first that the rows know; the work of a picture grows with it


def balanced(table: pa.Table, rows: int) -> pa.Table:
    """The rows of `table` in another order: each run of `rows` has about the same weight, the heaviest come first.

    The large ones are dealt to one unit after the other and back again, as cards are. Equal tables give equal orders.
    """
    weight = _weight(table)
    order = np.argsort(-weight, kind="stable")
    units = -(-len(order) // rows)
    place = np.arange(units * rows).reshape(rows, units)
    place[1::2] = place[1::2, ::-1]  # forth and back
    dealt = place.T.ravel()
    return table.take(pa.array(order[dealt[dealt < len(order)]]))


def _weight(table: pa.Table) -> npt.NDArray[np.float64]:
    for name in _WEIGHTS:
        if name in table.column_names:
            return pc.fill_null(table[name].cast(pa.float64()), 0).to_numpy()
    return np.zeros(table.num_rows)
