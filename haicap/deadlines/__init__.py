"""The working calendar and clocks that pause; every due time explained in words."""
