"""One listening loop, one cancellable reply."""
