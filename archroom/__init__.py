"""archroom: knows where every box of an archive room stands, lends it by scan, and opens its aisle."""

__version__ = "0.1.0"
