"""Write contact lists and note opt-outs."""
