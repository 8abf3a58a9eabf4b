"""The look-up API: whom to contact about a product, answered from the current release."""
