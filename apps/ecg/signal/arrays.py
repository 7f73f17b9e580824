"""Array types of the signal code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indexes = NDArray[np.intp]
Flags = NDArray[np.bool_]
