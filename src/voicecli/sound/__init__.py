"""Sound as numbers: samples, resampling, files in and out. No device, no clock."""
