"""Labels: content and stock become one dot raster, the raster becomes a file, and the file is read back before it is given.

The raster is the only drawing there is: PDF, PNG, SVG and ZPL carry the same dots, so what was proved in one is what the
printer gets in another.
"""

from archroom.labels.proof import ProofReport
from archroom.labels.stock import STOCKS, Stock, stock_named
from archroom.labels.writing import write_labels

__all__ = ["STOCKS", "ProofReport", "Stock", "stock_named", "write_labels"]
