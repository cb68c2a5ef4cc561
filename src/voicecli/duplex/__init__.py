"""Sound in and sound out, kept in step: devices, files, and the seam for others."""
