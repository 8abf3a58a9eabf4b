"""Hand over contact lists and note opt-outs."""
