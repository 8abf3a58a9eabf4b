"""The look-up API: who should hear about a product, from the release that is served."""
