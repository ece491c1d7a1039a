"""The composition: settings, addresses, wiring, the frame of pages. Knows all, rules nothing."""
