"""The composition: settings, URLs, wiring, the pages around the modules. Knows all, rules nothing."""
