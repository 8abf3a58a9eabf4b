"""Send contact lists to other systems: `audience deliver`."""
